"""What a shop can set about how unlike its own past a delivery may be."""

from pydantic import Field

from bundle_pipeline.settings.layers import Params


class QualityParams(Params):
    """Settings of the expectations about a shop's history; all of them warn, none blocks."""

    max_volume_drop_rate: float = Field(default=0.5, ge=0.0, le=1.0)
    """Share by which the orders of the newest week, or the rows of the order files, may fall."""
    history_weeks: int = Field(default=8, ge=1)
    """Weeks before the newest one that its orders are compared with, by their median."""
    min_history_weeks: int = Field(default=4, ge=1)
    """Full weeks of orders before the newest one, below which there is nothing to compare with."""
    max_price_factor: float = Field(default=2.0, gt=1.0)
    """Factor up or down beyond which a variant's new price counts as a jump."""
    max_price_jump_rate: float = Field(default=0.05, ge=0.0, le=1.0)
    """Share of the variants whose price may jump from one delivery to the next."""
    max_order_age_days: float = Field(default=7.0, gt=0.0)
    """Days that the newest order may be older than the newest stock count or catalog entry."""
    max_order_age_gaps: float = Field(default=3.0, gt=0.0)
    """The same in usual gaps between days with orders; the longer of the two counts."""
