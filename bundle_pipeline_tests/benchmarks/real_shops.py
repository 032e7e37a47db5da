"""Whole runs of real shops: are all rows accounted for, and what do they cost?

``python -m bundle_pipeline_tests.benchmarks.real_shops LANDING...`` runs every shop below the given
landing folders through ``bundle-pipeline run``, each in a process of its own and into a fresh lake,
and prints a row per shop. ``bundle_pipeline_tests.samples.as_csv`` makes such shops.

Exit code 1 if a run fails, or if a row that was landed is not accounted for.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline.schemas.bundles import RankedBundles
from bundle_pipeline.schemas.ingest import IngestLedger
from bundle_pipeline.schemas.mining import PairRules
from bundle_pipeline.schemas.shop_id import ShopId, shop_id
from bundle_pipeline.store.lake import Lake

_PROJECT = Path(__file__).parents[2]
_COMMAND = Path(sys.executable).with_name("bundle-pipeline")
_OUTCOMES = ("loaded_count", "superseded_count", "excluded_count", "quarantined_count")
_KIB_PER_MIB = 1024
_HEADINGS = (
    *("shop", "rows landed", "rows read", "loaded", "superseded", "excluded", "quarantined"),
    *("baskets", "significant pairs", "bundles", "seconds", "peak MiB", "verdict"),
)


@dataclass(frozen=True)
class Run:
    """How the command ended: its exit code, what it said, and what it cost."""

    exit_code: int
    said: str
    seconds: float
    peak_mib: int


@dataclass(frozen=True)
class Findings:
    """What a run left in the lake."""

    row_count: int
    outcome_counts: tuple[int, ...]
    basket_count: int
    significant_pair_count: int
    bundle_count: int


def measure(
    landings: Annotated[list[Path], typer.Argument(help="Folders with a folder per shop.")],
    workdir: Annotated[
        Path | None, typer.Option(help="Where lakes and logs go and stay; else a temporary folder.")
    ] = None,
) -> None:
    """Run every shop and print what became of its rows, what was found, and what it cost."""
    console = Console(width=200)
    table = Table(*_HEADINGS)
    with tempfile.TemporaryDirectory(prefix="bundle-pipeline-benchmark-") as temporary:
        home = workdir or Path(temporary)
        rows = [_shop_row(folder, home, console) for folder in _shop_folders(landings)]
    for row in rows:
        table.add_row(*row)
    console.print(table)
    if any(row[-1] != "ok" for row in rows):
        raise typer.Exit(1)


def _shop_folders(landings: list[Path]) -> list[Path]:
    return sorted(folder for landing in landings for folder in landing.iterdir() if folder.is_dir())


def _shop_row(folder: Path, home: Path, console: Console) -> list[str]:
    shop = shop_id(folder.name)
    lake = home / shop / "lake"
    run = _run(folder, shop, lake)
    cost = [f"{run.seconds:.1f}", f"{run.peak_mib:,}"]
    if run.exit_code != 0:
        console.print(run.said, markup=False, highlight=False)
        return [shop, *[""] * 9, *cost, f"failed ({run.exit_code})"]
    landed = _landed_row_count(folder)
    found = _findings(Lake(str(lake)), shop)
    is_conserved = landed == found.row_count == sum(found.outcome_counts)
    counts = (
        *(landed, found.row_count, *found.outcome_counts),
        *(found.basket_count, found.significant_pair_count, found.bundle_count),
    )
    return [shop, *(f"{count:,}" for count in counts), *cost, "ok" if is_conserved else "rows lost"]


def _run(folder: Path, shop: ShopId, lake: Path) -> Run:
    home = lake.parent
    home.mkdir(parents=True, exist_ok=True)
    shutil.copy(_PROJECT / "dagster.yaml", home)
    arguments = ["run", "--shop", shop, "--landing", str(folder.parent.absolute())]
    environment = {**os.environ, "DAGSTER_HOME": str(home)}
    log = home / "run.log"
    started = time.perf_counter()
    with log.open("wb") as said:
        process = subprocess.Popen(  # noqa: S603  (our own command, validated shop id)
            [_COMMAND, *arguments, "--lake", str(lake)],
            stdout=said,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=home,
        )
        # Not process.wait(): it doesn't tell what the process used.
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Run(
        exit_code=process.returncode,
        said=log.read_text(errors="replace"),
        seconds=time.perf_counter() - started,
        peak_mib=usage.ru_maxrss // _KIB_PER_MIB,
    )


def _landed_row_count(folder: Path) -> int:
    """Data rows of a shop's files, counted apart from the pipeline's reader."""
    files = [path for path in folder.rglob("*") if path.name.endswith((".csv", ".csv.gz"))]
    return sum(
        pl.read_csv(path, infer_schema=False, truncate_ragged_lines=True).height for path in files
    )


def _findings(lake: Lake, shop: ShopId) -> Findings:
    ledger = lake.read(IngestLedger, shop)
    rules = lake.read(PairRules, shop)
    row_count, *outcome_counts = ledger.select("row_count", *_OUTCOMES).sum().row(0)
    return Findings(
        row_count=row_count,
        outcome_counts=tuple(outcome_counts),
        basket_count=lake.read(Baskets, shop).get_column("order_id").n_unique(),
        # A pair has a rule in either direction.
        significant_pair_count=rules.filter("is_significant").height // 2,
        bundle_count=lake.read(RankedBundles, shop).height,
    )


if __name__ == "__main__":
    typer.run(measure)
