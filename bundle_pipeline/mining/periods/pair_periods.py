"""One row per pair and period, with what chance gives there."""

import dataframely as dy
import numpy as np
import polars as pl

from bundle_pipeline.mining.periods.follow import FollowedPairs
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.mining import PairPeriods
from bundle_pipeline.statistics.poisson import mean_interval


def pair_periods(followed: FollowedPairs) -> dy.DataFrame[PairPeriods]:
    """Pairs in each period in which both variants were sold in baskets of at least two.

    Returns:
        Sorted by pair and period. The counts of a pair add up to its ``basket_count``; its
        expected counts needn't, since chance is judged in each period by itself.
    """
    pair, period = np.nonzero(followed.expected > 0)
    count = followed.count[pair, period]
    expected = followed.expected[pair, period]
    low, high = mean_interval(count)
    starts = pl.Series(followed.calendar.starts, dtype=pl.Date)
    frame = pl.DataFrame(
        {
            "first_id": followed.pairs.get_column("first_id").gather(pair),
            "second_id": followed.pairs.get_column("second_id").gather(pair),
            "period_start_on": starts.gather(period),
            "basket_count": count,
            "period_basket_count": followed.calendar.basket_counts[period],
            "expected_count": expected,
            "adjusted_lift": count / expected,
            "adjusted_lift_low": low / expected,
            "adjusted_lift_high": high / expected,
        }
    )
    return declared(PairPeriods, frame)
