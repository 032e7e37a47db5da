"""Which variants were bought together."""

import dataframely as dy

from bundle_pipeline.schemas.base import Frame, utc_timestamp


class Baskets(Frame):
    """Baskets of one shop, long: the distinct variants of each order."""

    name = "baskets"
    one_row = "One variant in one order, however many lines or units of it the order has."

    order_id = dy.String(primary_key=True, description="Order")
    variant_id = dy.String(primary_key=True, description="Variant in it")
    ordered_at = utc_timestamp(description="When the order was placed")
    customer_key = dy.String(nullable=True, description="Keyed hash of the customer, if known")
    basket_size = dy.Int64(min=1, description="Distinct variants of the order")
    is_counted = dy.Bool(description="False where the basket is above the size limit")
