"""What was given back of each line, from refunds that are stated per order."""

import polars as pl

from bundle_pipeline.money import allocated


def with_refunds(lines: pl.DataFrame) -> pl.DataFrame:
    """Add ``refunded_minor`` to lines: the order's refund, shared out by what was paid for each.

    Exports state refunds per order, so a product's share is an attribution, not a fact: the refund
    is split in proportion to ``net_minor``, to the cent (:func:`~bundle_pipeline.money.allocated`),
    and never above what was paid for the lines, since it may hold shipping and tax. Orders refunded
    as a whole don't count as a sale and aren't here at all: refund rates are of orders that stood.

    Args:
        lines: ``order``, ``line_number``, ``net_minor`` (null: another currency) and
            ``order_refunded_minor`` (null: not stated).

    Returns:
        The same rows; null where the order states no refund or the line is in another currency.
    """
    some = (
        lines.filter(pl.col("order_refunded_minor") > 0, pl.col("net_minor").is_not_null())
        .sort("order", "line_number")
        .select(
            "order",
            "line_number",
            _share=allocated(
                pl.min_horizontal("order_refunded_minor", pl.col("net_minor").sum().over("order")),
                pl.col("net_minor"),
                over="order",
            ),
        )
    )
    is_stated = pl.col("order_refunded_minor").is_not_null() & pl.col("net_minor").is_not_null()
    return (
        lines.join(some, on=["order", "line_number"], how="left", validate="1:1")
        .with_columns(refunded_minor=pl.when(is_stated).then(pl.col("_share").fill_null(0)))
        .drop("_share")
    )
