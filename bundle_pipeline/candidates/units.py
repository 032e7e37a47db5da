"""Units of a variant in one order: the shop's own quantity distribution."""

import polars as pl


def units_per_order(
    orders: pl.DataFrame, order_lines: pl.LazyFrame, *, variant_ids: pl.Series
) -> pl.DataFrame:
    """Units of some variants in each order.

    Lines that were sold as part of a bundle are left out: an offer would prove itself with them.
    Millions of rows are held at once, so orders and customers are numbers.

    Args:
        orders: ``Orders``.
        order_lines: ``OrderLines``, not read yet.
        variant_ids: Variants that may be offered, each once.

    Returns:
        ``variant_id``, ``customer`` (a number of its own in this frame; null: unknown) and
        ``unit_count``, a row for each order that holds the variant, in no set order.
    """
    ids = variant_ids.alias("variant_id")
    customer = orders.select(pl.col("customer_key").rank("dense")).to_series()
    return (
        order_lines.filter(~pl.col("is_bundle_component"))
        .join(ids.to_frame().lazy().with_row_index("variant"), on="variant_id", validate="m:1")
        .join(
            orders.lazy().select("order_id").with_row_index("order"), on="order_id", validate="m:1"
        )
        .group_by("variant", "order")
        .agg(unit_count=pl.col("quantity").sum())
        .collect(engine="streaming")
        .select(
            pl.lit(ids).gather(pl.col("variant")).alias("variant_id"),
            pl.lit(customer).gather(pl.col("order")).alias("customer"),
            "unit_count",
        )
    )


def orders_with_at_least(asked: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """Orders of a variant with at least so many units of it.

    Args:
        asked: ``variant_id`` and ``min_quantity``, each once.
        units: Of :func:`units_per_order`.

    Returns:
        The same rows in no set order, with ``order_count`` and ``customer_count`` of such orders
        (null where no customer is known), and ``all_order_count`` of the variant; no row for a
        variant that no order holds.
    """
    has_enough = pl.col("unit_count") >= pl.col("min_quantity")
    customers = pl.col("customer").filter(has_enough).drop_nulls().n_unique()
    return (
        asked.select("variant_id", "min_quantity")
        .join(units, on="variant_id", validate="m:m")
        .group_by("variant_id", "min_quantity")
        .agg(
            order_count=has_enough.sum().cast(pl.Int64),
            customer_count=pl.when(pl.col("customer").is_not_null().any())
            .then(customers)
            .cast(pl.Int64),
            all_order_count=pl.len().cast(pl.Int64),
        )
    )
