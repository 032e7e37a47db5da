"""Baskets as the lake stores them, read by Spark: the calling process never holds their lines."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl
from pyspark.sql import DataFrame
from pyspark.sql import functions as f

from bundle_pipeline.mining.spark.session import fetched, sent, session
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline.store.parts import Parts


@dataclass(frozen=True)
class StoredLines:
    """Lines of counted baskets, to be counted by Spark."""

    lines: DataFrame
    """``basket``: the order's id; ``item``: the variant's number."""
    variant_ids: pl.Series
    """Id of each variant, sorted."""


def stored_lines(baskets: Parts[Baskets], counted_orders: pl.Series) -> StoredLines:
    """Lines of counted baskets, their variants numbered as in encoded baskets.

    Args:
        baskets: Baskets of a shop; every machine of the cluster has to reach their files.
        counted_orders: Ids of the orders whose baskets count.
    """
    counted = _counted(baskets, counted_orders)
    variants = fetched(counted.select("variant_id").distinct()).sort("variant_id")
    numbered = f.broadcast(sent(variants.with_row_index("item").cast({"item": pl.Int32})))
    lines = counted.join(numbered, "variant_id").selectExpr("basket", "item")
    return StoredLines(lines, variants.get_column("variant_id"))


def _counted(baskets: Parts[Baskets], counted_orders: pl.Series) -> DataFrame:
    if not baskets.files:
        return sent(pl.DataFrame(schema={"basket": pl.String, "variant_id": pl.String}))
    addresses = [_as_spark_says(part.address) for part in baskets.files]
    held = session().read.parquet(*addresses).select("order_id", "variant_ids")
    counted = held.join(sent(counted_orders.to_frame("order_id")), "order_id", "left_semi")
    return counted.selectExpr("order_id AS basket", "explode(variant_ids) AS variant_id")


def _as_spark_says(address: str) -> str:
    """Spark reads S3 by another name, and takes a bare path for one of its own file system."""
    if "://" not in address:
        return f"file://{Path(address).absolute()}"
    return f"s3a://{address.removeprefix('s3://')}" if address.startswith("s3://") else address
