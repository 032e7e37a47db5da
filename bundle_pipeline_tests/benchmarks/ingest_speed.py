"""How fast order lines come in, beside the fastest way to merely rewrite the same file.

``python -m bundle_pipeline_tests.benchmarks.ingest_speed [--orders N]... [--rounds N]`` writes an
order export (``samples.large_shop``) for each size, and then, turn by turn and each in a process of
its own, rewrites it with ``polars.scan_csv(...).sink_parquet(...)`` and ingests it: reading,
profiling and validating all rows, deciding each, and committing the frames to a lake. Prints lines
per second, peak memory and the ratio of the times.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from bundle_pipeline.defs.profiles import ProfileOfShop
from bundle_pipeline.ingest.load import load_shop
from bundle_pipeline.ingest.params import IngestParams
from bundle_pipeline.ingest.stage import stage_shop
from bundle_pipeline.quality.validate import validated
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.store.lake import Lake
from bundle_pipeline.store.objects import opened
from bundle_pipeline.store.origin import Origin
from bundle_pipeline_tests.samples.large_shop import write_orders

_SHOP = shop_id("large")
_KIB_PER_GIB = 1024**2

app = typer.Typer(add_completion=False)


@app.command()
def measure(
    orders: Annotated[list[int] | None, typer.Option(help="Orders of a file.")] = None,
    rounds: Annotated[int, typer.Option(help="Turns of both ways.", min=1)] = 3,
) -> None:
    """Rewrite and ingest files of several sizes; print what each takes."""
    table = Table("orders", "lines", "rewritten, s", "ingested, s", "lines/s", "peak GiB", "ratio")
    for order_count in orders or [106_000, 3_400_000]:
        with tempfile.TemporaryDirectory(prefix="bundle-pipeline-benchmark-") as folder:
            landed = Path(folder, "landing", _SHOP, "orders.csv")
            landed.parent.mkdir(parents=True)
            line_count = write_orders(landed, order_count)
            taken = [(_run("rewrite", folder), _run("ingest", folder)) for _ in range(rounds)]
        rewritten = statistics.median(one[0] for one, _ in taken)
        ingested = statistics.median(one[0] for _, one in taken)
        table.add_row(
            f"{order_count:,}",
            f"{line_count:,}",
            f"{rewritten:.1f}",
            f"{ingested:.1f}",
            f"{line_count / ingested:,.0f}",
            f"{max(one[1] for _, one in taken):.2f}",
            f"{statistics.median(ours[0] / theirs[0] for theirs, ours in taken):.2f}",
        )
    Console(width=120).print(table)


@app.command()
def rewrite(folder: Path) -> None:
    """Rewrite the file as Parquet."""
    started = time.perf_counter()
    landed = folder / "landing" / _SHOP / "orders.csv"
    pl.scan_csv(landed).sink_parquet(folder / "rewritten.parquet")
    _report(started)


@app.command()
def ingest(folder: Path) -> None:
    """Ingest the file, from landed bytes to committed frames."""
    # Imports of the validating library aren't work on the rows.
    validated("orders", ProfileOfShop().by_kind()[0])
    started = time.perf_counter()
    profiles = ProfileOfShop()
    with tempfile.TemporaryDirectory(prefix="bundle-pipeline-") as spool:
        staged = stage_shop(
            opened(str(folder / "landing")),
            _SHOP,
            IngestParams(),
            folder=Path(spool),
            customer_key=b"benchmark",
            observer=profiles,
        )
        for profile in profiles.by_kind():
            validated(profile.kind, profile)
        loaded = load_shop(staged, IngestParams(), folder=Path(spool))
        lake, origin = Lake(str(folder / "lake")), Origin("run", "0" * 16, "1")
        lake.write_parts(loaded.orders, _SHOP, origin=origin)
        lake.write_parts(loaded.order_lines, _SHOP, origin=origin)
    _report(started)


def _run(way: str, folder: str) -> tuple[float, float]:
    command = [sys.executable, "-m", __spec__.name, way, folder]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
    seconds, peak = said.split()[-2:]
    return float(seconds), float(peak)


def _report(started: float) -> None:
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIB_PER_GIB
    typer.echo(f"{seconds} {peak}")


if __name__ == "__main__":
    app()
