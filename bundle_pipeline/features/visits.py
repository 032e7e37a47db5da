"""Events put beside the shop's products: one window, products resolved, cut into visits."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import polars as pl

from bundle_pipeline.features.event_params import EventParams
from bundle_pipeline.features.sales import ORPHAN, Sales


@dataclass(frozen=True)
class Visits:
    """What visitors did in the window that is counted."""

    events: pl.DataFrame
    """``event_type``, ``occurred_at``, ``product_id`` (never null) and ``visit`` (its number; null
    where nobody says whose the event is)."""
    orders: pl.DataFrame
    """Orders of the same window: ``order`` and ``product_id``, once each."""

    @property
    def viewed(self) -> pl.DataFrame:
        """``visit`` and ``product_id`` of known visits, once each."""
        is_view = (pl.col("event_type") == "view") & pl.col("visit").is_not_null()
        return self.events.filter(is_view).select("visit", "product_id").unique()


def visits_of(events: pl.DataFrame, sales: Sales, params: EventParams) -> Visits:
    """Cut a shop's events into visits.

    The window ends at the newest event or order and is ``window_days`` long; it starts later where
    events do, so that orders from before they were recorded aren't counted beside them. A visit is
    what one session or visitor does with pauses of at most ``max_pause_minutes``.

    Args:
        events: ``Events``.
        sales: What the shop sold; its products are meant wherever an event names a variant.
        params: Length of the window and of a visit's pauses.
    """
    product_of = sales.facts.select("variant_id", of_variant="product_id")
    named = events.join(product_of, on="variant_id", how="left", validate="m:1").with_columns(
        product_id=pl.coalesce("of_variant", "product_id", pl.format(ORPHAN + "{}", "variant_id"))
    )
    window = _window(named, sales, params)
    counted = named.filter(window)
    return Visits(events=_with_visit(counted, params), orders=_orders(sales, window))


def _window(events: pl.DataFrame, sales: Sales, params: EventParams) -> pl.Expr:
    times = events.get_column("occurred_at")
    first = cast("datetime | None", times.min())
    last = cast("datetime | None", times.max())
    if first is None or last is None:
        return pl.lit(value=False)
    end = max(last, sales.as_of or last)
    start = max(first, end - timedelta(days=params.window_days))
    return pl.col("occurred_at").is_between(start, end)


def _orders(sales: Sales, window: pl.Expr) -> pl.DataFrame:
    sold = sales.lines.filter(~pl.col("is_bundle_component")).rename({"ordered_at": "occurred_at"})
    return (
        sold.filter(window)
        .join(sales.products, on="product", validate="m:1")
        .select("order", "product_id")
        .unique()
    )


def _with_visit(events: pl.DataFrame, params: EventParams) -> pl.DataFrame:
    pause = timedelta(minutes=params.max_pause_minutes)
    is_known = pl.col("visitor_key").is_not_null()
    is_first = (pl.col("visitor_key") != pl.col("visitor_key").shift()).fill_null(value=True)
    is_late = (pl.col("occurred_at") - pl.col("occurred_at").shift() > pause).fill_null(value=True)
    in_order = events.sort("visitor_key", "occurred_at", "event_id")
    return in_order.select(
        "event_type",
        "occurred_at",
        "product_id",
        visit=pl.when(is_known).then((is_first | is_late).cum_sum()),
    )
