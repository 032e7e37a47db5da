"""Baskets of real shops in a folder."""

from pathlib import Path

import dataframely as dy
import polars as pl

from bundle_pipeline.baskets.build import BasketParams, build_baskets
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline_tests.support.shops import orders_of_lines

LINES = "lines.parquet"
# Larger than any order.
NO_LIMIT = 1_000_000


def shop_names(data: Path) -> list[str]:
    """Shops of a folder."""
    return sorted(path.parent.name for path in data.glob(f"*/{LINES}"))


def counted_baskets(
    data: Path, shop: str, *, max_basket_size: int | None = None
) -> dy.DataFrame[Baskets]:
    """A shop's baskets within the size limit; None: the default limit."""
    params = BasketParams(max_basket_size=max_basket_size)
    baskets = build_baskets(*orders_of_lines(data / shop / LINES), params)
    return declared(Baskets, baskets.filter("is_counted"))


def split_by_time(
    baskets: pl.DataFrame, older_share: float
) -> tuple[dy.DataFrame[Baskets], dy.DataFrame[Baskets]]:
    """The older orders and the newest."""
    orders = baskets.unique("order_id").sort("ordered_at", "order_id").get_column("order_id")
    older = pl.col("order_id").is_in(orders.head(int(len(orders) * older_share)).implode())
    return declared(Baskets, baskets.filter(older)), declared(Baskets, baskets.filter(~older))


def with_frequent_variants(baskets: pl.DataFrame, min_basket_count: int) -> dy.DataFrame[Baskets]:
    """Without variants that fewer baskets hold; sizes count what is left."""
    frequent = pl.len().over("variant_id") >= min_basket_count
    kept = baskets.filter(frequent)
    size = pl.len().over("order_id").cast(pl.Int64)
    return declared(Baskets, kept.with_columns(basket_size=size))
