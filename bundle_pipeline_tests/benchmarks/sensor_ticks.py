"""The sensor over a large landing zone in a real S3 server on this machine.

``python -m bundle_pipeline_tests.benchmarks.sensor_ticks --shops 10000 --files 10`` lands so many
shops, and ticks until a whole sweep requests nothing more; then once more with new content in one
shop. Prints objects, ticks, seconds per tick, requests, and the sizes of cursor and memory.

Exit code 1 if a tick took longer than its budget allows, or a shop wasn't requested exactly once.
"""

import os
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import dagster as dg
import typer
from rich.console import Console
from rich.table import Table

from bundle_pipeline.defs.resources import Site
from bundle_pipeline.defs.sensor_memory import cursor_of
from bundle_pipeline.defs.sensors import TICK_SECONDS
from bundle_pipeline_tests.support.bucket_sites import bucket_site, land_all
from bundle_pipeline_tests.support.s3_server import s3_server
from bundle_pipeline_tests.support.sensor_ticks import SensorTicks

ORDERS = (
    b"order_id,created_at,variant_id,line_item_quantity,original_unit_price\n1,2025-01-01,v,1,2\n"
)
# What Dagster gives a tick.
_LIMIT_SECONDS = 60


def measure(
    shops: Annotated[int, typer.Option(help="Shops to land.", min=1)] = 10_000,
    files: Annotated[int, typer.Option(help="Objects per shop.", min=1)] = 10,
) -> None:
    """Land shops and tick; print what each tick took."""
    console = Console()
    with (
        TemporaryDirectory() as folder,
        s3_server(Path(folder)) as server,
        dg.DagsterInstance.ephemeral() as instance,
    ):
        os.environ.update(server.environment())
        site = bucket_site(f"s3://{server.new_bucket()}")
        names = [f"shop-{number:05}" for number in range(shops)]
        started = time.monotonic()
        land_all(site, {f"{name}/{part}.csv": b"" for name in names for part in range(files - 1)})
        land_all(site, {f"{name}/orders.csv": ORDERS for name in names})
        console.print(f"{shops * files:,} objects landed in {time.monotonic() - started:.0f} s")
        requested, slowest = _ticks(site, SensorTicks(site, instance), names, console)
    again = names[shops // 2]
    right = dict.fromkeys(names, 1) | {again: 2}
    console.print(f"slowest tick {slowest:.1f} s, budget {TICK_SECONDS:.0f} s")
    if slowest > _LIMIT_SECONDS or requested != right:
        raise typer.Exit(1)


def _ticks(
    site: Site, ticks: SensorTicks, names: list[str], console: Console
) -> tuple[Counter[str], float]:
    table = Table("tick", "seconds", "requests", "went on from", "cursor bytes", "memory bytes")
    requested = Counter[str]()
    slowest = 0.0
    quiet = 0
    is_changed = False
    while quiet < 1 or not is_changed:
        if quiet:
            land_all(site, {f"{names[len(names) // 2]}/orders.csv": ORDERS * 2})
            is_changed, quiet = True, 0
        before = cursor_of(ticks.cursor)
        started = time.monotonic()
        result = ticks.evaluate()
        seconds = time.monotonic() - started
        ticks.cursor = result.cursor
        due = [str(request.partition_key) for request in result.run_requests or []]
        requested.update(due)
        slowest = max(slowest, seconds)
        after = cursor_of(ticks.cursor)
        # A sweep that asked for nothing and kept nothing new has nothing left to find.
        quiet = int(not due and after == before)
        content = site.documents.read(after.memory or "") or b""
        table.add_row(
            str(table.row_count + 1), f"{seconds:.1f}", str(len(due)), before.after or "the start",
            str(len(ticks.cursor or "")), f"{len(content):,}",
        )  # fmt: skip
    console.print(table)
    return requested, slowest


if __name__ == "__main__":
    typer.run(measure)
