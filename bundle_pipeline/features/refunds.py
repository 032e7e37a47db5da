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
        lines: ``order``, ``line_number``, by which they are sorted, ``net_minor`` (null: another
            currency) and ``order_refunded_minor`` (null: not stated).

    Returns:
        The same rows; null where the order states no refund or the line is in another currency.
    """
    given_back = (pl.col("order_refunded_minor") > 0) & pl.col("net_minor").is_not_null()
    share = allocated(
        pl.min_horizontal("order_refunded_minor", pl.col("net_minor").sum().over("order")),
        pl.col("net_minor"),
        over="order",
    )
    # Few orders are: only their lines are looked at.
    places = lines.select(given_back.fill_null(value=False).arg_true()).to_series()
    shares = lines[places].select(share).to_series()
    is_stated = pl.col("order_refunded_minor").is_not_null() & pl.col("net_minor").is_not_null()
    refunded = lines.select(refunded_minor=pl.when(is_stated).then(pl.lit(0, pl.Int64))).to_series()
    return lines.with_columns(refunded.scatter(places, shares))
