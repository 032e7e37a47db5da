"""Weights of the score's components."""

import math
from typing import Self

from pydantic import Field, model_validator

from bundle_pipeline.schemas.bundles import SCORE_COMPONENTS
from bundle_pipeline.settings.layers import Params

# Decimal weights add up to 1 only nearly when they are floats.
_SUM_TOLERANCE = 1e-9


class Weights(Params):
    """Weight of each component, 0 to 1; together 1.

    What held-out orders confirm weighs most: size-adjusted evidence and reach are what the best
    simple rankers are made of, and a list by confidence alone is the worst, so it only tips the
    scale. Replication repeats part of the evidence, and its hard verdict, faded, is a gate of its
    own. Stock and price decide whether an offer is practical, not whether it is real.
    """

    evidence: float = Field(default=0.3, ge=0.0, le=1.0)
    """Share of the joint buying that chance can't explain."""
    confidence: float = Field(default=0.15, ge=0.0, le=1.0)
    """How often the anchor's buyers take the add-ons."""
    reach: float = Field(default=0.3, ge=0.0, le=1.0)
    """How many orders the bundle speaks to, beyond chance."""
    replication: float = Field(default=0.1, ge=0.0, le=1.0)
    """Whether the newest orders show it again."""
    price_sanity: float = Field(default=0.05, ge=0.0, le=1.0)
    """Whether the add-ons are small beside the anchor."""
    availability: float = Field(default=0.1, ge=0.0, le=1.0)
    """Whether stock lasts."""

    @model_validator(mode="after")
    def _sum_to_one(self) -> Self:
        total = math.fsum(self.by_component().values())
        if abs(total - 1) > _SUM_TOLERANCE:
            message = f"weights sum to {total:.6g}, not to 1; set all that should change together"
            raise ValueError(message)
        return self

    def by_component(self) -> dict[str, float]:
        """Weights in the order of the score's components."""
        weights: dict[str, float] = self.model_dump()
        return {component: weights[component] for component in SCORE_COMPONENTS}
