"""The periods of a shop's time, and which counted baskets fall into each."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

import numpy as np
import polars as pl

from bundle_pipeline.baskets.encoded import Codes
from bundle_pipeline.mining.periods.params import PeriodName

_EVERY: dict[PeriodName, str] = {"week": "1w", "month": "1mo", "quarter": "1q"}


@dataclass(frozen=True)
class Calendar:
    """Periods from that of the oldest counted basket to that of the newest, without gaps.

    There are none where order times don't differ, as in some exports: nothing is known of time.
    """

    starts: list[date]
    """First day of each period."""
    first_basket: Codes
    """First basket of each period, then the number of all: one entry more than periods."""
    newest_quarter: int
    """First basket of the newest quarter of the time between the oldest and the newest basket."""
    day_count: int
    """Days from that of the oldest basket to that of the newest, both included."""

    @property
    def period_count(self) -> int:
        """Number of periods."""
        return len(self.starts)

    @property
    def basket_counts(self) -> Codes:
        """Counted baskets of each period."""
        return np.diff(self.first_basket)


def calendar_of(ordered_at: pl.Series, period: PeriodName) -> Calendar:
    """Cut the time of a shop into periods.

    Args:
        ordered_at: Time of each counted basket, ascending.
        period: Length of a period.
    """
    if ordered_at.n_unique() < 2:  # noqa: PLR2004 one time is no order of time
        return Calendar([], np.array([ordered_at.len()]), newest_quarter=0, day_count=0)
    every = _EVERY[period]
    days = ordered_at.dt.truncate(every).dt.date()
    starts = pl.date_range(days[0], days[-1], every, eager=True)
    first = days.search_sorted(starts, side="left").to_list()
    oldest, newest = cast("tuple[datetime, datetime]", (ordered_at[0], ordered_at[-1]))
    recent = newest - (newest - oldest) / 4
    return Calendar(
        starts=starts.to_list(),
        first_basket=np.array([*first, ordered_at.len()]),
        newest_quarter=int(ordered_at.search_sorted(recent, side="right")),
        day_count=(newest.date() - oldest.date()).days + 1,
    )
