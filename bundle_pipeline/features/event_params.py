"""Settings of what is measured of visitors' events."""

from pydantic import Field

from bundle_pipeline.settings.layers import Params


class EventParams(Params):
    """How views, carts and searches are counted."""

    window_days: int = Field(default=30, ge=1)
    """Newest days that are counted: tastes of visitors change faster than what is bought."""
    max_pause_minutes: int = Field(default=30, ge=1)
    """A longer pause ends a visit, as in web analytics."""
    max_visit_products: int = Field(default=50, ge=2)
    """Most products of a visit whose pairs are counted: larger ones are crawlers and comparisons of
    prices. They are left out, never truncated."""
    min_co_view_count: int = Field(default=2, ge=1)
    """Visits from which a pair is listed."""
