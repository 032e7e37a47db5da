"""What was sold: orders and their lines."""

import dataframely as dy

from bundle_pipeline.schemas.base import Frame, minor, utc_timestamp


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


class OrderLines(Frame):
    """Lines of the orders of one shop."""

    name = "order_lines"
    comes_in_parts = True
    one_row = "One variant within one order: how many, at which price."

    order_id = dy.String(primary_key=True, description="Order it belongs to")
    line_number = dy.Int64(primary_key=True, min=1, description="Position in the order, from 1")
    line_id = dy.String(nullable=True, description="Line item id, if the export has one")
    variant_id = dy.String(nullable=True, description="Variant sold; null if it can't be resolved")
    product_id = dy.String(nullable=True, description="Product of the variant, if stated")
    sku = dy.String(nullable=True, description="The shop's label for the variant")
    title = dy.String(nullable=True, description="Product title as sold")
    variant_title = dy.String(nullable=True, description="Variant title as sold")
    quantity = dy.Int64(min=1, description="Units sold")
    unit_price_minor = minor(description="Price of one unit before discounts")
    line_discount_minor = minor(description="Money off the whole line")
    currency = dy.String(description="ISO 4217 code of the amounts")
