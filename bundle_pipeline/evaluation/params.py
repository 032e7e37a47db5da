"""How bundles are tried on held-out orders, and when that keeps a shop from publishing."""

from typing import Literal

from pydantic import Field

from bundle_pipeline.settings.layers import Params


class EvaluationParams(Params):
    """Settings of the replay and of the gate behind it."""

    enabled: bool = True
    """Whether bundles are tried at all."""
    gate: Literal["block", "warn"] = "block"
    """What happens where today's settings find worse bundles than those that were accepted last:
    nothing is published, or it is published with a warning and counts as accepted from then on."""
    min_order_count: int = Field(default=50, ge=1)
    """Fewest held-out orders with several variants; with fewer nothing is tried."""
    max_line_count: int = Field(default=2_000_000, ge=1)
    """Distinct variants of orders, the newest ones, that a replay looks at, at most."""
    max_model_mb: int = Field(default=64, ge=1)
    """Most megabytes (10 ** 6 bytes) of the replay's model of neighbours: 4,000 variants."""
    tolerated_drop: float = Field(default=0.02, ge=0.0, le=1.0)
    """Share of an accepted figure by which today's may surely be lower: a large shop shows drops
    that no merchant would."""
    sample_count: int = Field(default=500, ge=50)
    """Bootstrap samples behind each interval."""
    seed: int = Field(default=0, ge=0)
    """Of the bootstrap: the same seed gives the same intervals."""
