"""Orders of a Shopify bulk operation: items are objects of their own, anywhere in the file."""

import polars as pl

from bundle_pipeline.ingest.reshapes.reshaped import LEFT_OUT_SCHEMA, Reshaped

_ORDER_FIELDS = (
    "order_name",
    "created_at",
    "customer_country",
    "customer_currency",
    "financial_status",
    "fulfillment_status",
    "subtotal",
    "total",
    "discount_code",
    "order_discount",
    "refunded_amount",
    "cancelled_at",
    "test",
    "payment_method",
    "source",
    "_customer",
)
_ITEM_FIELDS = (
    "line_item_quantity",
    "current_quantity",
    "product_title",
    "variant_title",
    "variant_id",
    "product_id",
    "sku",
    "vendor",
    "original_unit_price",
    "line_discount",
    "discounted_total",
    "requires_shipping",
    "is_gift_card",
    "taxable",
)
_ITEM_ID = r"^gid://shopify/LineItem/"
_ANY_ID = r"^gid://"
_AMOUNT = pl.Decimal(38, 12)


def shopify_bulk_orders(objects: pl.DataFrame) -> Reshaped:
    """Join each item to its order by id, wherever both stand.

    An order's own line gives no row: its fields stand on the rows of its items. Items whose order
    isn't in the file can't be used, since an operation that failed halfway leaves such files.
    """
    is_order = pl.col("parent_id").is_null()
    orders = objects.filter(is_order).unique("id", keep="last", maintain_order=True)
    items = objects.filter(_is_item())
    others = objects.filter(~is_order & ~_is_item())
    facts = orders.select(*_ORDER_FIELDS, order_id="id").join(
        _discount_names(others), on="order_id", how="left", validate="1:1"
    )
    joined = (
        items.select(
            "_line_number", "line_currency", *_ITEM_FIELDS, line_item_id="id", order_id="parent_id"
        )
        .join(facts, on="order_id", how="left", validate="m:1", maintain_order="left")
        .join(
            _allocated(others), on="line_item_id", how="left", validate="m:1", maintain_order="left"
        )
        .with_columns(
            customer_currency=pl.coalesce("line_currency", "customer_currency"),
            # These hold the parts of the order's discounts too, the field only the line's own.
            line_discount=pl.coalesce("_allocated", "line_discount"),
            discount_code=pl.coalesce("_discount_names", "discount_code"),
            line_item_name="product_title",
        )
        .drop("line_currency", "_allocated", "_discount_names")
    )
    return Reshaped(
        {
            "orders": joined.join(
                orders.select(order_id="id"), on="order_id", how="semi", maintain_order="left"
            )
        },
        left_out=_left_out(objects, orders, items),
    )


def _is_item() -> pl.Expr:
    """Whether an object is an item of an order: by its id, or without such ids by its fields."""
    is_named = pl.col("id").str.contains(_ITEM_ID)
    has_quantity = pl.col("parent_id").is_not_null() & pl.col("line_item_quantity").is_not_null()
    is_listed = pl.col("parent_field").fill_null("lineItems") == "lineItems"
    has_other_id = pl.col("id").str.contains(_ANY_ID)
    return (is_named | (has_quantity & is_listed & ~has_other_id.fill_null(value=False))).fill_null(
        value=False
    )


def _allocated(others: pl.DataFrame) -> pl.DataFrame:
    """Money off each item, summed over its discounts."""
    amount = pl.col("allocated_discount").cast(_AMOUNT, strict=False)
    return (
        others.filter(pl.col("allocated_discount").is_not_null())
        .group_by(line_item_id="parent_id")
        .agg(_allocated=amount.sum().cast(pl.String))
    )


def _discount_names(others: pl.DataFrame) -> pl.DataFrame:
    """Codes and titles of each order's discounts, in their order."""
    return (
        others.filter(pl.col("parent_field") == "discountApplications")
        .filter(pl.col("discount_title").is_not_null())
        .group_by(order_id="parent_id")
        .agg(_discount_names=pl.col("discount_title").unique(maintain_order=True).str.join(", "))
    )


def _left_out(objects: pl.DataFrame, orders: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Lines that give no row, by what their own object is."""
    known, used = orders.get_column("id"), items.get_column("parent_id")
    is_orphan = _is_item() & ~pl.col("parent_id").is_in(known.implode())
    is_order = pl.col("parent_id").is_null()
    has_items = pl.col("id").is_in(used.implode()).fill_null(value=False)
    judged = objects.with_columns(
        outcome=pl.when(is_orphan).then(pl.lit("quarantined")).otherwise(pl.lit("excluded")),
        reason=pl.when(is_orphan)
        .then(pl.lit("order_head_missing"))
        .when(is_order & has_items)
        .then(pl.lit("order_head"))
        .when(is_order)
        .then(pl.lit("order_without_lines"))
        .otherwise(pl.lit("not_an_order_line")),
    )
    # What stands on the line of an item is told by the item.
    lines_of_items = items.filter(pl.col("parent_id").is_in(known.implode())).select("_line_number")
    return (
        judged.join(lines_of_items, on="_line_number", how="anti", maintain_order="left")
        .unique("_line_number", keep="first", maintain_order=True)
        .select(list(LEFT_OUT_SCHEMA))
    )
