"""One row per pair: does it rise, fade, have a season, or is too little known?

Two references are asked, and both have to say so: the expected count (does the *adjusted lift*
change?) and the baskets with the rarer variant (does its *confidence* change?). Either alone
misleads. The adjusted lift of two variants that are nearly always sold together halves when both
become twice as popular, since chance then gives four times as many; and the confidence of two that
have little to do with each other doubles when the other one becomes twice as popular. A test that
takes the larger of both p-values keeps its level whichever of the two is even (Berger's
intersection-union test).
"""

import dataframely as dy
import numpy as np
import polars as pl

from bundle_pipeline.mining.multiplicity import benjamini_hochberg
from bundle_pipeline.mining.params import MiningParams
from bundle_pipeline.mining.periods.follow import FollowedPairs
from bundle_pipeline.mining.periods.season import Windows, seasons, windows_of
from bundle_pipeline.mining.periods.trend import fitted_changes, trends
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.mining import PairTrends

# A single test that reaches it leaves doubt.
_LEVEL = 0.05
# Below it, not seeing a change says little.
_ENOUGH_POWER = 0.8
_YEAR_DAYS = 365
# Pairs are judged in parts of so many cells, to hold memory to about 100 MB.
_CELLS_PER_PART = 500_000


def pair_trends(followed: FollowedPairs, params: MiningParams) -> dy.DataFrame[PairTrends]:
    """What the periods say of each pair.

    Args:
        followed: Pairs in periods.
        params: ``max_q``, which trends and seasons have to be within, each by Benjamini-Hochberg
            over the pairs that could be tested.

    Returns:
        Sorted by pair. ``course`` is, of what is within ``max_q``, what has the smaller p-value:
        ``rising`` or ``fading``; or ``seasonal`` if the peak was seen in two years, or in the only
        one, else ``uneven``. Else ``steady`` if neither test is at p <= 0.05 though a lift that
        doubles or halves over the shop's time would have been with a chance of 0.8. Else
        ``unknown``.
    """
    frame = pl.concat(
        [followed.pairs, _weighted(followed), _sold(followed), _tested(followed)],
        how="horizontal",
    )
    frame = frame.with_columns(
        trend_q_value=_q_values(frame.get_column("trend_p_value")),
        season_q_value=_q_values(frame.get_column("season_p_value")),
    )
    years = min(followed.calendar.day_count // _YEAR_DAYS, 2)
    frame = frame.with_columns(course=_course(params.max_q, fewest_years=years)).pipe(
        _without_chance_peaks, params.max_q
    )
    return declared(PairTrends, frame)


def _weighted(followed: FollowedPairs) -> pl.DataFrame:
    weighted, height = followed.weighted, followed.pairs.height
    if weighted is None:
        nothing = pl.repeat(None, height, dtype=pl.Float64)
        return pl.select(weighted_count=nothing, weighted_lift=nothing)
    return pl.DataFrame(
        {
            "weighted_count": weighted.count,
            "weighted_lift": weighted.count / weighted.expected,
        }
    )


def _sold(followed: FollowedPairs) -> pl.DataFrame:
    """When the pairs were sold together; null where nothing is known of time."""
    height, period_count = followed.count.shape
    if period_count == 0:
        day, share = (pl.repeat(None, height, dtype=kind) for kind in (pl.Date, pl.Float64))
        return pl.select(first_period_on=day, last_period_on=day, newest_quarter_share=share)
    starts = pl.Series(followed.calendar.starts)
    is_sold = followed.count > 0
    last = period_count - 1 - is_sold[:, ::-1].argmax(axis=1)
    return pl.DataFrame(
        {
            "first_period_on": starts.gather(is_sold.argmax(axis=1)),
            "last_period_on": starts.gather(last),
            "newest_quarter_share": followed.newest_count / followed.count.sum(axis=1),
        }
    )


def _tested(followed: FollowedPairs) -> pl.DataFrame:
    height, period_count = followed.count.shape
    if height == 0 or period_count == 0:
        return _untested(height)
    has_a_year = followed.calendar.day_count >= _YEAR_DAYS
    windows = windows_of(followed.calendar.starts) if has_a_year else None
    rows_per_part = max(_CELLS_PER_PART // period_count, 1)
    tested = [
        _part_tested(followed, slice(first, first + rows_per_part), windows)
        for first in range(0, height, rows_per_part)
    ]
    return pl.concat(tested)


def _part_tested(followed: FollowedPairs, rows: slice, windows: Windows | None) -> pl.DataFrame:
    count, expected = followed.count[rows], followed.expected[rows]
    references = (expected, followed.rarer_count[rows])
    by_lift, by_confidence = (trends(count, reference) for reference in references)
    is_agreed = by_lift.is_rising == by_confidence.is_rising
    p_value = np.where(is_agreed, np.maximum(by_lift.p_value, by_confidence.p_value), 1.0)
    trend = pl.DataFrame(
        {
            "fitted_change": fitted_changes(count, expected),
            "trend_p_value": np.where(np.isnan(by_lift.p_value), np.nan, p_value),
            "trend_power": np.minimum(by_lift.power, by_confidence.power),
        }
    ).with_columns(pl.col("fitted_change", "trend_p_value").fill_nan(None))
    if windows is None:
        return pl.concat([trend, _no_season(len(count))], how="horizontal")
    found = seasons(count, references, windows)
    season = pl.DataFrame(
        {
            "season_p_value": found.p_value,
            "peak_months": pl.Series(windows.months, dtype=pl.List(pl.Int64)).gather(found.peak),
            "peak_share": found.share,
            "peak_even_share": found.even_share,
            "peak_year_count": found.years,
        }
    )
    return pl.concat([trend, season], how="horizontal")


def _untested(height: int) -> pl.DataFrame:
    nothing = pl.repeat(None, height, dtype=pl.Float64)
    trend = pl.select(
        fitted_change=nothing,
        trend_p_value=nothing,
        trend_power=pl.repeat(0.0, height, dtype=pl.Float64),
    )
    return pl.concat([trend, _no_season(height)], how="horizontal")


def _no_season(height: int) -> pl.DataFrame:
    rate = pl.repeat(None, height, dtype=pl.Float64)
    return pl.select(
        season_p_value=rate,
        peak_months=pl.repeat(None, height, dtype=pl.List(pl.Int64)),
        peak_share=rate,
        peak_even_share=rate,
        peak_year_count=pl.repeat(None, height, dtype=pl.Int64),
    )


def _q_values(p_values: pl.Series) -> pl.Series:
    """Benjamini-Hochberg over the tests that could be made; null for the others."""
    made = p_values.drop_nulls().to_numpy()
    q_values = np.full(p_values.len(), np.nan)
    q_values[p_values.is_not_null().to_numpy()] = benjamini_hochberg(made, family_size=made.size)
    return pl.Series(q_values).fill_nan(None)


def _course(max_q: float, *, fewest_years: int) -> pl.Expr:
    has_trend = (pl.col("trend_q_value") <= max_q).fill_null(value=False)
    has_season = (pl.col("season_q_value") <= max_q).fill_null(value=False)
    is_likelier = (pl.col("trend_p_value") <= pl.col("season_p_value")).fill_null(value=False)
    # The level that the power is about: what is doubtful is no proof of steadiness.
    is_calm = pl.all_horizontal(
        (pl.col(p_value) > _LEVEL).fill_null(value=True)
        for p_value in ("trend_p_value", "season_p_value")
    )
    return (
        pl.when(has_trend & (is_likelier | ~has_season))
        .then(
            pl.when(pl.col("fitted_change") > 1).then(pl.lit("rising")).otherwise(pl.lit("fading"))
        )
        .when(has_season & (pl.col("peak_year_count") >= fewest_years))
        .then(pl.lit("seasonal"))
        .when(has_season)
        .then(pl.lit("uneven"))
        .when(is_calm & (pl.col("trend_power") >= _ENOUGH_POWER))
        .then(pl.lit("steady"))
        .otherwise(pl.lit("unknown"))
    )


def _without_chance_peaks(frame: pl.DataFrame, max_q: float) -> pl.DataFrame:
    """Peaks only where there is a season: the highest month of an even pair means nothing."""
    is_beyond = pl.col("season_q_value") <= max_q
    peak = pl.col("peak_months", "peak_share", "peak_even_share", "peak_year_count")
    return frame.with_columns(pl.when(is_beyond).then(peak))
