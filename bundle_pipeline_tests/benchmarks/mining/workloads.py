"""What is counted: real shops from a folder, and a generated one as large as asked."""

import math
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from bundle_pipeline_tests.samples.encoded_shop import write_lines


@dataclass(frozen=True)
class Workload:
    """Lines, and from how many baskets on an itemset counts."""

    name: str
    lines: Path
    """Parquet: ``basket`` and ``item``, sorted by basket, no repeats."""
    line_count: int
    basket_count: int
    fewest: int
    size: int

    @property
    def sizes(self) -> str:
        return "pairs" if self.size == 2 else "pairs, triples"


# Real shops, with their thresholds: a share of all baskets, or a number of them.
_REAL: dict[str, float | int] = {
    "fimi_retail": 0.001,
    "uci_online_retail_2010": 0.001,
    "instacart_train": 5,
}
_LARGE_SHARE = 0.0001


def real_workloads(data: Path, work: Path) -> list[Workload]:
    """Shops of which ``data`` has ``<name>/lines.parquet`` with ``order_id`` and ``sku``."""
    found: list[Workload] = []
    for name, threshold in _REAL.items():
        source = data / name / "lines.parquet"
        if not source.is_file():
            continue
        lines = work / f"{name}.parquet"
        _encoded(source).write_parquet(lines)
        found += _workloads(name, lines, threshold)
    return found


def generated_workloads(orders: int, work: Path) -> list[Workload]:
    """The generated shop, 0.01 % of its baskets."""
    lines = work / f"generated_{orders}.parquet"
    if not lines.is_file():
        write_lines(lines, orders)
    return _workloads(f"generated, {orders:,} orders", lines, _LARGE_SHARE)


def _workloads(name: str, lines: Path, threshold: float) -> list[Workload]:
    counted = pl.scan_parquet(lines).select(pl.len(), pl.col("basket").n_unique()).collect()
    line_count, basket_count = counted.row(0)
    fewest = threshold if isinstance(threshold, int) else math.ceil(threshold * basket_count)
    return [Workload(name, lines, line_count, basket_count, fewest, size) for size in (2, 3)]


def _encoded(source: Path) -> pl.DataFrame:
    return (
        pl.scan_parquet(source)
        .select("order_id", "sku")
        .unique()
        .select(
            basket=pl.col("order_id").rank("dense").cast(pl.Int64) - 1,
            item=(pl.col("sku").rank("dense") - 1).cast(pl.UInt32),
        )
        .sort("basket", "item")
        .collect()
    )
