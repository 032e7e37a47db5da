"""Order lines of a real shop, read from a parquet file of plain columns."""

from pathlib import Path

import dataframely as dy
import polars as pl

from bundle_pipeline.schemas.base import UTC_TIMESTAMP, checked
from bundle_pipeline.schemas.orders import OrderLines, Orders
from bundle_pipeline_tests.support.frames import FIRST_ORDER_AT


def orders_of_lines(path: str | Path) -> tuple[dy.DataFrame[Orders], dy.DataFrame[OrderLines]]:
    """Orders and order lines; what mining doesn't look at is made up.

    Args:
        path: Parquet with ``order_id``, ``ts``, ``customer_id`` and ``sku``; without times all
            orders get the same.
    """
    empty = pl.lit(None, dtype=pl.String)
    lines = pl.read_parquet(path, columns=["order_id", "ts", "customer_id", "sku"])
    time = pl.col("ts").cast(pl.Datetime("us")).dt.replace_time_zone("UTC").cast(UTC_TIMESTAMP)
    orders = (
        lines.group_by("order_id")
        .agg(
            ordered_at=time.min().fill_null(FIRST_ORDER_AT),
            customer_key=pl.col("customer_id").cast(pl.String).drop_nulls().min(),
        )
        .with_columns(
            order_name=empty,
            currency=pl.lit("EUR"),
            financial_status=pl.lit("paid"),
            fulfillment_status=empty,
            total_minor=pl.lit(None, dtype=pl.Int64),
            refunded_minor=pl.lit(None, dtype=pl.Int64),
            discount_codes=empty,
            payment_method=empty,
            source=empty,
        )
    )
    order_lines = lines.select(
        "order_id",
        line_number=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("order_id"),
        line_id=empty,
        variant_id=pl.col("sku").cast(pl.String),
        resolved_by=pl.lit("variant_id"),
        product_id=empty,
        sku=pl.col("sku").cast(pl.String),
        title=empty,
        variant_title=empty,
        quantity=pl.lit(1, dtype=pl.Int64),
        unit_price_minor=pl.lit(0, dtype=pl.Int64),
        compare_at_price_minor=pl.lit(None, dtype=pl.Int64),
        line_discount_minor=pl.lit(0, dtype=pl.Int64),
        discount_allocated=pl.lit(value=False),
        is_bundle_component=pl.lit(value=False),
        requires_shipping=pl.lit(None, dtype=pl.Boolean),
        currency=pl.lit("EUR"),
    )
    return checked(Orders, orders), checked(OrderLines, order_lines)
