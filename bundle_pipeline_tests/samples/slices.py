"""The newest part of a data set of order lines."""

import polars as pl


def newest_orders(
    lines: pl.DataFrame, order_count: int, *, max_line_count: int | None = None
) -> pl.DataFrame:
    """Lines of the newest orders, oldest first, each order's lines as they stand in the source.

    Args:
        lines: One row per order line, with ``order_id`` and ``ts``.
        order_count: How many orders to keep.
        max_line_count: Orders with more lines than this are left out before counting.

    Returns:
        The lines with ``order_rank``, from 0 for the oldest kept order.
    """
    orders = lines.group_by("order_id").agg(pl.col("ts").min(), line_count=pl.len())
    if max_line_count is not None:
        orders = orders.filter(pl.col("line_count") <= max_line_count)
    kept = orders.sort("ts", "order_id").tail(order_count).select("order_id")
    ranked = kept.with_row_index("order_rank").cast({"order_rank": pl.Int64})
    numbered = lines.with_row_index("source_row")
    return numbered.join(ranked, on="order_id", validate="m:1").sort("order_rank", "source_row")


def sold_articles(lines: pl.DataFrame) -> pl.DataFrame:
    """One row per SKU, by SKU: ``sold_count``, and ``price``, the median of list or paid prices."""
    return (
        lines.group_by("sku")
        .agg(
            sold_count=pl.col("qty").sum(),
            price=pl.coalesce("list_price", "unit_price").median().round(2),
        )
        .sort("sku")
    )
