"""How long something usually takes to come again, and what a silence says.

One formula for products, customers and pairs: intervals between events are taken as exponential
(events at a steady pace), so a silence of ``d`` days has the chance ``exp(-d / interval)`` while
all is as before. A fixed number of days, as 60 or 90 for everybody, would call a weekly coffee
customer active and a yearly ski customer lost at the same moment.
"""

import polars as pl

# Exports often state dates without times: events of one day are not told apart.
_LEAST_DAYS = 1.0
_DAY_SECONDS = 86_400


def days_between(first: str, last: str) -> pl.Expr:
    """Days from a time to a later one, with fractions."""
    return (pl.col(last) - pl.col(first)).dt.total_seconds() / _DAY_SECONDS


def with_expected_interval(
    frame: pl.DataFrame, *, first: str, last: str, count: str, prior_count: float
) -> pl.DataFrame:
    """Add ``mean_interval_days`` and ``expected_interval_days`` to things that happened.

    ``mean = (last - first) / (count - 1)``, null for a single event. The usual interval of the shop
    is the median of these, at least a day; expected is the thing's own, shrunk to it:
    ``(last - first + prior_count * usual) / (count - 1 + prior_count)``. A thing seen once gets the
    usual interval of those that came again, which is what is known of it.

    Args:
        frame: One row per thing.
        first: Column of its first time.
        last: Column of its latest.
        count: Column of how often it happened.
        prior_count: Intervals of usual length that each is given.

    Returns:
        The same rows; expected is null where nothing came again, and where nothing happened.
    """
    span, gaps = days_between(first, last), pl.col(count) - 1
    usual = pl.col("mean_interval_days").median().clip(lower_bound=_LEAST_DAYS)
    shrunk = (span + prior_count * usual) / (gaps + prior_count)
    return frame.with_columns(mean_interval_days=pl.when(gaps > 0).then(span / gaps)).with_columns(
        expected_interval_days=shrunk.clip(lower_bound=_LEAST_DAYS)
    )


def activity_rate(silent_days: str) -> pl.Expr:
    """Chance of a silence at least this long at the usual pace: ``exp(-d / expected)``, 0..1."""
    return (-pl.col(silent_days) / pl.col("expected_interval_days")).exp()
