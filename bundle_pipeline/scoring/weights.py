"""Weights of the score's components, from ``weights.yaml`` and the settings."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Literal, Self

import yaml
from pydantic import Field, TypeAdapter, model_validator

from bundle_pipeline.schemas.bundles import SCORE_COMPONENTS, Objective
from bundle_pipeline.settings.layers import Params

Profile = Literal["held_out", "linear", "hybrid"]
# What a bundle is for, or all that have no weights of their own.
Purpose = Literal["default"] | Objective
DEFAULT: Purpose = "default"

# Components that are measured on orders: the fewer orders, the less they say.
FROM_ORDERS = (
    "evidence",
    "confidence",
    "reach",
    "replication",
    "affinity",
    "popularity",
    "expected_margin",
)


class Weights(Params):
    """Weight of each component: parts, at least one above 0; the score divides them by their sum.

    A component that isn't named weighs nothing.
    """

    evidence: float = Field(default=0.0, ge=0.0)
    """Share of the joint buying that chance can't explain."""
    confidence: float = Field(default=0.0, ge=0.0)
    """How often the anchor's buyers take the add-ons."""
    reach: float = Field(default=0.0, ge=0.0)
    """How many orders the bundle speaks to, beyond chance."""
    replication: float = Field(default=0.0, ge=0.0)
    """Whether the newest orders show it again."""
    affinity: float = Field(default=0.0, ge=0.0)
    """Whether the add-ons are among the anchor's best neighbours."""
    popularity: float = Field(default=0.0, ge=0.0)
    """Whether all items sell well, lately."""
    content_fit: float = Field(default=0.0, ge=0.0)
    """Whether the items' pages speak of the same thing, not of one twice."""
    objective_fit: float = Field(default=0.0, ge=0.0)
    """How well the bundle serves its first objective."""
    expected_margin: float = Field(default=0.0, ge=0.0)
    """What the joint buying beyond chance earns at list prices."""
    novelty: float = Field(default=0.0, ge=0.0)
    """Whether a page hears something new from it."""
    price_sanity: float = Field(default=0.0, ge=0.0)
    """Whether the add-ons are small beside the anchor."""
    availability: float = Field(default=0.0, ge=0.0)
    """Whether stock lasts."""

    @model_validator(mode="after")
    def _something_counts(self) -> Self:
        if not any(self.by_component().values()):
            message = "all weights are 0; at least one component must count"
            raise ValueError(message)
        return self

    def by_component(self) -> dict[str, float]:
        """Weights in the order of the score's components."""
        weights: dict[str, float] = self.model_dump()
        return {component: weights[component] for component in SCORE_COMPONENTS}

    def shares(self, trust: float) -> dict[str, float]:
        """Weights as they count with so much trust in the orders; together 1.

        Those of ``FROM_ORDERS`` are multiplied by ``trust``, and all are divided by their sum: what
        the orders lose, the others gain in proportion. Where nothing else weighs, trust changes
        nothing.

        Args:
            trust: 0..1.
        """
        weights = self.by_component()
        if not any(weights[component] for component in weights if component not in FROM_ORDERS):
            trust = 1.0
        parts = {
            component: weight * (trust if component in FROM_ORDERS else 1.0)
            for component, weight in weights.items()
        }
        total = sum(parts.values())
        return {component: part / total for component, part in parts.items()}


Table = Mapping[Purpose, Weights]


@cache
def package_weights() -> Mapping[Profile, Table]:
    """The tables of the package, by profile and objective; each has a ``default``."""
    text = resources.files("bundle_pipeline.scoring").joinpath("weights.yaml").read_text("utf-8")
    return TypeAdapter(dict[Profile, dict[Purpose, Weights]]).validate_python(yaml.safe_load(text))


def weights_of(objective: str, *, profile: Profile, own: Table) -> Weights:
    """Weights of an objective: the shop's own, the shop's default, the profile's, its default."""
    tables = (own, package_weights()[profile])
    named: dict[str, Weights] = {}
    for table in reversed(tables):
        if DEFAULT in table:
            named = {DEFAULT: table[DEFAULT]}
        named |= {str(name): weights for name, weights in table.items()}
    return named.get(objective, named[DEFAULT])
