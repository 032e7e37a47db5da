"""Numbers of a shop's pairs over time: for metadata."""

from dataclasses import dataclass

import polars as pl

from bundle_pipeline.mining.periods.follow import FollowedPairs


@dataclass(frozen=True)
class PeriodSummary:
    """Numbers that would worry somebody if they jumped."""

    followed_pairs: int
    """Significant pairs that are followed over time."""
    unfollowed_pairs: int
    """Those beyond the limit `mining.periods.max_pairs`."""
    periods: int
    """Periods of the shop's time; 0 where its order times don't differ."""
    rising_pairs: int
    fading_pairs: int
    seasonal_pairs: int
    uneven_pairs: int
    steady_pairs: int
    unknown_pairs: int
    """Pairs that too little is sold of to say."""


def period_summary(followed: FollowedPairs, trends: pl.DataFrame) -> PeriodSummary:
    """Numbers of a shop's pairs over time.

    Args:
        followed: Pairs in periods.
        trends: As declared by :class:`~bundle_pipeline.schemas.mining.PairTrends`.
    """

    def pairs_of(course: str) -> int:
        return trends.filter(course=course).height

    return PeriodSummary(
        followed_pairs=followed.pairs.height,
        unfollowed_pairs=followed.left_out_count,
        periods=followed.calendar.period_count,
        rising_pairs=pairs_of("rising"),
        fading_pairs=pairs_of("fading"),
        seasonal_pairs=pairs_of("seasonal"),
        uneven_pairs=pairs_of("uneven"),
        steady_pairs=pairs_of("steady"),
        unknown_pairs=pairs_of("unknown"),
    )
