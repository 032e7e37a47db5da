"""The orders export of a Shopify admin: an order's own fields stand on its first row only."""

import polars as pl

from bundle_pipeline.ingest.reshapes.reshaped import Reshaped

_ORDER_FIELDS = (
    "order_id",
    "customer_country",
    "customer_currency",
    "financial_status",
    "fulfillment_status",
    "subtotal",
    "shipping",
    "taxes",
    "total",
    "discount_code",
    "order_discount",
    "refunded_amount",
    "cancelled_at",
    "payment_method",
    "source",
)
# Some files repeat others of them on later rows; these stand on the first only.
_FIRST_ROW_FIELDS = ("order_id", "customer_currency", "financial_status", "subtotal", "total")
_TITLE_SEPARATOR = " - "
_OPTION_SEPARATOR = " / "


def shopify_orders(rows: pl.DataFrame) -> Reshaped:
    """Fill an order's own fields down its rows.

    A name may come again with another order (shops start numbers anew), so a row that has the
    fields of a first row starts an order. Rows of a name before any such row belong to an order
    that another file starts: they say ``has_order_facts`` = ``false`` and are joined to it when all
    files are read.
    """
    is_first = pl.any_horizontal(pl.col(_FIRST_ROW_FIELDS).is_not_null())
    # A row without a name shares nothing with another one.
    named = rows.with_columns(_name=pl.coalesce("order_name", pl.format("\n{}", "_line_number")))
    numbered = named.with_columns(_order_of_name=is_first.cum_sum().over("_name"))
    order = ["_name", "_order_of_name"]
    filled = numbered.with_columns(
        *(pl.col(name).first(ignore_nulls=True).over(order) for name in _ORDER_FIELDS),
        has_order_facts=pl.when(pl.col("order_name").is_not_null()).then(
            (pl.col("_order_of_name") > 0).cast(pl.String)
        ),
    )
    return Reshaped({"orders": _with_titles(filled).drop(order)})


def _with_titles(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``product_title`` and ``variant_title`` where the item's name says them for certain.

    It is ``Title - Option / Option``, or the title alone; and a title may hold the separator too.
    Certain are a name without it, and one with it once before a list of options. The full name
    stays for a comparison with the catalog.
    """
    name = pl.col("line_item_name")
    parts = name.str.split(_TITLE_SEPARATOR)
    last = parts.list.last()
    is_title = parts.list.len() == 1
    has_options = (parts.list.len() == 2) & last.str.contains(_OPTION_SEPARATOR, literal=True)  # noqa: PLR2004 two parts
    return rows.with_columns(
        product_title=pl.when(is_title | has_options).then(parts.list.first()),
        variant_title=pl.when(has_options).then(last),
    )
