"""Bundles on their way from candidate to published document (the bundle document of the design).

Each frame adds columns to the one before it; nothing is renamed on the way.

What ``items`` hold depends on the kind; the first one is the one on whose page the bundle stands:

- ``FBT``: the ``anchor``, then one to three ``add_on`` items, all of different products.
- ``VOLUME``: one ``item``; its ``quantity`` is the fewest units that the offer asks for, and
  ``quantity_tiers`` start there.
- ``BXGY``: the ``qualifier`` and its quantity, then the ``reward`` and its quantity; of the same
  product both hold the same variant, and then it stands in ``items`` twice.
- ``MIX_MATCH``: ``option`` items, one unit each, of which the buyer picks ``pick_count`` different
  ones.
- ``FIXED``: two or more ``item`` items of different products that are sold as one set.

What speaks for it depends on the kind too. ``evidence`` is of items bought together, and is null
where no orders show that or where there is one variant; ``uptake`` is how many customers already
buy as the offer asks, where that is something else:

- ``FBT``: ``evidence``; no ``uptake``.
- ``VOLUME``, and ``BXGY`` of one product: ``uptake`` of orders with at least as many units, among
  orders with the variant.
- ``BXGY`` of two products: ``evidence`` of the pair, and no ``uptake``.
- ``MIX_MATCH``: ``uptake`` of customers who bought ``pick_count`` or more options over time, among
  those who bought any of them.
- ``FIXED``: ``evidence`` of the weakest pair with the first item, if every item has one; else none.
"""

from typing import Literal, get_args

import dataframely as dy
import polars as pl

from bundle_pipeline.schemas.base import Frame, one_of, utc_timestamp
from bundle_pipeline.schemas.mining import HELD_OUT_VERDICTS

Objective = Literal[
    "increase_aov",
    "clear_slow_movers",
    "seasonal_promo",
    "new_launch",
    "category_bundle",
    "gift_box",
    "subscription_push",
    "margin_guard",
]
OBJECTIVES: tuple[Objective, ...] = get_args(Objective)
Kind = Literal["FBT", "VOLUME", "BXGY", "MIX_MATCH", "FIXED"]
KINDS: tuple[Kind, ...] = get_args(Kind)
ROLES = ("anchor", "add_on", "qualifier", "reward", "option", "item")
BACKINGS = ("proven", "pooled", "unproven")
SCORE_COMPONENTS = (
    "evidence",
    "confidence",
    "reach",
    "replication",
    "affinity",
    "popularity",
    "content_fit",
    "objective_fit",
    "expected_margin",
    "novelty",
    "price_sanity",
    "availability",
)
DROP_CODES = (
    "UNRESOLVED_ITEM",
    "NO_PRICE",
    "NOT_FOR_SALE",
    "SAME_PRODUCT",
    "DUPLICATE_PRODUCTS",
    "SUBSTITUTES",
    "OUT_OF_STOCK",
    "BELOW_FLOOR",
    "NO_OFFER",
    "LOSES_MARGIN",
    "FEW_CUSTOMERS",
    "FADED",
    "DUPLICATE_SET",
    "ANCHOR_LIMIT",
    "VARIANT_LIMIT",
    "KIND_LIMIT",
    "OBJECTIVE_LIMIT",
    "UNPROVEN_LIMIT",
    "CATEGORY_LIMIT",
    "JOINT_STOCK",
    "SLOTS_FULL",
    "OVERLAP",
)

