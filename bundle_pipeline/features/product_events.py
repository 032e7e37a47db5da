"""What visitors' events say of each product: interest, and how far it leads."""

import dataframely as dy
import polars as pl

from bundle_pipeline.features.visits import Visits
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.events import ProductEventFeatures


def product_event_features(visits: Visits) -> dy.DataFrame[ProductEventFeatures]:
    """Count views, carts and searches per product, and the shares that go on.

    ``view_to_cart_rate`` is taken over visits, not over events: whoever views a page five times is
    one who might buy, and the share can't exceed 1. Orders don't name a visit, so the rates to a
    purchase compare numbers, and are cut at 1. A rate without anything before it is unknown.

    Args:
        visits: Events of one window, and orders of the same.

    Returns:
        One row per product that an event names; none for products without events.
    """
    events = visits.events
    features = (
        events.group_by("product_id")
        .agg(
            *(_events(name).len().cast(pl.Int64).alias(f"{name}_count") for name in _TYPES),
            viewing_visit_count=_visits("view"),
            cart_visit_count=_visits("cart"),
            last_viewed_at=_events("view").max(),
        )
        .join(_both(events, "view", "cart"), on="product_id", how="left", validate="1:1")
        .join(_both(events, "view", "search"), on="product_id", how="left", validate="1:1")
        .join(_order_counts(visits), on="product_id", how="left", validate="1:1")
        .with_columns(pl.col("view_and_cart", "view_and_search", "order_count").fill_null(0))
    )
    return declared(
        ProductEventFeatures,
        features.with_columns(
            view_to_cart_rate=_share("view_and_cart", "viewing_visit_count"),
            cart_to_purchase_rate=_share("order_count", "cart_visit_count"),
            view_to_purchase_rate=_share("order_count", "viewing_visit_count"),
            searched_visit_rate=_share("view_and_search", "viewing_visit_count"),
        ).sort("product_id"),
    )


_TYPES = ("view", "cart", "search")


def _events(name: str) -> pl.Expr:
    return pl.col("occurred_at").filter(pl.col("event_type") == name)


def _visits(name: str) -> pl.Expr:
    visits = pl.col("visit").filter(pl.col("event_type") == name)
    return visits.drop_nulls().n_unique().cast(pl.Int64)


def _both(events: pl.DataFrame, one: str, other: str) -> pl.DataFrame:
    """Per product the known visits with events of both types."""
    of_visit = events.drop_nulls("visit").group_by("product_id", "visit")
    has_both = of_visit.agg(
        ((pl.col("event_type") == one).any() & (pl.col("event_type") == other).any()).alias("both")
    )
    name = f"{one}_and_{other}"
    return has_both.group_by("product_id").agg(pl.col("both").sum().cast(pl.Int64).alias(name))


def _order_counts(visits: Visits) -> pl.DataFrame:
    return visits.orders.group_by("product_id").agg(order_count=pl.len().cast(pl.Int64))


def _share(part: str, whole: str) -> pl.Expr:
    share = (pl.col(part) / pl.col(whole)).clip(upper_bound=1.0)
    return pl.when(pl.col(whole) > 0).then(share)
