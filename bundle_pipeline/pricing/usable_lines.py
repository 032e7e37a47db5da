"""Order lines whose price was a price.

In the shop's currency, above zero before and after discounts, of an order of which nothing was
given back, and no part of a bundle (what our own bundles sold must not prove them). A discount of
the whole order tells nothing of the price of one line: such a line counts as sold, at a price
unknown.
"""

import polars as pl

_DAYS_PER_WEEK = 7


def usable_lines(
    orders: pl.DataFrame, order_lines: pl.LazyFrame, *, currency: str | None
) -> pl.DataFrame:
    """The lines that prices are learnt from.

    Args:
        orders: ``Orders``.
        order_lines: ``OrderLines``, not read yet.
        currency: The shop's currency; None where nothing states one: no line is usable then.

    Returns:
        By order and line: ``order`` (numbered by id from 0), ``week`` (from 0, seven days each
        since the first order), ``variant_id``, ``quantity`` (units), ``basket_size`` (distinct
        variants of the order's usable lines), and per unit in minor units ``list_minor``,
        ``compare_at_minor`` (null: none stated) and ``paid_minor`` (null where a discount of the
        whole order hides it).
    """
    in_currency = pl.col("currency") == pl.lit(currency, pl.String)
    first = pl.lit(orders.get_column("ordered_at").min(), orders.schema["ordered_at"])
    kept = (
        orders.filter(in_currency & (pl.col("refunded_minor").fill_null(0) == 0))
        .select("order_id", week=(pl.col("ordered_at") - first).dt.total_days() // _DAYS_PER_WEEK)
        .sort("order_id")
        .with_row_index("order")
    )
    list_minor = pl.col("unit_price_minor")
    paid_minor = list_minor - pl.col("line_discount_minor") / pl.col("quantity")
    return (
        order_lines.filter(
            in_currency
            & pl.col("variant_id").is_not_null()
            & ~pl.col("is_bundle_component")
            & (paid_minor > 0)
        )
        .join(kept.lazy(), on="order_id")
        .select(
            "order",
            "line_number",
            "week",
            "variant_id",
            "quantity",
            list_minor=list_minor.cast(pl.Float64),
            compare_at_minor=pl.col("compare_at_price_minor").cast(pl.Float64),
            paid_minor=pl.when(~pl.col("discount_allocated")).then(paid_minor),
        )
        .collect(engine="streaming")
        .sort("order", "line_number")
        .drop("line_number")
        .with_columns(basket_size=pl.col("variant_id").n_unique().over("order"))
    )


def usable_orders(usable: pl.DataFrame) -> pl.DataFrame:
    """``order``, ``week`` and ``basket_size`` of each order that has usable lines.

    Args:
        usable: See :func:`usable_lines`.
    """
    order = pl.col("order")
    return usable.select("order", "week", "basket_size").filter(order.ne_missing(order.shift()))


def refunded_share(orders: pl.DataFrame) -> float:
    """Share of what was paid that was given back, 0 to 1; 0 where the shop doesn't state it."""
    stated = orders.drop_nulls(["total_minor", "refunded_minor"])
    paid, refunded = stated.select(pl.col("total_minor").sum(), pl.col("refunded_minor").sum()).row(
        0
    )
    return min(1.0, refunded / paid) if paid > 0 else 0.0
