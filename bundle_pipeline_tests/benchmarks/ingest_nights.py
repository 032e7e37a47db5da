"""What a night's new orders cost beside ingesting the whole history.

``python -m bundle_pipeline_tests.benchmarks.ingest_nights measure [--orders N] [--rounds N]``
writes an order export (``samples.large_shop``) and ingests it into an empty lake, as the first
night does. Then come deliveries of 1 % of the orders, each ingested by a process of its own into
the lake as the night before left it:

- ``new and corrected``: a fifth of them corrects the shop's last orders, the others are new;
- ``scattered``: corrections of orders from anywhere in the history, which no shop's night is: it is
  the worst case, since every block of the history has some;
- ``nothing``: the same files again.

Imports are left out, reading what was kept and keeping it anew are in. Prints the medians, and each
night's share of the first one's time.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from shutil import copytree, rmtree
from typing import Annotated

import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from bundle_pipeline.defs.profiles import ProfileOfShop
from bundle_pipeline.ingest.kept_files import KeptFiles, reading_rules
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
_KEY = b"benchmark"
_NIGHTS = ("new and corrected", "scattered", "nothing")
_SHARE = 0.01
_CORRECTED_SHARE = 0.2

app = typer.Typer(add_completion=False)


@app.command()
def measure(
    orders: Annotated[int, typer.Option(help="Orders of the history.")] = 400_000,
    rounds: Annotated[int, typer.Option(help="Turns of all nights.", min=1)] = 3,
) -> None:
    """Ingest a history, and nights after it; print what each takes."""
    table = Table("night", "lines", "seconds", "of the first night")
    with tempfile.TemporaryDirectory(prefix="bundle-pipeline-benchmark-") as name:
        folder = Path(name)
        landing = folder / "landing" / _SHOP
        landing.mkdir(parents=True)
        history = landing / "2025-01-01-orders.csv"
        lines = {"first": write_orders(history, orders)}
        seconds: dict[str, list[float]] = {"first": []}
        for _ in range(rounds):
            rmtree(folder / "lake", ignore_errors=True)
            seconds["first"].append(_run(folder))
        copytree(folder / "lake", folder / "first-lake")
        delta = landing / "2025-01-02-orders.csv"
        for night in _NIGHTS:
            lines[night] = _delivered(night, history, delta, orders)
            for _ in range(rounds):
                rmtree(folder / "lake")
                copytree(folder / "first-lake", folder / "lake")
                seconds.setdefault(night, []).append(_run(folder))
            delta.unlink(missing_ok=True)
    first = statistics.median(seconds["first"])
    for night, taken in seconds.items():
        median = statistics.median(taken)
        table.add_row(night, f"{lines[night]:,}", f"{median:.2f}", f"{median / first:.1%}")
    Console(width=100).print(table)


@app.command()
def ingest(folder: Path) -> None:
    """Ingest what has landed, with what the night before kept; prints seconds of CPU, and all."""
    # Imports of the validating library aren't work on the rows.
    validated("orders", ProfileOfShop().by_kind()[0])
    started, worked = time.perf_counter(), time.process_time()
    profiles, params, lake = ProfileOfShop(), IngestParams(), Lake(str(folder / "lake"))
    kept = KeptFiles(
        objects=opened(lake.url, create=True),
        tables=lake,
        shop_id=_SHOP,
        rules=reading_rules(params, _KEY),
        observer=profiles,
    ).opened()
    with tempfile.TemporaryDirectory(prefix="bundle-pipeline-") as spool:
        staged = stage_shop(
            opened(str(folder / "landing")),
            _SHOP,
            params,
            folder=Path(spool),
            customer_key=_KEY,
            observer=profiles,
            memory=kept,
        )
        for profile in profiles.by_kind():
            validated(profile.kind, profile)
        totals = kept.known_totals()
        loaded = load_shop(staged, params, folder=Path(spool), known_totals=totals)
        origin = Origin("run", "0" * 16, "1")
        lake.write_parts(loaded.orders, _SHOP, origin=origin)
        lake.write_parts(loaded.order_lines, _SHOP, origin=origin)
        kept.keep(loaded.settled.objects, loaded.line_totals)
    typer.echo(f"{time.process_time() - worked} {time.perf_counter() - started}")


def _delivered(night: str, history: Path, delta: Path, orders: int) -> int:
    """Write the night's delivery, and return its lines."""
    count = int(orders * _SHARE)
    if night == "new and corrected":
        return write_orders(delta, count, first_order=orders - int(count * _CORRECTED_SHARE))
    if night == "scattered":
        lines = pl.scan_csv(history, infer_schema=False)
        is_one = pl.col("order_id").hash() % round(1 / _SHARE) == 0
        corrected = lines.filter(is_one).with_columns(quantity=pl.lit("3")).collect()
        corrected.write_csv(delta)
        return corrected.height
    return 0


def _run(folder: Path) -> float:
    command = [sys.executable, "-m", __spec__.name, "ingest", str(folder)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
    return float(said.split()[-1])


if __name__ == "__main__":
    app()
