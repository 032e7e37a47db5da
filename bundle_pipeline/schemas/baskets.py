"""Which variants were bought together."""

import dataframely as dy

from bundle_pipeline.schemas.base import Frame, utc_timestamp


class Baskets(Frame):
    """Baskets of one shop: the distinct variants of each order."""

    name = "baskets"
    comes_in_parts = True
    one_row = "One order and the distinct variants in it, however many lines of each."

    order_id = dy.String(primary_key=True, description="Order")
    ordered_at = utc_timestamp(description="When the order was placed")
    customer_key = dy.String(nullable=True, description="Keyed hash of the customer, if known")
    unit_count = dy.Int64(min=1, description="Units of all of them")
    variant_ids = dy.List(
        dy.String(description="Variant"),
        min_length=1,
        description="Variants in it, each once, ascending",
    )
