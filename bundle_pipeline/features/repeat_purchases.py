"""Whether customers come back for a product, and after how long."""

import polars as pl

from bundle_pipeline.features.sales import Sales


def repeat_purchases(sales: Sales) -> pl.DataFrame:
    """Customers of each product, those who bought it again, and the time between.

    A purchase is a customer's day with the product: several orders of one day are one errand. The
    interval is the median over all pairs of successive purchases of one customer; it is of those
    that came back within the data, so it runs short where the data is.

    Args:
        sales: The shop's sales; lines of unknown customers are left out.

    Returns:
        ``product``, ``customer_count``, ``repeat_customer_count`` and ``repeat_interval_days``
        (null where nobody came back). Products without a known customer have no row.
    """
    gap = pl.col("age_days").diff(null_behavior="ignore")
    is_same = (pl.col("product") == pl.col("product").shift()) & (
        pl.col("customer") == pl.col("customer").shift()
    )
    return (
        sales.lines.select("product", "customer", "age_days")
        .drop_nulls("customer")
        .sort("product", "customer", "age_days")
        # Equal rows are beside each other.
        .filter(pl.any_horizontal(pl.all().ne_missing(pl.all().shift())))
        .with_columns(_is_same=is_same.fill_null(value=False))
        .with_columns(
            _gap=pl.when("_is_same").then(gap),
            # The second purchase of a customer; later ones are of the same customer.
            _is_second=pl.col("_is_same") & ~pl.col("_is_same").shift(fill_value=False),
        )
        .group_by("product")
        .agg(
            customer_count=(~pl.col("_is_same")).sum().cast(pl.Int64),
            repeat_customer_count=pl.col("_is_second").sum().cast(pl.Int64),
            repeat_interval_days=pl.col("_gap").median(),
        )
    )
