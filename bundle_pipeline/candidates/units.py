"""Units of a variant in one order: the shop's own quantity distribution."""

import polars as pl


def units_per_order(orders: pl.DataFrame, order_lines: pl.LazyFrame) -> pl.DataFrame:
    """Units of each variant in each order.

    Lines that were sold as part of a bundle are left out: an offer would prove itself with them.

    Args:
        orders: ``Orders``.
        order_lines: ``OrderLines``, not read yet.

    Returns:
        ``variant_id``, ``order_id``, ``customer_key`` (null: unknown) and ``unit_count``.
    """
    counts = ~pl.col("is_bundle_component") & pl.col("variant_id").is_not_null()
    return (
        order_lines.filter(counts)
        .group_by("variant_id", "order_id")
        .agg(unit_count=pl.col("quantity").sum())
        .join(orders.lazy().select("order_id", "customer_key"), on="order_id")
        .collect(engine="streaming")
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
    customers = pl.col("customer_key").filter(has_enough).drop_nulls().n_unique()
    return (
        asked.select("variant_id", "min_quantity")
        .join(units, on="variant_id", validate="m:m")
        .group_by("variant_id", "min_quantity")
        .agg(
            order_count=has_enough.sum().cast(pl.Int64),
            customer_count=pl.when(pl.col("customer_key").is_not_null().any())
            .then(customers)
            .cast(pl.Int64),
            all_order_count=pl.len().cast(pl.Int64),
        )
    )
