"""Baskets of real shops in a folder."""

from pathlib import Path

import dataframely as dy
import polars as pl

from bundle_pipeline.baskets.build import baskets_of
from bundle_pipeline.baskets.encoded import EncodedBaskets, encode_baskets
from bundle_pipeline.baskets.size_limit import BasketParams, basket_size_limit
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
    baskets = baskets_of(*orders_of_lines(data / shop / LINES))
    size = baskets.get_column("variant_ids").list.len()
    limit = basket_size_limit(size, BasketParams(max_basket_size=max_basket_size))
    return declared(Baskets, baskets.filter(size <= limit))


def encoded(baskets: pl.DataFrame) -> EncodedBaskets:
    """All of these baskets."""
    return encode_baskets(baskets, BasketParams(max_basket_size=NO_LIMIT))


def split_by_time(
    baskets: pl.DataFrame, older_share: float
) -> tuple[dy.DataFrame[Baskets], dy.DataFrame[Baskets]]:
    """The older orders and the newest."""
    in_time = baskets.sort("ordered_at", "order_id")
    split = int(in_time.height * older_share)
    return declared(Baskets, in_time[:split]), declared(Baskets, in_time[split:])


def with_frequent_variants(baskets: pl.DataFrame, min_basket_count: int) -> dy.DataFrame[Baskets]:
    """Without variants that fewer baskets hold, and without baskets that hold no other."""
    lines = baskets.explode("variant_ids")
    kept = lines.filter(pl.len().over("variant_ids") >= min_basket_count)
    columns = [name for name in baskets.columns if name != "variant_ids"]
    return declared(Baskets, kept.group_by(columns, maintain_order=True).agg("variant_ids"))
