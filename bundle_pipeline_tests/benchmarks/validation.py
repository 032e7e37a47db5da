"""What validation costs: profiling in Polars beside Great Expectations on the rows in pandas.

``python -m bundle_pipeline_tests.benchmarks.validation`` makes order lines like an export's (dates,
prices, quantities, statuses; a few of them spoilt), profiles them in batches as ingest does, and
prints rows per second. The library is then timed on the rows themselves, once, at the smallest
size; and on a small shop's facts, which is what validation costs it after the import.
"""

import time
from collections.abc import Callable, Iterator
from typing import Annotated

import polars as pl
import typer

from bundle_pipeline.quality.library import library
from bundle_pipeline.quality.profile import merged, profiled
from bundle_pipeline.quality.suites import SUITES
from bundle_pipeline.quality.validate import validated
from bundle_pipeline_tests.quality.rows_in_pandas import said_of_rows
from bundle_pipeline_tests.support.landed import clean_table

_BATCH_ROWS = 500_000
_LINES_PER_ORDER = 3
_SMALL_SHOP_ROWS = 1_000
# One line in this many is a return, as in real exports: failing rows cost a second look.
_RETURN_EVERY = 200


def measure(
    rows: Annotated[list[int] | None, typer.Option(help="Order lines; may be repeated.")] = None,
) -> None:
    """Print rows per second of profiling, and seconds of the library."""
    sizes = sorted(rows or [1_000_000, 5_000_000])
    columns = sum(1 for entry in SUITES["orders"] if entry.type != "ExpectColumnToExist")
    for size in sizes:
        seconds = _seconds_of_profiling(size)
        each = seconds / size * 1e6
        typer.echo(
            f"{size:>10,} rows profiled in {seconds:6.2f} s: {size / seconds:>12,.0f} rows/s, "
            f"{each:.2f} us per row, {each / columns:.3f} us per row and expectation"
        )
    _seconds(library)
    table = pl.concat(_batches(sizes[0]))
    stated = frozenset(table.columns)
    seconds = _seconds(lambda: list(said_of_rows("orders", table, stated)))
    typer.echo(f"{sizes[0]:>10,} rows in the library, as pandas: {seconds:6.2f} s")
    _small_shop()
    typer.echo(
        f"{_SMALL_SHOP_ROWS:>10,} rows of each kind, whole validation: {_small_shop():.3f} s"
    )


def _seconds_of_profiling(size: int) -> float:
    seconds = 0.0
    profiles = []
    for batch in _batches(size):
        stated = frozenset(batch.columns)
        begun = time.perf_counter()
        profiles.append(profiled("orders", batch, stated))
        seconds += time.perf_counter() - begun
    return seconds + _seconds(lambda: merged(profiles))


def _small_shop() -> float:
    tables = {kind: clean_table(kind, row_count=_SMALL_SHOP_ROWS) for kind in SUITES}

    def whole() -> None:
        for kind, table in tables.items():
            validated(kind, profiled(kind, table, frozenset(table.columns)))

    return _seconds(whole)


def _seconds(step: Callable[[], object]) -> float:
    begun = time.perf_counter()
    step()
    return time.perf_counter() - begun


def _batches(size: int) -> Iterator[pl.DataFrame]:
    for first in range(0, size, _BATCH_ROWS):
        row = pl.int_range(first, min(first + _BATCH_ROWS, size))
        yield _lines(pl.select(row=row))


def _lines(numbered: pl.DataFrame) -> pl.DataFrame:
    row = pl.col("row")
    order = row // _LINES_PER_ORDER
    scattered = row.hash(seed=1)
    variant = (scattered % 20_000).cast(pl.String)
    quantity = pl.when(row % _RETURN_EVERY == 0).then(pl.lit(-1)).otherwise(1 + scattered % 4)
    placed = pl.datetime(2024, 1, 1) + pl.duration(seconds=order * 3)
    return numbered.select(
        order_id=pl.format("gid://shopify/Order/{}", order),
        created_at=placed.dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
        customer_currency=pl.lit("EUR"),
        variant_id=variant,
        sku=pl.format("SKU-{}", variant),
        line_item_name=pl.format("Tee {}", variant),
        line_item_quantity=quantity.cast(pl.String),
        original_unit_price=pl.format("{}.{}", 1 + scattered % 90, 10 + scattered % 89),
        financial_status=pl.lit("PAID"),
        _path=pl.lit("orders.csv"),
        _line_number=row + 2,
    )


if __name__ == "__main__":
    typer.run(measure)
