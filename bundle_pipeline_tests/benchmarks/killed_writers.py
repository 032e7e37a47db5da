"""Kill writers at random moments: is the last good version still there, and whole?

``python -m bundle_pipeline_tests.benchmarks.killed_writers --kills 200`` kills processes that write
one version after another, with signal 9, and reads after each. It does so for the store and, as
a control that shows the test is able to fail, for a file that is overwritten in place.

Exit code 1 if the store was ever torn, or if the control never was.
"""

import random
import time
from collections.abc import Callable
from ctypes import c_longlong
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import polars as pl
import typer
from deltalake.exceptions import DeltaError
from rich.console import Console
from rich.table import Table

from bundle_pipeline.errors import BundlePipelineError
from bundle_pipeline.schemas.mining import ItemCounts
from bundle_pipeline.schemas.shop_id import ShopId
from bundle_pipeline.store.lake import Lake
from bundle_pipeline_tests.support.lakes import mark_of, marked_frame, new_process, origin

SHOP = ShopId("corner")

# Large enough that a write takes some ten milliseconds: a kill should fall into one.
ROW_COUNT = 50_000

# A process has to get past its first write before a kill says something.
_SECONDS_TO_START = 20.0
_LONGEST_LIFE_SECONDS = 0.15

_UNREADABLE = (ValueError, OSError, pl.exceptions.PolarsError, DeltaError, BundlePipelineError)

Version = Callable[[Path], int]


@dataclass(frozen=True)
class Writer:
    """A way to keep a shop's frame: how to write a version, and which one is there."""

    name: str
    write: Callable[[Path, int], object]
    read: Version


@dataclass(frozen=True)
class Outcome:
    """What kills did to a writer."""

    writer: str
    kill_count: int
    torn_count: int
    """Reads that failed or saw something other than one whole version."""
    lost_count: int
    """Reads of a version older than one that a write had returned from."""
    version_count: int
    """Versions written in all."""


def store_writer() -> Writer:
    """The store."""
    return Writer("store", _write_to_store, _read_from_store)


def in_place_writer() -> Writer:
    """The control: one Parquet file, overwritten."""
    return Writer("file overwritten in place", _write_in_place, _read_in_place)


def killed(writer: Writer, folder: Path, *, kill_count: int, seed: int) -> Outcome:
    """Start a process that writes versions, kill it, read; again and again.

    Args:
        writer: How to write and read.
        folder: Where to.
        kill_count: How often.
        seed: Of the moments; the machine's own timing is not in it.
    """
    moments = random.Random(seed)  # noqa: S311 not a secret
    torn = lost = 0
    mark = 1
    for _ in range(kill_count):
        written = _killed_once(writer, folder, mark, moments.uniform(0, _LONGEST_LIFE_SECONDS))
        try:
            seen = writer.read(folder)
        except _UNREADABLE:
            torn += 1
        else:
            lost += seen < written
        mark = written + 1
    return Outcome(writer.name, kill_count, torn, lost, mark - 1)


def _killed_once(writer: Writer, folder: Path, mark: int, seconds: float) -> int:
    """The number of the last version that a write returned from before the kill."""
    context = new_process()
    written = context.Value("q", mark - 1, lock=False)
    process = context.Process(target=_write_forever, args=(writer.write, folder, mark, written))
    process.start()
    deadline = time.monotonic() + _SECONDS_TO_START
    while written.value < mark and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(seconds)
    process.kill()
    process.join()
    if written.value < mark:
        raise TimeoutError(f"no version in {_SECONDS_TO_START} s")
    return int(written.value)


def _write_forever(
    write: Callable[[Path, int], object], folder: Path, mark: int, written: c_longlong
) -> None:
    for number in count(mark):
        write(folder, number)
        written.value = number


def _write_to_store(folder: Path, mark: int) -> None:
    frame = marked_frame(mark, base_row_count=ROW_COUNT)
    Lake(str(folder)).write(ItemCounts, SHOP, frame, origin=origin())


def _read_from_store(folder: Path) -> int:
    return mark_of(Lake(str(folder)).read(ItemCounts, SHOP), base_row_count=ROW_COUNT)


def _write_in_place(folder: Path, mark: int) -> None:
    marked_frame(mark, base_row_count=ROW_COUNT).write_parquet(folder / "item_counts.parquet")


def _read_in_place(folder: Path) -> int:
    return mark_of(pl.read_parquet(folder / "item_counts.parquet"), base_row_count=ROW_COUNT)


def main(
    kills: Annotated[int, typer.Option(help="Kills per way of writing")] = 200,
    seed: Annotated[int, typer.Option(help="Seed of the moments of the kills")] = 1,
) -> None:
    """Kill writers and print what was there afterwards."""
    table = Table("writer", "kills", "torn", "lost", "versions written", "seconds")
    outcomes: list[Outcome] = []
    for writer in (store_writer(), in_place_writer()):
        with TemporaryDirectory() as folder:
            started = time.monotonic()
            outcome = killed(writer, Path(folder), kill_count=kills, seed=seed)
            seconds = time.monotonic() - started
        outcomes.append(outcome)
        table.add_row(
            outcome.writer,
            *(
                str(number)
                for number in (
                    outcome.kill_count,
                    outcome.torn_count,
                    outcome.lost_count,
                    outcome.version_count,
                )
            ),
            f"{seconds:.0f}",
        )
    Console().print(table)
    store, control = outcomes
    if store.torn_count or store.lost_count or not control.torn_count:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
