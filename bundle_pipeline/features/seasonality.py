"""Whether a product sells in a season of its own, measured against the shop's months."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from bundle_pipeline.features.sales import Sales
from bundle_pipeline.statistics.poisson import exact_interval

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_MONTHS = 12
# A season is three months in a row: shorter ones fit in, and weekly noise doesn't decide.
_SEASON_MONTHS = 3
# A product sold over nine months was seen beyond its season, or in two of them.
_MEASURABLE_DAYS = 275
# Two-sided 95 %, over the twelve windows that are tried.
_TAIL = 0.025 / _MONTHS
# A season was seen in a year with at least so many orders: fewer may be left-overs.
_SEEN_ORDER_COUNT = 3


@dataclass(frozen=True)
class _Months:
    """Orders by month of the calendar: one row per product."""

    product: Integers
    own: Integers
    """Its orders, January first."""
    shop_share: Floats
    """The shop's orders in that month as a share of its orders while the product was sold."""


def measured_seasons(sales: Sales, *, min_order_count: int) -> pl.DataFrame:
    """The best three months in a row of each product that was sold long enough.

    With n orders of a product and s the share of the shop's orders that fall into the window,
    counted from the product's first month to its last: ``season_lift = seen / (n s)``;
    ``season_lift_low`` is the lower end of its exact Poisson interval (Garwood, 1936) at 95 % over
    all twelve windows. The window with the highest lower end is taken, the earlier on ties.

    Against the shop's months, so that December isn't a season of everything; from first to last
    sale, so that a launch in October or a line sold out in March isn't a season either.

    Args:
        sales: The shop's sales.
        min_order_count: Orders below which nothing is said.

    Returns:
        ``product``, ``season_lift``, ``season_lift_low``, ``measured_months`` (1..12, in order) and
        ``season_year_count``: years in which at least 3 orders fell into the window. Products that
        were sold for less than nine months, or too seldom, have no row.
    """
    monthly = _monthly_orders(sales)
    months = _by_calendar(monthly, _measurable(sales, min_order_count))
    seen = _windows(months.own)
    expected = months.own.sum(axis=1, keepdims=True) * _windows(months.shop_share)
    divisor = np.where(expected > 0, expected, np.inf)
    low = exact_interval(seen, _TAIL)[0] / divisor
    best = low.argmax(axis=1)
    row = np.arange(months.product.size)
    found = pl.DataFrame(
        {
            "product": months.product.astype(np.uint32),
            "season_lift": (seen / divisor)[row, best],
            "season_lift_low": low[row, best],
            "_start": best.astype(np.int32),
        }
    )
    window = [((pl.col("_start") + i) % _MONTHS + 1).cast(pl.Int64) for i in range(_SEASON_MONTHS)]
    return (
        found.join(_season_years(monthly, found), on="product", how="left", validate="1:1")
        .with_columns(
            measured_months=pl.concat_list(window),
            season_year_count=pl.col("season_year_count").fill_null(0),
        )
        .drop("_start")
    )


def _monthly_orders(sales: Sales) -> pl.DataFrame:
    """Orders per ``product`` and ``month``: months since year 0, January first."""
    time = pl.col("ordered_at").dt
    month = time.year() * _MONTHS + time.month().cast(pl.Int32) - 1
    return (
        sales.lines.group_by("product", month=month)
        .agg(order_count=pl.col("order").n_unique().cast(pl.Int64))
        .sort("product", "month")
    )


def _measurable(sales: Sales, min_order_count: int) -> pl.DataFrame:
    span = pl.col("ordered_at").max() - pl.col("ordered_at").min()
    return (
        sales.lines.group_by("product")
        .agg(_span=span, _orders=pl.col("order").n_unique())
        .filter(
            pl.col("_span") >= pl.duration(days=_MEASURABLE_DAYS),
            pl.col("_orders") >= min_order_count,
        )
        .select("product")
    )


def _by_calendar(monthly: pl.DataFrame, products: pl.DataFrame) -> _Months:
    chosen = monthly.join(products, on="product", how="semi")
    spans = (
        chosen.group_by("product")
        .agg(first=pl.col("month").min(), last=pl.col("month").max())
        .sort("product")
    )
    product = spans.get_column("product").to_numpy().astype(np.int64)
    own = np.zeros((product.size, _MONTHS), dtype=np.int64)
    place = np.searchsorted(product, chosen.get_column("product").to_numpy())
    calendar = chosen.get_column("month").to_numpy() % _MONTHS
    np.add.at(own, (place, calendar), chosen.get_column("order_count").to_numpy())
    shop = _shop_orders(monthly, spans)
    return _Months(product, own, shop / np.maximum(shop.sum(axis=1, keepdims=True), 1))


def _shop_orders(monthly: pl.DataFrame, spans: pl.DataFrame) -> Integers:
    """The shop's order lines by month of the calendar within the span of each product."""
    if monthly.is_empty():
        return np.zeros((spans.height, _MONTHS), dtype=np.int64)
    totals = monthly.group_by("month").agg(pl.col("order_count").sum()).sort("month")
    month = totals.get_column("month").to_numpy()
    start = int(month[0])
    summed = np.zeros((int(month[-1]) - start + 2, _MONTHS), dtype=np.int64)
    summed[month - start + 1, month % _MONTHS] = totals.get_column("order_count").to_numpy()
    summed = summed.cumsum(axis=0)
    first, last = (spans.get_column(name).to_numpy() - start for name in ("first", "last"))
    return summed[last + 1] - summed[first]


def _windows(by_month: Integers | Floats) -> Floats:
    """Sums over three months from each, over the turn of the year."""
    first = by_month.astype(np.float64)
    return sum((np.roll(first, -i, axis=1) for i in range(1, _SEASON_MONTHS)), start=first)


def _season_years(monthly: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    since = pl.col("month") - pl.col("_start")
    return (
        monthly.join(found.select("product", "_start"), on="product", validate="m:1")
        .filter(since % _MONTHS < _SEASON_MONTHS)
        .group_by("product", _year=since // _MONTHS)
        .agg(pl.col("order_count").sum())
        .filter(pl.col("order_count") >= _SEEN_ORDER_COUNT)
        .group_by("product")
        .agg(season_year_count=pl.len().cast(pl.Int64))
    )
