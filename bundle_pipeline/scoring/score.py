"""Candidates to scored bundles: components, their weighted contributions, and the sum."""

import functools
import logging
import operator

import dataframely as dy
import polars as pl

from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.bundles import SCORE_COMPONENTS, ScoredBundles
from bundle_pipeline.scoring.availability import availability_component
from bundle_pipeline.scoring.confidence import confidence_component
from bundle_pipeline.scoring.evidence import evidence_component
from bundle_pipeline.scoring.price_sanity import price_sanity_component
from bundle_pipeline.scoring.reach import reach_component
from bundle_pipeline.scoring.replication import replication_component
from bundle_pipeline.scoring.weights import Weights
from bundle_pipeline.settings.layers import Params

logger = logging.getLogger(__name__)


class ScoringParams(Params):
    """How candidates are scored."""

    weights: Weights = Weights()
    """What each component is worth."""


def score_bundles(candidates: pl.DataFrame, params: ScoringParams) -> dy.DataFrame[ScoredBundles]:
    """Score every candidate of a shop.

    Args:
        candidates: ``CandidateBundles`` of one shop; ``reach`` compares them with each other.
        params: Weights.

    Returns:
        The same candidates by ``bundle_id``, with ``scores`` (components), ``contributions``
        (weight times component) and ``score``: the contributions added up in the order of
        ``SCORE_COMPONENTS``, so that a reader who adds the stored numbers gets the same bits.
    """
    scored = (
        candidates.with_columns(scores=_components())
        .with_columns(contributions=_contributions(params.weights.by_component()))
        .with_columns(score=_total())
        .sort("bundle_id")
    )
    logger.info("scored bundles: %d in, %d out", candidates.height, scored.height)
    return declared(ScoredBundles, scored)


def _components() -> pl.Expr:
    components = {
        "evidence": evidence_component(),
        "confidence": confidence_component(),
        "reach": reach_component(),
        "replication": replication_component(),
        "price_sanity": price_sanity_component(),
        "availability": availability_component(),
    }
    return pl.struct([components[name].alias(name) for name in SCORE_COMPONENTS])


def _contributions(weights: dict[str, float]) -> pl.Expr:
    scores = pl.col("scores").struct
    return pl.struct([scores.field(name) * weights[name] for name in SCORE_COMPONENTS])


def _total() -> pl.Expr:
    contributions = pl.col("contributions").struct
    total = functools.reduce(operator.add, [contributions.field(n) for n in SCORE_COMPONENTS])
    # Weights that add up to 1 only nearly could lift a perfect bundle a rounding above 1.
    return total.clip(upper_bound=1.0)
