"""Candidates to scored bundles: components, their weighted contributions, and the sum."""

import functools
import logging
import operator
from dataclasses import dataclass

import dataframely as dy
import polars as pl
from pydantic import Field

from bundle_pipeline.baskets.encoded import EncodedBaskets
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.bundles import OBJECTIVES, SCORE_COMPONENTS, ScoredBundles
from bundle_pipeline.scoring.affinity import affinities
from bundle_pipeline.scoring.availability import availability_component
from bundle_pipeline.scoring.confidence import confidence_component
from bundle_pipeline.scoring.content_fit import content_fits
from bundle_pipeline.scoring.evidence import evidence_component
from bundle_pipeline.scoring.expected_margin import expected_margin_component, with_earned
from bundle_pipeline.scoring.novelty import novelty_component
from bundle_pipeline.scoring.objective_fit import objective_fit_component
from bundle_pipeline.scoring.outlook import with_outlooks
from bundle_pipeline.scoring.popularity import item_popularity, popularities
from bundle_pipeline.scoring.price_sanity import price_sanity_component
from bundle_pipeline.scoring.reach import reach_component
from bundle_pipeline.scoring.replication import replication_component
from bundle_pipeline.scoring.weights import Profile, Purpose, Weights, weights_of
from bundle_pipeline.settings.layers import Params

logger = logging.getLogger(__name__)


class ScoringParams(Params):
    """How candidates are scored."""

    profile: Profile = "held_out"
    """Table of weights: ``held_out`` by what later orders of real shops confirm, ``linear`` as the
    replaced system's ranker, ``hybrid`` by content, neighbours, popularity and novelty."""
    weights: dict[Purpose, Weights] = Field(default={})
    """Weights in place of the profile's, by objective; ``default`` is for all that aren't named."""
    half_trust_baskets: float = Field(default=100.0, ge=0.0)
    """Counted baskets at which components that are measured on orders count half of their weight;
    n baskets count ``n / (n + half_trust_baskets)``. Their intervals know already how few orders
    there are; this is for what they can't know, such as a season."""
    max_pooled_score: float = Field(default=0.5, ge=0.0, le=1.0)
    """Highest score of a bundle that only orders of like products back: all its contributions are
    multiplied by it."""
    max_unproven_score: float = Field(default=0.25, ge=0.0, le=1.0)
    """The same for a bundle that no orders back."""
    popularity_half_life_days: float = Field(default=30.0, gt=0.0)
    """Days after which a basket counts half in ``popularity``."""


@dataclass(frozen=True)
class ShopFacts:
    """What is known of a shop beside its candidates."""

    baskets: EncodedBaskets
    """Counted baskets."""
    item_neighbours: pl.DataFrame
    """``ItemNeighbours``."""
    content_neighbours: pl.DataFrame
    """``ContentNeighbours``."""


def score_bundles(
    candidates: pl.DataFrame, params: ScoringParams, *, facts: ShopFacts
) -> dy.DataFrame[ScoredBundles]:
    """Score every candidate of a shop, each with the weights of its first objective.

    Args:
        candidates: ``CandidateBundles`` of one shop; some components compare them with each other.
        params: Weights.
        facts: What is known of the same shop.

    Returns:
        The same candidates by ``bundle_id``, with ``scores`` (components), ``contributions``
        (weight times component, and times the ceiling of what orders don't show) and ``score``: the
        contributions added up in the order of ``SCORE_COMPONENTS``, so that a reader who adds the
        stored numbers gets the same bits.
    """
    scored = (
        _with_looked_up(candidates, params, facts)
        .pipe(with_outlooks)
        .pipe(with_earned)
        .with_columns(scores=_components())
        .with_columns(contributions=_contributions(params, facts.baskets.basket_count))
        .with_columns(score=_total())
        .sort("bundle_id")
    )
    logger.info("scored bundles: %d in, %d out", candidates.height, scored.height)
    return declared(ScoredBundles, scored)


_LOOKED_UP = ("affinity", "popularity", "content_fit")


def _with_looked_up(
    candidates: pl.DataFrame, params: ScoringParams, facts: ShopFacts
) -> pl.DataFrame:
    """Add the components that need more than the candidate itself; 0 where nothing is known."""
    popularity = item_popularity(facts.baskets, half_life_days=params.popularity_half_life_days)
    for found in (
        affinities(candidates, facts.item_neighbours),
        popularities(candidates, popularity),
        content_fits(candidates, facts.content_neighbours),
    ):
        candidates = candidates.join(found, on="bundle_id", how="left", validate="1:1")
    return candidates.with_columns(pl.col(_LOOKED_UP).fill_null(0.0))


def _components() -> pl.Expr:
    components = {
        "evidence": evidence_component(),
        "confidence": confidence_component(),
        "reach": reach_component(),
        "replication": replication_component(),
        "expected_margin": expected_margin_component(),
        "novelty": novelty_component(),
        "objective_fit": objective_fit_component(),
        "price_sanity": price_sanity_component(),
        "availability": availability_component(),
    } | {name: pl.col(name) for name in _LOOKED_UP}
    return pl.struct([components[name].alias(name) for name in SCORE_COMPONENTS])


def _contributions(params: ScoringParams, basket_count: int) -> pl.Expr:
    scores, objective = pl.col("scores").struct, pl.col("objectives").list.first()
    trust = basket_count / (basket_count + params.half_trust_baskets) if basket_count else 0.0
    shares = {
        name: weights_of(name, profile=params.profile, own=params.weights).shares(trust)
        for name in OBJECTIVES
    }
    weights = {
        component: objective.replace_strict(
            {name: share[component] for name, share in shares.items()}, return_dtype=pl.Float64
        )
        for component in SCORE_COMPONENTS
    }
    ceilings = {
        "proven": 1.0,
        "pooled": params.max_pooled_score,
        "unproven": params.max_unproven_score,
    }
    ceiling = pl.col("backing").replace_strict(ceilings, return_dtype=pl.Float64)
    return pl.struct(
        [(scores.field(name) * weights[name] * ceiling).alias(name) for name in SCORE_COMPONENTS]
    )


def _total() -> pl.Expr:
    contributions = pl.col("contributions").struct
    total = functools.reduce(operator.add, [contributions.field(n) for n in SCORE_COMPONENTS])
    # Shares that add up to 1 only nearly could lift a perfect bundle a rounding above 1.
    return total.clip(upper_bound=1.0)
