"""What visitors did in the shop before they bought: from an optional export."""

import dataframely as dy
import polars as pl

from bundle_pipeline.schemas.base import Frame, count, one_of, rate, utc_timestamp

EVENT_TYPES = ("view", "cart", "search")


class Events(Frame):
    """Events of one shop; no rows where it exports none."""

    name = "events"
    one_row = "One view of a product, addition to a cart, or search that led to it."

    event_id = dy.String(
        primary_key=True,
        description="Its id if stated, else what it says, and the how many-th it is",
    )
    event_type = one_of(
        EVENT_TYPES, description="view, cart (put into it) or search (that led to the product)"
    )
    occurred_at = utc_timestamp(description="When it happened")
    product_id = dy.String(nullable=True, description="Product, if stated")
    variant_id = dy.String(nullable=True, description="Variant, if stated or told by its SKU")
    visitor_key = dy.String(
        nullable=True, description="Keyed hash of the session, else of the visitor, if stated"
    )

    @dy.rule()
    def item_is_named(cls) -> pl.Expr:
        """Every event is of a product or a variant."""
        return pl.col("product_id").is_not_null() | pl.col("variant_id").is_not_null()


class ProductEventFeatures(Frame):
    """Products of one shop that its events name; a product without events has no row, not zeros.

    All is counted in one window: the newest days up to as_of that the events cover. A visit is
    what a session or visitor does without a pause of half an hour.
    """

    name = "product_event_features"
    one_row = "One product that visitors looked at, and how often that led to a cart or an order."

    product_id = dy.String(primary_key=True, description="Product, as in product_features")
    view_count = count(description="Views")
    cart_count = count(description="Times it was put into a cart")
    search_count = count(description="Searches that led to it")
    viewing_visit_count = count(description="Visits in which it was viewed")
    cart_visit_count = count(description="Visits in which it was put into a cart")
    order_count = count(description="Orders with it in the same window")
    view_to_cart_rate = rate(
        nullable=True, description="Of the visits that viewed it, those that put it into a cart"
    )
    cart_to_purchase_rate = rate(
        nullable=True,
        description="Orders by visits that put it into a cart, at most 1: orders name no visit",
    )
    view_to_purchase_rate = rate(
        nullable=True, description="Orders by visits that viewed it, at most 1"
    )
    searched_visit_rate = rate(
        nullable=True, description="Of the visits that viewed it, those that found it by a search"
    )
    last_viewed_at = utc_timestamp(nullable=True, description="Its newest view")


class PairEventFeatures(Frame):
    """Pairs of products of one shop that visitors look at together; none without events."""

    name = "pair_event_features"
    one_row = "Two products viewed in the same visits, and how often."

    first_product_id = dy.String(primary_key=True, description="Product with the smaller id")
    second_product_id = dy.String(primary_key=True, description="The other product")
    co_view_count = dy.Int64(min=1, description="Visits that viewed both")
    either_view_count = dy.Int64(min=1, description="Visits that viewed one of them or both")
    co_engagement_rate = rate(description="Share of these that viewed both (Jaccard)")
    expected_co_view_count = dy.Float64(
        min=0.0, description="Visits that would view both if views were independent"
    )
