"""Orders of WooCommerce with a row per item, as Advanced Order Export writes them."""

import polars as pl

from bundle_pipeline.ingest.reshapes.reshaped import Reshaped
from bundle_pipeline.ingest.values import word

# Words of WooCommerce, and what Shopify calls the same state of the money.
_FINANCIAL_STATUS = {
    "completed": "paid",
    "processing": "paid",
    "on_hold": "pending",
    "pending": "pending",
    "pending_payment": "pending",
    "checkout_draft": "failed",
    "failed": "failed",
    "cancelled": "cancelled",
    "canceled": "cancelled",
    "refunded": "refunded",
    "trash": "cancelled",
}
_ORDER_FIELDS = (
    "created_at",
    "customer_country",
    "customer_currency",
    "status",
    "total",
    "discount_code",
    "refunded_amount",
    "payment_method",
    "_customer",
)


def woocommerce_items(rows: pl.DataFrame) -> Reshaped:
    """Fill an order's own fields down its rows, and put its status into known words.

    The plugin can be set to write an order's own fields once. A status of the shop's own stays as
    it is.
    """
    # A row without a number shares nothing with another one.
    order = pl.coalesce("order_name", pl.format("\n{}", "_line_number"))
    filled = rows.with_columns(
        *(pl.col(name).first(ignore_nulls=True).over(order) for name in _ORDER_FIELDS)
    )
    status = word(pl.col("status")).str.strip_prefix("wc_")
    is_done = status == "completed"
    return Reshaped(
        {
            "orders": filled.with_columns(
                financial_status=status.replace(_FINANCIAL_STATUS),
                fulfillment_status=pl.when(is_done).then(pl.lit("fulfilled")),
                # Numbered within the order: the same in every export of it.
                line_item_id=pl.format("{}-{}", "order_name", "line_item_number"),
            ).drop("status", "line_item_number")
        }
    )
