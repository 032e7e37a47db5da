"""Ranking: every candidate ends in exactly one of two frames."""

import logging
from dataclasses import dataclass
from typing import cast

import dataframely as dy
import polars as pl

from bundle_pipeline.baskets.encoded import EncodedBaskets
from bundle_pipeline.ranking.coverage import Coverage, coverage_of
from bundle_pipeline.ranking.explanation import with_explanation
from bundle_pipeline.ranking.fronts import bundle_measures, with_distinctness, with_fronts
from bundle_pipeline.ranking.gates import with_failed_gate
from bundle_pipeline.ranking.lesser_kinds import with_lesser_kinds
from bundle_pipeline.ranking.objective_caps import objective_caps
from bundle_pipeline.ranking.offers import with_offered_quantity
from bundle_pipeline.ranking.params import RankingParams
from bundle_pipeline.ranking.selection import Selection, choose
from bundle_pipeline.ranking.similar_items import with_similar_items
from bundle_pipeline.ranking.supporting_orders import supporting_orders
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.bundles import DroppedCandidates, RankedBundles

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ranking:
    """What is offered, and what isn't."""

    ranked: dy.DataFrame[RankedBundles]
    """By rank."""
    dropped: dy.DataFrame[DroppedCandidates]
    """By ``bundle_id``."""
    selection: Selection
    """How good the chosen set is."""
    coverage: Coverage
    """What it covers."""


def rank_bundles(
    priced: pl.DataFrame,
    baskets: EncodedBaskets,
    *,
    duplicate_products: pl.DataFrame,
    substitutes: pl.DataFrame,
    objective_plan: pl.DataFrame,
    params: RankingParams,
) -> Ranking:
    """Pass priced bundles through the gates, choose among those that pass, and put them in order.

    The first obstacle in the order of ``DROP_CODES`` is the one that is named.

    Args:
        priced: ``PricedBundles``.
        baskets: Counted baskets of the same shop: the orders behind a bundle are named from them.
        duplicate_products: ``DuplicateProducts`` of the same shop.
        substitutes: ``Substitutes`` of the same shop.
        objective_plan: ``ObjectivePlan`` of the same shop: how many bundles an objective may have.
        params: Gates, limits and waves.
    """
    gated = with_failed_gate(
        with_similar_items(priced, duplicate_products=duplicate_products, substitutes=substitutes),
        params,
    )
    gated = with_lesser_kinds(gated)
    is_chosen = pl.col("code").is_null()
    passed = gated.filter(is_chosen).drop("code", "detail")
    caps = objective_caps(objective_plan)
    selection = choose(passed, params, caps)
    choices = selection.choices
    chosen = (
        passed.pipe(with_distinctness)
        .pipe(with_fronts, bundle_measures())
        .join(choices.filter(is_chosen), on="bundle_id", how="semi")
    )
    ranked = _ranked(chosen, baskets, params)
    not_chosen = passed.join(choices.filter(~is_chosen), on="bundle_id", validate="1:1")
    dropped = pl.concat([gated.filter(~is_chosen), not_chosen])
    logger.info(
        "ranking: %d candidates in, %d passed the gates, %d ranked, %d dropped",
        priced.height,
        passed.height,
        ranked.height,
        dropped.height,
    )
    coverage = coverage_of(
        ranked,
        passed=passed,
        priced=priced,
        sold_variant_count=baskets.variant_count,
        min_per_objective=params.min_per_objective,
        caps=caps,
    )
    return Ranking(ranked, _dropped(dropped), selection, coverage)


def chosen_bundles(
    scored: pl.DataFrame,
    *,
    duplicate_products: pl.DataFrame,
    substitutes: pl.DataFrame,
    objective_plan: pl.DataFrame,
    params: RankingParams,
) -> pl.DataFrame:
    """What would be offered of bundles without a price, in order: for trying settings out.

    Args:
        scored: ``ScoredBundles``.
        duplicate_products: ``DuplicateProducts`` of the same shop.
        substitutes: ``Substitutes`` of the same shop.
        objective_plan: ``ObjectivePlan`` of the same shop: how many bundles an objective may have.
        params: Gates and limits; what asks for a price passes.

    Returns:
        The chosen rows by ``rank``.
    """
    alike = with_similar_items(
        scored, duplicate_products=duplicate_products, substitutes=substitutes
    )
    pricing = cast("pl.Struct", RankedBundles.create_empty().schema["pricing"])
    unknown = [pl.lit(None, field.dtype).alias(field.name) for field in pricing.fields]
    gated = with_failed_gate(alike.with_columns(pricing=pl.struct(unknown)), params)
    passed = gated.filter(pl.col("code").is_null())
    choices = choose(passed.drop("code", "detail"), params, objective_caps(objective_plan)).choices
    chosen = choices.filter(pl.col("code").is_null())
    return _in_order(passed.join(chosen, on="bundle_id", how="semi"))


def _in_order(bundles: pl.DataFrame) -> pl.DataFrame:
    """By score with a ``rank``; what orders prove comes before what they don't."""
    is_proven = pl.col("backing") == "proven"
    return bundles.sort(~is_proven, -pl.col("score"), "bundle_id").with_columns(
        rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int64)
    )


def _ranked(
    bundles: pl.DataFrame, baskets: EncodedBaskets, params: RankingParams
) -> dy.DataFrame[RankedBundles]:
    orders = supporting_orders(bundles, baskets, sample_order_count=params.sample_order_count)
    frame = (
        bundles.join(orders, on="bundle_id", validate="1:1")
        .pipe(_in_order)
        .with_columns(wave=_wave(params.wave_sizes))
        .pipe(with_offered_quantity, params)
        .pipe(with_explanation)
        .sort("rank")
    )
    return declared(RankedBundles, frame)


def _wave(wave_sizes: tuple[int, ...]) -> pl.Expr:
    """The wave of a rank: how many waves end before it, plus 1."""
    ended = [(pl.col("rank") > size).cast(pl.Int64) for size in wave_sizes]
    return pl.sum_horizontal(ended) + 1


def _dropped(bundles: pl.DataFrame) -> dy.DataFrame[DroppedCandidates]:
    variant_ids = pl.col("items").list.eval(pl.element().struct.field("variant_id"))
    frame = bundles.select(
        "bundle_id", "code", "detail", "score", variant_ids=variant_ids.list.sort()
    ).sort("bundle_id")
    return declared(DroppedCandidates, frame)
