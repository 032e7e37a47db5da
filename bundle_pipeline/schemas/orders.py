"""What was sold: orders and their lines."""

import dataframely as dy

from bundle_pipeline.schemas.base import Frame, minor, one_of, utc_timestamp

RESOLVED_BY = ("variant_id", "sku", "title", "unresolved")


class Orders(Frame):
    """Orders of one shop."""

    name = "orders"
    comes_in_parts = True
    one_row = "One order that counts as a sale."

    order_id = dy.String(primary_key=True, description="Order id, without a gid:// prefix")
    order_name = dy.String(nullable=True, description="What the shop calls it, such as #1001")
    ordered_at = utc_timestamp(description="When it was placed")
    currency = dy.String(description="ISO 4217 code of its amounts")
    customer_key = dy.String(nullable=True, description="Keyed hash of the customer, if known")
    financial_status = dy.String(nullable=True, description="Lower case, such as paid")
    fulfillment_status = dy.String(nullable=True, description="Lower case, such as fulfilled")
    total_minor = minor(nullable=True, description="What the customer paid in all, if stated")
    refunded_minor = minor(nullable=True, description="What was given back, if stated")
    discount_codes = dy.String(
        nullable=True, description="Codes and titles of its discounts, as stated"
    )
    payment_method = dy.String(nullable=True, description="How it was paid, as stated")
    source = dy.String(nullable=True, description="Where it came from, such as web or pos")


class OrderLines(Frame):
    """Lines of the orders of one shop."""

    name = "order_lines"
    comes_in_parts = True
    one_row = "One variant within one order: how many, at which price."

    order_id = dy.String(primary_key=True, description="Order it belongs to")
    line_number = dy.Int64(primary_key=True, min=1, description="Position in the order, from 1")
    line_id = dy.String(nullable=True, description="Line item id, if the export has one")
    variant_id = dy.String(nullable=True, description="Variant sold; null if it can't be resolved")
    resolved_by = one_of(
        RESOLVED_BY, description="What told the variant: variant_id, sku, title, or unresolved"
    )
    product_id = dy.String(nullable=True, description="Product of the variant, if stated")
    sku = dy.String(nullable=True, description="The shop's label for the variant")
    title = dy.String(nullable=True, description="Product title as sold")
    variant_title = dy.String(nullable=True, description="Variant title as sold")
    quantity = dy.Int64(min=1, description="Units sold")
    unit_price_minor = minor(description="Price of one unit before discounts")
    compare_at_price_minor = minor(nullable=True, description="Struck-out price, if stated")
    line_discount_minor = minor(description="Money off the whole line")
    discount_allocated = dy.Bool(
        description="Whether some of that is its share of a discount of the whole order"
    )
    is_bundle_component = dy.Bool(
        description="Sold as part of a bundle: free in a group beside a paid line, or discounted "
        "by one of our own bundles"
    )
    requires_shipping = dy.Bool(nullable=True, description="Whether it is shipped, if stated")
    currency = dy.String(description="ISO 4217 code of the amounts")