_ITEM: dict[str, dy.Column] = {
    "variant_id": dy.String(),
    "product_id": dy.String(nullable=True),
    "sku": dy.String(nullable=True),
    "title": dy.String(nullable=True),
    "variant_title": dy.String(nullable=True),
    "quantity": dy.Int64(min=1),
    "role": one_of(ROLES),
    "unit_price_minor": dy.Int64(nullable=True, min=0),
    "unit_cost_minor": dy.Int64(nullable=True, min=0),
    "product_type": dy.String(nullable=True),
    "available_count": dy.Int64(nullable=True),
    "days_of_cover": dy.Float64(nullable=True, min=0.0),
}
_EVIDENCE: dict[str, dy.Column] = {
    "basket_count": dy.Int64(min=1),
    "support": dy.Float64(min=0.0, max=1.0),
    "confidence": dy.Float64(min=0.0, max=1.0),
    "confidence_low": dy.Float64(min=0.0, max=1.0),
    "reverse_confidence": dy.Float64(min=0.0, max=1.0),
    "lift": dy.Float64(min=0.0),
    "leverage": dy.Float64(min=-1.0, max=1.0),
    "conviction": dy.Float64(nullable=True, min=0.0),
    "npmi": dy.Float64(min=-1.0, max=1.0),
    "expected_count": dy.Float64(min=0.0),
    "adjusted_lift": dy.Float64(min=0.0),
    "adjusted_lift_low": dy.Float64(min=0.0),
    "adjusted_lift_high": dy.Float64(min=0.0),
    "p_value": dy.Float64(min=0.0, max=1.0),
    "q_value": dy.Float64(min=0.0, max=1.0),
    "customer_count": dy.Int64(nullable=True, min=0),
    "held_out": one_of(HELD_OUT_VERDICTS),
    "held_out_power": dy.Float64(min=0.0, max=1.0),
    "held_out_count": dy.Int64(nullable=True, min=0),
    "held_out_expected_count": dy.Float64(nullable=True, min=0.0),
}
_UPTAKE: dict[str, dy.Column] = {
    "order_count": dy.Int64(nullable=True, min=0),
    "customer_count": dy.Int64(nullable=True, min=0),
    "rate": dy.Float64(min=0.0, max=1.0),
    "rate_low": dy.Float64(min=0.0, max=1.0),
}
_QUANTITY_TIER: dict[str, dy.Column] = {
    "min_quantity": dy.Int64(min=2),
    "order_count": dy.Int64(min=0),
}
_STOCK: dict[str, dy.Column] = {
    "feasible_quantity": dy.Int64(nullable=True, min=0),
    "days_of_cover": dy.Float64(nullable=True, min=0.0),
    "limited_by": dy.String(nullable=True),
}
_TIER: dict[str, dy.Column] = {
    "min_quantity": dy.Int64(min=1),
    "unit_price_minor": dy.Int64(min=0),
    "discount_rate": dy.Float64(min=0.0, max=1.0),
    "unit_margin_minor": dy.Int64(nullable=True),
}
_REWARD: dict[str, dy.Column] = {
    "quantity": dy.Int64(min=1),
    "discount_rate": dy.Float64(min=0.0, max=1.0),
    "unit_price_minor": dy.Int64(min=0),
}
_PRICING: dict[str, dy.Column] = {
    "currency": dy.String(),
    "list_total_minor": dy.Int64(min=0),
    "bundle_price_minor": dy.Int64(min=0),
    "discount_minor": dy.Int64(min=0),
    "discount_rate": dy.Float64(min=0.0, max=1.0),
    "item_prices_minor": dy.List(dy.Int64(min=0)),
    "tiers": dy.List(
        dy.Struct(_TIER),
        nullable=True,
    ),
    "reward": dy.Struct(_REWARD, nullable=True),
    "floor_minor": dy.Int64(min=0),
    "floor_reason": dy.String(),
    "margin_minor": dy.Int64(nullable=True),
    "incremental_margin_minor": dy.Int64(nullable=True),
    "incremental_margin_minor_low": dy.Int64(nullable=True),
    "incremental_margin_minor_high": dy.Int64(nullable=True),
    "break_even_attach_rate": dy.Float64(nullable=True, min=0.0),
    "derivation": dy.String(),
}
_COMPONENTS: dict[str, dy.Column] = {
    component: dy.Float64(min=0.0, max=1.0) for component in SCORE_COMPONENTS
}


