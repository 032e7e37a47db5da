"""Rules and itemsets of a shop to candidate bundles of kind FBT (frequently bought together).

A *suggestion* is a row on its way there: ``anchor_id``, ``add_on_ids``, ``evidence`` and
``provenance``. Later sources make the same columns and are added to :func:`_suggestions`.
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
    """Candidates kept per shop, the strongest first; more are cut and counted."""
    velocity_days: int = Field(default=60, ge=1, le=730)
    """Days of sales, up to the newest order, that days of cover are measured by."""
    margin_guard_rate: float = Field(default=0.4, ge=0.0, le=1.0)
    """Share of the list total that must be margin for the objective margin_guard.

    At 0.4 a bundle still keeps 14 % of its price after a discount of 30 %.
    """


@dataclass(frozen=True)
class CandidateCounts:
    """How many bundles the rules suggest, by source, and how many were cut."""

    pair_count: int
    itemset_count: int
    cut_count: int


def suggest_bundles(
    shop_id: ShopId,
    *,
    pair_rules: pl.DataFrame,
    itemsets: pl.DataFrame,
    item_counts: pl.DataFrame,
    orders: pl.DataFrame,
    order_lines: pl.DataFrame,
    variants: pl.DataFrame,
    catalog: pl.DataFrame,
    inventory: pl.DataFrame,
    params: CandidateParams,
) -> dy.DataFrame[CandidateBundles]:
    """One FBT bundle per significant pair and per stored itemset, the strongest ones.

    Args:
        shop_id: Whose bundles they are; part of their identity.
        pair_rules: ``PairRules``, both directions of each pair.
        itemsets: ``Itemsets``.
        item_counts: ``ItemCounts``.
        orders: ``Orders``: the data clock, and the currency where no product file states one.
        order_lines: ``OrderLines``: what sells how fast.
        variants: ``Variants``: ids, prices, costs and the shop's currency.
        catalog: ``Catalog``: titles, status, and what ``variants`` doesn't say.
        inventory: ``Inventory``: stock per location.
        params: See :class:`CandidateParams`.

    Returns:
        Candidates by ``bundle_id``; an item that no file knows has null fields.
    """
    suggestions = _suggestions(pair_rules, itemsets=itemsets, item_counts=item_counts)
    kept = _strongest(suggestions, params.max_candidates)
    currency = shop_currency(variants, catalog, orders)
    members = _members(kept)
    facts = item_facts(
        members.get_column("variant_id"),
        variants=variants,
        catalog=catalog,
        inventory=inventory,
        currency=currency,
    )
    sold = units_sold(order_lines, orders=orders, days=params.velocity_days)
    bundles = (
        members.join(facts, on="variant_id", how="left", validate="m:1")
        .join(sold, on="variant_id", how="left", validate="m:1")
        .with_columns(days_of_cover=days_of_cover(velocity_days=params.velocity_days))
        .pipe(_gathered, params)
        .join(kept, on="suggestion", validate="1:1")
        .with_columns(kind=pl.lit("FBT"), currency=pl.lit(currency, pl.String))
        .pipe(with_bundle_id, shop_id)
        .sort("bundle_id")
    )
    logger.info(
        "candidates (shop %s): %d pair rules and %d itemsets in, %d suggested, %d cut, %d out",
        shop_id,
        pair_rules.height,
        itemsets.height,
        suggestions.height,
        suggestions.height - kept.height,
        bundles.height,
    )
    return declared(CandidateBundles, bundles)


def candidate_counts(
    *, pair_rules: pl.DataFrame, itemsets: pl.DataFrame, params: CandidateParams
) -> CandidateCounts:
    """What :func:`suggest_bundles` finds and cuts, for a run's metadata."""
    pair_count = suggested_by_pairs(pair_rules).height
    found = pair_count + itemsets.height
    return CandidateCounts(pair_count, itemsets.height, max(0, found - params.max_candidates))


def _suggestions(
    pair_rules: pl.DataFrame, *, itemsets: pl.DataFrame, item_counts: pl.DataFrame
) -> pl.DataFrame:
    by_itemsets = suggested_by_itemsets(itemsets, pair_rules=pair_rules, item_counts=item_counts)
    return pl.concat([suggested_by_pairs(pair_rules), by_itemsets])


def _strongest(suggestions: pl.DataFrame, max_candidates: int) -> pl.DataFrame:
    """The first suggestions by p-value, then by size-adjusted lift, numbered as ``suggestion``.

    p-values of strong pairs underflow to 0 together; adjusted lift tells them apart.
    """
    strength = pl.col("evidence").struct
    return (
        suggestions.sort(
            strength.field("p_value"),
            -strength.field("adjusted_lift"),
            "anchor_id",
            pl.col("add_on_ids").list.join("|"),
        )
        .head(max_candidates)
        .with_row_index("suggestion")
    )


def _members(suggestions: pl.DataFrame) -> pl.DataFrame:
    """One row per item: the anchor first, then the add-ons by variant id; one unit each."""
    is_anchor = pl.col("variant_id") == pl.col("anchor_id")
    return (
        suggestions.select(
            "suggestion", "anchor_id", variant_id=pl.concat_list("anchor_id", "add_on_ids")
        )
        .explode("variant_id")
        .select(
            "suggestion",
            "variant_id",
            quantity=pl.lit(1, pl.Int64),
            role=pl.when(is_anchor).then(pl.lit("anchor")).otherwise(pl.lit("add_on")),
        )
    )


def _gathered(members: pl.DataFrame, params: CandidateParams) -> pl.DataFrame:
    return (
        members.sort("suggestion", pl.col("role") != "anchor", "variant_id")
        .group_by("suggestion", maintain_order=True)
        .agg(
            items=pl.struct(_ITEM_FIELDS),
            objectives=bundle_objectives(min_margin_rate=params.margin_guard_rate),
            stock=bundle_stock(),
            is_on_sale=~pl.col("is_off_sale").any(),
        )
    )
