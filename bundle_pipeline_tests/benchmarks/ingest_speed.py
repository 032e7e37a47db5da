"""How fast order lines come in, beside the fastest way to merely rewrite the same file.

``python -m bundle_pipeline_tests.benchmarks.ingest_speed measure [--orders N]... [--rounds N]``
writes an order export (``samples.large_shop``) for each size, by default of 1, 3.7 and 32 million
lines, and then, turn by turn and each in a process of its own, rewrites it with
``polars.scan_csv(...).sink_parquet(...)`` and ingests it: reading, profiling and validating all
rows, deciding each, and committing the frames to a lake.

Prints the median seconds and seconds of CPU of both ways, the median of their ratios, and the
greatest memory: all that is resident, and what of it is the process's own. The rest is pages of the
mapped file, which the system takes back whenever it needs them. Below stands how time grows with
lines: the exponent of a power law, fitted to the medians; 1 is linear.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
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
_SECONDS_BETWEEN_LOOKS = 0.02
_ALLOCATOR = "_RJEM_MALLOC_CONF"

app = typer.Typer(add_completion=False)


@dataclass(frozen=True)
class _Taken:
    """What one way took: seconds, seconds of CPU, and the greatest memory in GiB.

    ``own_peak`` is the greatest of its own memory that was seen; NaN where the system doesn't tell.
    """

    seconds: float
    cpu_seconds: float
    peak: float
    own_peak: float


@app.command()
def measure(
    orders: Annotated[list[int] | None, typer.Option(help="Orders of a file.")] = None,
    rounds: Annotated[int, typer.Option(help="Turns of both ways.", min=1)] = 3,
) -> None:
    """Rewrite and ingest files of several sizes; print what each takes."""
    table = Table(
        *("lines", "rewritten, s", "CPU, s", "ingested, s", "CPU, s", "lines/s"),
        *("ratio", "CPU ratio", "peak GiB", "own GiB"),
    )
    seconds = dict[int, float]()
    for order_count in orders or [106_000, 402_000, 3_400_000]:
        with tempfile.TemporaryDirectory(prefix="bundle-pipeline-benchmark-") as folder:
            landed = Path(folder, "landing", _SHOP, "orders.csv")
            landed.parent.mkdir(parents=True)
            line_count = write_orders(landed, order_count)
            taken = [(_run("rewrite", folder), _run("ingest", folder)) for _ in range(rounds)]
        table.add_row(*_row(line_count, taken))
        seconds[line_count] = statistics.median(ours.seconds for _, ours in taken)
    console = Console(width=120)
    console.print(table)
    if len(seconds) > 1:
        exponent = np.polyfit(np.log(list(seconds)), np.log(list(seconds.values())), 1)[0]
        console.print(f"time grows as lines to the power of {exponent:.2f}")


def _row(line_count: int, taken: Sequence[tuple[_Taken, _Taken]]) -> list[str]:
    theirs, ours = zip(*taken, strict=True)
    ingested = statistics.median(one.seconds for one in ours)
    return [
        f"{line_count:,}",
        f"{statistics.median(one.seconds for one in theirs):.2f}",
        f"{statistics.median(one.cpu_seconds for one in theirs):.2f}",
        f"{ingested:.2f}",
        f"{statistics.median(one.cpu_seconds for one in ours):.2f}",
        f"{line_count / ingested:,.0f}",
        f"{statistics.median(one.seconds / other.seconds for other, one in taken):.2f}",
        f"{statistics.median(one.cpu_seconds / other.cpu_seconds for other, one in taken):.2f}",
        f"{max(one.peak for one in ours):.2f}",
        f"{max(one.own_peak for one in ours):.2f}",
    ]


@app.command()
def rewrite(folder: Path) -> None:
    """Rewrite the file as Parquet."""
    started = _now()
    landed = folder / "landing" / _SHOP / "orders.csv"
    pl.scan_csv(landed).sink_parquet(folder / "rewritten.parquet")
    _report(started)


@app.command()
def ingest(folder: Path) -> None:
    """Ingest the file, from landed bytes to committed frames."""
    # Imports of the validating library aren't work on the rows.
    validated("orders", ProfileOfShop().by_kind()[0])
    started = _now()
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


def _run(way: str, folder: str) -> _Taken:
    command = [sys.executable, "-m", __spec__.name, way, folder]
    # Polars as it comes rewrites; how it allocates for us is the package's own.
    allocator = {"rewrite": {_ALLOCATOR: ""}, "ingest": {}}[way]
    environment = {name: value for name, value in os.environ.items() if name != _ALLOCATOR}
    seen = list[float]()
    with subprocess.Popen(  # noqa: S603
        command, stdout=subprocess.PIPE, text=True, env=environment | allocator
    ) as process:
        while process.poll() is None:
            seen += _own_memory(process.pid)
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        said = process.communicate()[0]
    if process.returncode:
        raise typer.Exit(process.returncode)
    seconds, cpu_seconds, peak = map(float, said.split()[-3:])
    return _Taken(seconds, cpu_seconds, peak, max(seen, default=float("nan")))


def _own_memory(pid: int) -> list[float]:
    """Memory of a process with no file behind it, in GiB; none where the system doesn't tell."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("utf-8")
    except OSError:
        return []
    facts = dict(line.split(":", 1) for line in status.splitlines())
    return [int(facts["RssAnon"].split()[0]) / _KIB_PER_GIB] if "RssAnon" in facts else []


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _report(started: tuple[float, float]) -> None:
    seconds, cpu_seconds = (now - then for then, now in zip(started, _now(), strict=True))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIB_PER_GIB
    typer.echo(f"{seconds} {cpu_seconds} {peak}")


if __name__ == "__main__":
    app()
