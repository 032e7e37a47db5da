"""Facts that compare a delivery with the shop's own past. Clocks are those of the rows."""

from datetime import datetime

import polars as pl

from bundle_pipeline.quality.params import QualityParams

# One row per expectation of a history suite: the fact it bounds, null where there is no history
# yet, and how many things were compared and how many of them deviate.
HISTORY_SCHEMA = pl.Schema(
    {
        "expectation": pl.String,
        "fact": pl.Float64,
        "element_count": pl.Int64,
        "unexpected_count": pl.Int64,
    }
)

RECENT_WEEK = "orders_of_newest_week_are_not_few"
DELIVERY_SIZE = "order_files_have_not_shrunk"
FRESHNESS = "newest_order_is_recent"
PRICE_JUMP = "prices_have_not_jumped"

_DAYS_PER_WEEK = 7

# With fewer gaps between days with orders none of them is the usual one.
_FEWEST_GAPS = 4


def daily_orders(orders: pl.LazyFrame) -> pl.DataFrame:
    """Orders per day, which add up over parts of a shop's orders.

    Args:
        orders: One row per order, with ``ordered_at``.

    Returns:
        ``ordered_on`` (UTC) and ``order_count``, by day.
    """
    days = orders.group_by(ordered_on=pl.col("ordered_at").dt.date())
    counted = days.agg(order_count=pl.len().cast(pl.Int64)).sort("ordered_on")
    return counted.collect(engine="streaming")


def order_history(
    days: pl.DataFrame,
    ledger: pl.DataFrame,
    *,
    previous_ledger: pl.DataFrame | None,
    as_of: datetime | None,
    params: QualityParams,
) -> pl.DataFrame:
    """Facts about a shop's orders beside those of its own past.

    Args:
        days: Orders per day (:func:`daily_orders`).
        ledger: Landed files with ``kind`` and ``row_count``.
        previous_ledger: The same of the delivery before; None on the first run.
        as_of: Newest time in the shop's other tables; None where they state none.
        params: How many weeks count, and the usual age of the newest order.

    Returns:
        ``HISTORY_SCHEMA``: ``RECENT_WEEK`` is the newest seven days' orders over the median of the
        weeks before; ``DELIVERY_SIZE`` the rows of order files over those before; ``FRESHNESS`` the
        age of the newest order over the longest age that is usual.
    """
    return _frame(
        _recent_week(days, params),
        _delivery_size(ledger, previous_ledger),
        _freshness(days, as_of, params),
    )


def catalog_history(
    catalog: pl.DataFrame, previous_catalog: pl.DataFrame | None, params: QualityParams
) -> pl.DataFrame:
    """The share of variants whose list price jumped since the delivery before.

    A price that became or was 0 jumped, unless it is 0 still. Variants that are new or in another
    currency are not compared.

    Args:
        catalog: ``variant_id``, ``price_minor`` and ``currency`` per variant.
        previous_catalog: The same of the delivery before; None on the first run.
        params: From which factor on a new price is a jump.

    Returns:
        ``HISTORY_SCHEMA``, one row: ``PRICE_JUMP``.
    """
    if previous_catalog is None:
        return _frame((PRICE_JUMP, None, 0, 0))
    key = ["variant_id", "currency"]
    compared = catalog.select(*key, "price_minor").join(
        previous_catalog.select(*key, previous_minor="price_minor"), on=key, validate="1:1"
    )
    lower, higher = (
        pl.min_horizontal("price_minor", "previous_minor"),
        pl.max_horizontal("price_minor", "previous_minor"),
    )
    jumped = compared.filter(higher > lower * params.max_price_factor).height
    share = jumped / compared.height if compared.height else None
    return _frame((PRICE_JUMP, share, compared.height, jumped))


Row = tuple[str, float | None, int, int]


def _frame(*rows: Row) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=HISTORY_SCHEMA, orient="row")


def _recent_week(days: pl.DataFrame, params: QualityParams) -> Row:
    # Weeks end with the newest order: what is missing after it is a matter of freshness.
    age_days = (pl.col("ordered_on").max() - pl.col("ordered_on")).dt.total_days()
    aged = days.with_columns(week=age_days // _DAYS_PER_WEEK)
    oldest_days = 0 if days.is_empty() else aged.select(age_days.max()).item()
    full_weeks = (oldest_days + 1) // _DAYS_PER_WEEK - 1
    compared = min(full_weeks, params.history_weeks)
    if compared < params.min_history_weeks:
        return RECENT_WEEK, None, 0, 0
    by_week = pl.DataFrame({"week": range(compared + 1)}, schema={"week": pl.Int64}).join(
        aged.group_by("week").agg(pl.col("order_count").sum()),
        on="week",
        how="left",
        validate="1:1",
    )
    counts = by_week.sort("week").get_column("order_count").fill_null(0)
    usual = counts.tail(compared).median()
    share = counts[0] / usual if isinstance(usual, float) and usual > 0 else None
    return RECENT_WEEK, share, int(counts.sum()), 0


def _delivery_size(ledger: pl.DataFrame, previous_ledger: pl.DataFrame | None) -> Row:
    row_count = _order_rows(ledger)
    before = 0 if previous_ledger is None else _order_rows(previous_ledger)
    return DELIVERY_SIZE, row_count / before if before else None, row_count, 0


def _order_rows(ledger: pl.DataFrame) -> int:
    return int(ledger.filter(kind="orders").get_column("row_count").sum())


def _freshness(days: pl.DataFrame, as_of: datetime | None, params: QualityParams) -> Row:
    gaps = days.sort("ordered_on").get_column("ordered_on").diff().drop_nulls().dt.total_days()
    if as_of is None or gaps.len() < _FEWEST_GAPS:
        return FRESHNESS, None, 0, 0
    newest = days.get_column("ordered_on").max()
    age_days = pl.select((pl.lit(as_of).dt.date() - pl.lit(newest)).dt.total_days()).item()
    usual = gaps.median()
    usual_days = usual if isinstance(usual, float) else 0.0
    longest = max(params.max_order_age_days, usual_days * params.max_order_age_gaps)
    return FRESHNESS, max(age_days, 0) / longest, gaps.len() + 1, 0
