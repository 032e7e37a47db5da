"""Bundle frames for tests: every field has a sensible default, a test names only what it is about.

A bundle is a row: ``candidate(bundle_item("a"), bundle_item("b"))``, ``scored(row, score=0.7)``,
``priced(row, discount_rate=0.1)``. Each returns a new row with more columns. The frame functions
turn rows into checked frames, sorted by bundle id.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import dataframely as dy
import polars as pl

from bundle_pipeline.schemas.base import FrameT, checked
from bundle_pipeline.schemas.bundles import (
    SCORE_COMPONENTS,
    CandidateBundles,
    PricedBundles,
    ScoredBundles,
)

Row = dict[str, Any]


def bundle_item(variant_id: str, **changes: object) -> Row:
    """An add-on at 10.00 of a product of its own; ``product_id="p"`` puts items in one product."""
    return {
        "variant_id": variant_id,
        "product_id": f"product-{variant_id}",
        "sku": f"SKU-{variant_id}",
        "title": f"Product {variant_id}",
        "variant_title": None,
        "quantity": 1,
        "role": "add_on",
        "unit_price_minor": 1000,
        "unit_cost_minor": None,
        "product_type": None,
        "available_count": None,
        "days_of_cover": None,
    } | changes


def evidence(**changes: object) -> Row:
    """Evidence of a clear, replicated pair: bought 20 times where 5 were to be expected."""
    return {
        "basket_count": 20,
        "support": 0.02,
        "confidence": 0.4,
        "confidence_low": 0.276,
        "reverse_confidence": 0.2,
        "lift": 4.0,
        "leverage": 0.015,
        "conviction": 1.5,
        "npmi": 0.35,
        "expected_count": 5.0,
        "adjusted_lift": 4.0,
        "adjusted_lift_low": 2.44,
        "adjusted_lift_high": 6.18,
        "p_value": 1e-7,
        "q_value": 1e-5,
        "customer_count": 18,
        "held_out": "replicated",
        "held_out_power": 0.9,
        "held_out_count": 4,
        "held_out_expected_count": 1.0,
    } | changes


def uptake(**changes: object) -> Row:
    """A fifth of 100 orders already buys as the bundle asks."""
    return {"order_count": 20, "customer_count": 18, "rate": 0.2, "rate_low": 0.133} | changes


def stock(**changes: object) -> Row:
    """Enough of everything; ``stock(feasible_quantity=None, ...)`` for what is not tracked."""
    return {"feasible_quantity": 50, "days_of_cover": 100.0, "limited_by": None} | changes


def candidate(*items: Row, **changes: object) -> Row:
    """A candidate of these items, the first one the anchor.

    ``bundle_id`` is the variant ids joined by ``+`` unless given; pass ``evidence=evidence(...)``
    or ``stock=stock(...)`` for others than the defaults.
    """
    anchor, *others = items
    return {
        "bundle_id": "+".join(str(item["variant_id"]) for item in items),
        "kind": "FBT",
        "objectives": ["increase_aov"],
        "objective_fit": [0.5],
        "items": [anchor | {"role": "anchor"}, *others],
        "pick_count": None,
        "quantity_tiers": None,
        "backing": "proven",
        "evidence": evidence(),
        "uptake": None,
        "provenance": ["significant_pair"],
        "stock": stock(),
        "is_on_sale": True,
        "currency": "EUR",
    } | changes


def scored(row: Row, *, score: float = 0.5) -> Row:
    """The candidate with components that all equal its score, weighed alike."""
    share = score / len(SCORE_COMPONENTS)
    return row | {
        "scores": dict.fromkeys(SCORE_COMPONENTS, score),
        "contributions": dict.fromkeys(SCORE_COMPONENTS, share),
        "score": score,
    }


def priced(row: Row, *, discount_rate: float = 0.1, **changes: object) -> Row:
    """The scored bundle at a discount on its list total; an unknown price makes pricing null."""
    items: Sequence[Mapping[str, Any]] = row["items"]
    if any(item["unit_price_minor"] is None for item in items):
        return row | {"pricing": None}
    totals = [item["quantity"] * item["unit_price_minor"] for item in items]
    discount = round(sum(totals) * discount_rate)
    shares = [discount * total // max(sum(totals), 1) for total in totals]
    shares[0] += discount - sum(shares)
    pricing: Row = {
        "currency": row["currency"],
        "list_total_minor": sum(totals),
        "bundle_price_minor": sum(totals) - discount,
        "discount_minor": discount,
        "discount_rate": discount_rate,
        "item_prices_minor": [t - s for t, s in zip(totals, shares, strict=True)],
        "tiers": None,
        "reward": None,
        "floor_minor": 0,
        "floor_reason": "no cost known",
        "margin_minor": None,
        "incremental_margin_minor": None,
        "incremental_margin_minor_low": None,
        "incremental_margin_minor_high": None,
        "break_even_attach_rate": None,
        "derivation": "test",
    }
    return row | {"pricing": pricing | changes}


def candidate_bundles(*rows: Row) -> dy.DataFrame[CandidateBundles]:
    """Candidates as their frame."""
    return _frame(CandidateBundles, rows)


def scored_bundles(*rows: Row) -> dy.DataFrame[ScoredBundles]:
    """Scored candidates as their frame."""
    return _frame(ScoredBundles, rows)


def priced_bundles(*rows: Row) -> dy.DataFrame[PricedBundles]:
    """Priced bundles as their frame."""
    return _frame(PricedBundles, rows)


def _frame(schema: type[FrameT], rows: Sequence[Row]) -> dy.DataFrame[FrameT]:
    declared: pl.Schema = schema.create_empty().schema
    return checked(schema, pl.DataFrame(rows, schema=declared).sort("bundle_id"))