class CandidateBundles(Frame):
    """Bundles that are suggested, before they are scored and priced."""

    name = "candidate_bundles"
    one_row = "One possible bundle: what is in it, which orders suggest it, what stock allows."

    bundle_id = dy.String(
        primary_key=True,
        description="Hash of shop, kind, sorted variants, quantities and pick_count",
    )
    kind = one_of(KINDS, description="How the bundle is offered")
    objectives = dy.List(
        one_of(OBJECTIVES), min_length=1, description="What it is good for, best first"
    )
    objective_fit = dy.List(
        dy.Float64(min=0.0, max=1.0),
        min_length=1,
        description="How good it is for each of them, in their order (0 to 1)",
    )
    items = dy.List(dy.Struct(_ITEM), min_length=1, description="Variants in it, the anchor first")
    pick_count = dy.Int64(
        nullable=True, min=2, description="MIX_MATCH: different options to pick; null otherwise"
    )
    quantity_tiers = dy.List(
        dy.Struct(_QUANTITY_TIER),
        nullable=True,
        min_length=1,
        description="VOLUME: units from which a price holds, rising, and how many orders have as "
        "many; null otherwise",
    )
    backing = one_of(
        BACKINGS,
        description="proven: its orders show it; pooled: orders of products like it do; unproven: "
        "none do",
    )
    evidence = dy.Struct(
        _EVIDENCE, nullable=True, description="Whether its items go together; null where none say"
    )
    uptake = dy.Struct(
        _UPTAKE,
        nullable=True,
        description="Who already buys as it asks: orders, customers, their share of those with "
        "any of it, and its lower end at 95 %; null where evidence says it or nothing does",
    )
    provenance = dy.List(
        dy.String(), min_length=1, description="Sources that suggest it, the strongest first"
    )
    stock = dy.Struct(_STOCK, description="How many can be sold; null fields where not tracked")
    is_on_sale = dy.Bool(description="Whether every product in it is active")
    currency = dy.String(description="ISO 4217 code of the unit prices")


class ScoredBundles(CandidateBundles):
    """Candidates with a score that a reader can add up."""

    name = "scored_bundles"
    one_row = "One candidate with its score and what each component contributes to it."

    scores = dy.Struct(_COMPONENTS, description="Components, each 0 to 1")
    contributions = dy.Struct(_COMPONENTS, description="Weight times component")
    score = dy.Float64(min=0.0, max=1.0, description="Sum of the contributions")


class PricedBundles(ScoredBundles):
    """Scored bundles with a price that keeps its promises."""

    name = "priced_bundles"
    one_row = "One scored bundle with its price, its floor and how the price came about."

    pricing = dy.Struct(
        _PRICING, nullable=True, description="Price; null where an item has no known price"
    )


class RankedBundles(PricedBundles):
    """Bundles that passed every gate, in order."""

    name = "ranked_bundles"
    one_row = "One bundle worth offering, with its place and the reason for it."

    pricing = dy.Struct(_PRICING, description="Price")
    rank = dy.Int64(min=1, unique=True, description="Place, from 1")
    front = dy.Int64(
        min=1, description="Pareto front among all bundles that passed the gates, from 1"
    )
    crowding = dy.Float64(
        nullable=True,
        min=0.0,
        description="Room to its neighbours in the front; null where a side has none",
    )
    wave = dy.Int64(min=1, description="Publishing wave, from 1")
    offered_quantity = dy.Int64(
        nullable=True,
        min=1,
        description="How many to sell so that stock suffices for all bundles; null if not tracked",
    )
    explanation = dy.String(description="Why, in plain language with the real numbers")
    supporting_order_ids = dy.List(
        dy.String(), description="A sample of the orders that hold all its items, newest first"
    )

    @dy.rule()
    def evidence_has_orders(cls) -> pl.Expr:
        """What orders show, orders hold."""
        has_orders = pl.col("supporting_order_ids").list.len() > 0
        return pl.col("evidence").is_null() | has_orders


class DroppedCandidates(Frame):
    """Candidates that are not offered."""

    name = "dropped_candidates"
    one_row = "One candidate that isn't offered, and why."

    bundle_id = dy.String(primary_key=True, description="Candidate")
    variant_ids = dy.List(dy.String(), min_length=1, description="Variants in it, sorted")
    code = one_of(DROP_CODES, description="Stable reason")
    detail = dy.String(description="The numbers behind the reason")
    score = dy.Float64(min=0.0, max=1.0, description="Score it had")


class PublishedBundles(RankedBundles):
    """Bundles of the current document of one shop."""

    name = "published_bundles"
    one_row = "One bundle of the shop's published document."

    copy = dy.String(nullable=True, description="Words for the shop window, if written")
    as_of = utc_timestamp(description="The shop's data clock: its newest order")
    settings_hash = dy.String(description="Hash of the settings in force")
    code_version = dy.String(description="Version of the code that made it")
