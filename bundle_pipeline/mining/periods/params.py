"""Parameters of periods."""

from typing import Literal

from pydantic import Field

from bundle_pipeline.settings.layers import Params

PeriodName = Literal["week", "month", "quarter"]


class PeriodParams(Params):
    """How pairs are followed over time."""

    period: PeriodName = "month"
    """Calendar period, in UTC, that pairs are counted by; weeks begin on Monday."""
    max_pairs: int = Field(default=100_000, ge=1)
    """Most significant pairs that are followed, the surest ones; memory grows with it: about 100
    bytes for each pair and period."""
