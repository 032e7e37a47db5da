"""Everything that is known of a shop to candidate bundles of every kind.

Each source makes *suggestions* (see :mod:`~bundle_pipeline.candidates.suggestions`) and is listed
in :func:`_suggestions`.
"""

import logging
from dataclasses import dataclass

import dataframely as dy
import polars as pl
from pydantic import Field

from bundle_pipeline.candidates.identity import with_bundle_id
from bundle_pipeline.candidates.objectives import bundle_objectives
from bundle_pipeline.candidates.significant_itemsets import suggested_by_itemsets
from bundle_pipeline.candidates.significant_pairs import suggested_by_pairs
from bundle_pipeline.candidates.stock import bundle_stock, days_of_cover, units_sold
from bundle_pipeline.candidates.suggestions import merged
from bundle_pipeline.products.item_facts import item_facts, shop_currency
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.bundles import CandidateBundles
from bundle_pipeline.schemas.shop_id import ShopId
from bundle_pipeline.settings.layers import Params

logger = logging.getLogger(__name__)

_ITEM_FIELDS = (
    "variant_id",
    "product_id",
    "sku",
    "title",
    "variant_title",
    "quantity",
    "role",
    "unit_price_minor",
    "unit_cost_minor",
    "product_type",
    "available_count",
    "days_of_cover",
)


class CandidateParams(Params):
    """How many candidates to keep, and what their stock and margin are judged by."""

    max_candidates: int = Field(default=5000, ge=1, le=1_000_000)
    """Candidates kept per shop and kind, the strongest first; more are cut and counted."""
    velocity_days: int = Field(default=60, ge=1, le=730)
    """Days of sales, up to the newest order, that days of cover are measured by."""
    margin_guard_rate: float = Field(default=0.4, ge=0.0, le=1.0)
    """Share of the list total that must be margin for the objective margin_guard.

    At 0.4 a bundle still keeps 14 % of its price after a discount of 30 %.
    """


@dataclass(frozen=True)
class KnownOfShop:
    """The frames that candidates are made from."""

    pair_rules: pl.DataFrame
    """``PairRules``, both directions of each pair."""
    itemsets: pl.DataFrame
    """``Itemsets``."""
    item_counts: pl.DataFrame
    """``ItemCounts``."""
    orders: pl.DataFrame
    """``Orders``: the data clock, and the currency where no product file states one."""
    order_lines: pl.DataFrame
    """``OrderLines``: what sells how fast."""
    variants: pl.DataFrame
    """``Variants``: ids, prices, costs and the shop's currency."""
    catalog: pl.DataFrame
    """``Catalog``: titles, status, and what ``variants`` doesn't say."""
    inventory: pl.DataFrame
    """``Inventory``: stock per location."""


def suggest_bundles(
    shop_id: ShopId, known: KnownOfShop, params: CandidateParams
) -> dy.DataFrame[CandidateBundles]:
    """What every source suggests, each offer once, the strongest of each kind.

    Args:
        shop_id: Whose bundles they are; part of their identity.
        known: What is known of the shop.
        params: See :class:`CandidateParams`.

    Returns:
        Candidates by ``bundle_id``; an item that no file knows has null fields.
    """
    suggestions = merged(_suggestions(known))
    kept = _strongest(suggestions, params.max_candidates)
    currency = shop_currency(known.variants, known.catalog, known.orders)
    bundles = (
        _members(kept)
        .pipe(_with_facts, known, params, currency)
        .pipe(_gathered, params)
        .join(kept.drop("members"), on="suggestion", validate="1:1")
        .with_columns(currency=pl.lit(currency, pl.String))
        .pipe(with_bundle_id, shop_id)
        .sort("bundle_id")
    )
    logger.info(
        "candidates (shop %s): %d suggested, %d cut, %d out",
        shop_id,
        suggestions.height,
        suggestions.height - kept.height,
        bundles.height,
    )
    return declared(CandidateBundles, bundles)


def _suggestions(known: KnownOfShop) -> list[pl.DataFrame]:
    return [
        suggested_by_pairs(known.pair_rules),
        suggested_by_itemsets(
            known.itemsets, pair_rules=known.pair_rules, item_counts=known.item_counts
        ),
    ]


def _strongest(suggestions: pl.DataFrame, max_candidates: int) -> pl.DataFrame:
    """The first suggestions of each kind, in their order."""
    return suggestions.filter(pl.int_range(pl.len()).over("kind") < max_candidates)


def _members(suggestions: pl.DataFrame) -> pl.DataFrame:
    """One row per item, numbered as ``place`` in its bundle from 0."""
    return (
        suggestions.select("suggestion", "members")
        .explode("members")
        .unnest("members")
        .with_columns(place=pl.int_range(pl.len()).over("suggestion"))
    )


def _with_facts(
    members: pl.DataFrame, known: KnownOfShop, params: CandidateParams, currency: str | None
) -> pl.DataFrame:
    facts = item_facts(
        members.get_column("variant_id"),
        variants=known.variants,
        catalog=known.catalog,
        inventory=known.inventory,
        currency=currency,
    )
    sold = units_sold(known.order_lines, orders=known.orders, days=params.velocity_days)
    return (
        members.join(facts, on="variant_id", how="left", validate="m:1")
        .join(sold, on="variant_id", how="left", validate="m:1")
        .with_columns(
            days_of_cover=days_of_cover(velocity_days=params.velocity_days),
            needed_count=pl.col("quantity").sum().over("suggestion", "variant_id"),
        )
    )


def _gathered(members: pl.DataFrame, params: CandidateParams) -> pl.DataFrame:
    objectives, objective_fit = bundle_objectives(min_margin_rate=params.margin_guard_rate)
    return (
        members.sort("suggestion", "place")
        .group_by("suggestion", maintain_order=True)
        .agg(
            items=pl.struct(_ITEM_FIELDS),
            objectives=objectives,
            objective_fit=objective_fit,
            stock=bundle_stock(),
            is_on_sale=~pl.col("is_off_sale").any(),
        )
    )
