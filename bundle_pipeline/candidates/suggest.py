"""Everything that is known of a shop to candidate bundles of every kind.

Each source makes *suggestions* (see :mod:`~bundle_pipeline.candidates.suggestions`) and is listed
in :func:`_suggestions`.
"""

import logging
from dataclasses import dataclass
from functools import cached_property

import dataframely as dy
import polars as pl
from pydantic import Field

from bundle_pipeline.candidates.fixed_sets import FixedParams, suggested_sets
from bundle_pipeline.candidates.identity import with_bundle_id
from bundle_pipeline.candidates.mix_match import MixMatchParams, suggested_mixes
from bundle_pipeline.candidates.objectives import (
    ObjectiveFitParams,
    bundle_objectives,
    planned_products,
)
from bundle_pipeline.candidates.offerable import offerable_variants, products_alike
from bundle_pipeline.candidates.rewards import (
    RewardParams,
    suggested_clearance,
    suggested_more_of_the_same,
    suggested_rewards,
)
from bundle_pipeline.candidates.significant_itemsets import suggested_by_itemsets
from bundle_pipeline.candidates.significant_pairs import suggested_by_pairs
from bundle_pipeline.candidates.sources.params import SourceParams
from bundle_pipeline.candidates.stock import bundle_stock, days_of_cover, units_sold
from bundle_pipeline.candidates.suggestions import merged, no_suggestions
from bundle_pipeline.candidates.units import units_per_order
from bundle_pipeline.candidates.volume import VolumeParams, suggested_volumes
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
    """How many candidates to keep, how those of each kind are found, and what they are good for."""

    max_candidates: int = Field(default=5000, ge=1, le=1_000_000)
    """Candidates kept per shop and kind, the strongest first; more are cut and counted."""
    velocity_days: int = Field(default=60, ge=1, le=730)
    """Days of sales, up to the newest order, that days of cover are measured by."""
    objectives: ObjectiveFitParams = Field(default_factory=ObjectiveFitParams)
    """When a bundle is good for an objective."""
    volume: VolumeParams = Field(default_factory=VolumeParams)
    """More of one variant."""
    bxgy: RewardParams = Field(default_factory=RewardParams)
    """Buy some, get more of the same or another."""
    mix_match: MixMatchParams = Field(default_factory=MixMatchParams)
    """Pick some of a group."""
    fixed: FixedParams = Field(default_factory=FixedParams)
    """Gift boxes and sets of a season."""
    sources: SourceParams = Field(default_factory=SourceParams)
    """What else suggests bundles, where significant pairs and itemsets don't cover the shop."""


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
    order_lines: pl.LazyFrame
    """``OrderLines``, not read yet: what sells how fast."""
    variants: pl.DataFrame
    """``Variants``: ids, prices, costs and the shop's currency."""
    catalog: pl.DataFrame
    """``Catalog``: titles, status, and what ``variants`` doesn't say."""
    inventory: pl.DataFrame
    """``Inventory``: stock per location."""
    product_features: pl.DataFrame
    """``ProductFeatures``: flags and price tiers."""
    objective_plan: pl.DataFrame
    """``ObjectivePlan``: which objectives apply, and the products that they are built on."""
    substitutes: pl.DataFrame
    """``Substitutes``."""
    duplicate_products: pl.DataFrame
    """``DuplicateProducts``."""

    @property
    def currency(self) -> str | None:
        """The shop's currency."""
        return shop_currency(self.variants, self.catalog, self.orders)

    @cached_property
    def offerable(self) -> pl.DataFrame:
        """See :func:`~bundle_pipeline.candidates.offerable.offerable_variants`."""
        return offerable_variants(
            variants=self.variants,
            catalog=self.catalog,
            inventory=self.inventory,
            item_counts=self.item_counts,
            product_features=self.product_features,
            currency=self.currency,
        )


def suggest_bundles(
    shop_id: ShopId,
    known: KnownOfShop,
    params: CandidateParams,
    *,
    by_ladder: pl.DataFrame | None = None,
) -> dy.DataFrame[CandidateBundles]:
    """What every source suggests, each offer once, the strongest of each kind.

    Args:
        shop_id: Whose bundles they are; part of their identity.
        known: What is known of the shop.
        params: See :class:`CandidateParams`.
        by_ladder: Suggestions of the sources below significant pairs and itemsets.

    Returns:
        Candidates by ``bundle_id``; an item that no file knows has null fields.
    """
    currency = known.currency
    suggestions = merged(
        [*_suggestions(known, params), no_suggestions() if by_ladder is None else by_ladder]
    )
    kept = _strongest(suggestions, params.max_candidates)
    members = _members(kept).pipe(_with_facts, known, params, currency)
    objectives = bundle_objectives(
        members,
        product_features=known.product_features,
        objective_plan=known.objective_plan,
        params=params.objectives,
    )
    bundles = (
        _gathered(members)
        .join(kept.drop("members"), on="suggestion", validate="1:1")
        # What is good for nothing that the merchant wants is no candidate.
        .join(objectives, on="suggestion", validate="1:1")
        .with_columns(currency=pl.lit(currency, pl.String))
        .pipe(with_bundle_id, shop_id)
        .sort("bundle_id")
    )
    logger.info(
        "candidates (shop %s): %d suggested, %d cut, %d without an objective, %d out",
        shop_id,
        suggestions.height,
        suggestions.height - kept.height,
        kept.height - bundles.height,
        bundles.height,
    )
    return declared(CandidateBundles, bundles)


def _suggestions(known: KnownOfShop, params: CandidateParams) -> list[pl.DataFrame]:
    offerable = known.offerable
    units = units_per_order(
        known.orders, known.order_lines, variant_ids=offerable.get_column("variant_id")
    )
    alike = products_alike(known.substitutes, known.duplicate_products)
    slow, in_season = (
        planned_products(known.objective_plan, objective)
        for objective in ("clear_slow_movers", "seasonal_promo")
    )
    return [
        suggested_by_pairs(known.pair_rules),
        suggested_by_itemsets(
            known.itemsets, pair_rules=known.pair_rules, item_counts=known.item_counts
        ),
        suggested_volumes(units, offerable=offerable, params=params.volume),
        suggested_more_of_the_same(
            units,
            offerable=offerable,
            product_ids=pl.concat([slow, in_season]).unique(),
            params=params.bxgy,
        ),
        suggested_rewards(known.pair_rules, offerable=offerable, params=params.bxgy),
        suggested_clearance(offerable, product_ids=slow, alike=alike, params=params.bxgy),
        suggested_mixes(
            units=units,
            offerable=offerable,
            substitutes=known.substitutes,
            params=params.mix_match,
        ),
        suggested_sets(
            offerable,
            pair_rules=known.pair_rules,
            alike=alike,
            season_product_ids=in_season,
            params=params.fixed,
        ),
    ]


def _strongest(suggestions: pl.DataFrame, max_candidates: int) -> pl.DataFrame:
    """The first suggestions of each kind, in their order."""
    return suggestions.filter(pl.int_range(pl.len()).over("kind") < max_candidates)


def _members(suggestions: pl.DataFrame) -> pl.DataFrame:
    """One row per item, numbered as ``place`` in its bundle from 0."""
    return (
        suggestions.select("suggestion", "kind", "members")
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


def _gathered(members: pl.DataFrame) -> pl.DataFrame:
    return (
        members.sort("suggestion", "place")
        .group_by("suggestion", maintain_order=True)
        .agg(
            items=pl.struct(_ITEM_FIELDS),
            stock=bundle_stock(),
            is_on_sale=~pl.col("is_off_sale").any(),
        )
    )
