"""Discounts of whole orders, shared out over their lines to the last minor unit."""

import polars as pl

from bundle_pipeline.ingest.outcomes import is_undecided
from bundle_pipeline.money import allocated


def with_allocated_discounts(rows: pl.DataFrame) -> pl.DataFrame:
    """Take what an order's discount is beyond those of its lines off them, in proportion.

    Exports state a discount on the order and leave that of its lines at 0. What is left to share
    out is ``lines - line discounts - subtotal``, at most the order's discount: a free-shipping code
    is in the discount and not in the subtotal. Where no subtotal is stated it is the order's
    discount less those of the lines. Shares go by largest remainder, and no line falls below 0.

    Args:
        rows: Judged rows with ``_order_discount_minor`` and ``_subtotal_minor`` of their order; the
            orders are complete.

    Returns:
        The same rows in the same order; ``line_discount_minor`` holds the shares, and
        ``discount_allocated`` says of which lines.
    """
    order = "order_id"
    is_sold = is_undecided() & (pl.col("quantity") > 0)
    has_discount = is_sold & (pl.col("_order_discount_minor") > 0)
    nothing = pl.lit(value=False)
    if not rows.select(has_discount.any()).item():
        return rows.with_columns(discount_allocated=nothing)
    left = pl.col("_line_total_minor") - pl.col("line_discount_minor")
    weighed = rows.with_row_index("_row").with_columns(_left=left)
    shared = (
        weighed.filter(has_discount)
        .with_columns(_to_share=_to_share().over(order))
        .with_columns(_share=allocated(pl.col("_to_share"), pl.col("_left"), over=order))
        .select("_row", "_share")
    )
    return (
        weighed.join(shared, on="_row", how="left", validate="1:1", maintain_order="left")
        .with_columns(
            line_discount_minor=pl.col("line_discount_minor") + pl.col("_share").fill_null(0),
            discount_allocated=(pl.col("_share") > 0).fill_null(value=False),
        )
        .drop("_row", "_left", "_share")
    )


def _to_share() -> pl.Expr:
    """Per order: what its lines have still to be charged less."""
    left = pl.col("_left").sum()
    stated = pl.col("_order_discount_minor").first()
    by_subtotal = pl.min_horizontal(left - pl.col("_subtotal_minor").first(), stated)
    beyond_lines = stated - pl.col("line_discount_minor").sum()
    wanted = (
        pl.when(pl.col("_subtotal_minor").first().is_not_null())
        .then(by_subtotal)
        .otherwise(beyond_lines)
    )
    return pl.min_horizontal(wanted, left).clip(lower_bound=0)
