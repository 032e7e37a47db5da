"""Versions of a frame that tell themselves apart, and processes that write them.

Every version of ``item_counts`` made here holds one number in all of its rows, and a number of rows
that follows from it: a reader that sees two versions at once, or half of one, can tell.
"""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.context import ForkServerContext
from pathlib import Path

import polars as pl

from bundle_pipeline.errors import TransientError
from bundle_pipeline.schemas.mining import ItemCounts
from bundle_pipeline.schemas.shop_id import ShopId, shop_id
from bundle_pipeline.store.lake import Lake
from bundle_pipeline.store.origin import Origin

CONFLICT = "conflict"

# Imported once by a server process, so that each forked child starts within milliseconds.
_PRELOADED = ["bundle_pipeline_tests.support.lakes"]


def origin(run_id: str = "run") -> Origin:
    """Who wrote it."""
    return Origin(run_id=run_id, settings_hash="0123456789abcdef", code_version="1")


def marked_frame(mark: int, *, base_row_count: int = 3) -> pl.DataFrame:
    """A version of ``item_counts`` with this number in every row."""
    row_count = base_row_count + mark % 7
    number = pl.repeat(mark, row_count, dtype=pl.Int64)
    return pl.select(
        variant_id=pl.format("v{}", pl.int_range(1_000_000, 1_000_000 + row_count)),
        basket_count=number,
        support=pl.repeat(0.5, row_count),
        companion_count=number,
        customer_count=number,
    )


def mark_of(frame: pl.DataFrame, *, base_row_count: int = 3) -> int:
    """The number of a version.

    Raises:
        ValueError: It isn't one whole version.
    """
    marks = frame.get_column("basket_count").unique().to_list()
    if len(marks) != 1 or not frame.equals(marked_frame(marks[0], base_row_count=base_row_count)):
        raise ValueError(f"{frame.height} rows of versions {sorted(marks)[:5]}")
    return marks[0]


def new_process() -> ForkServerContext:
    """Processes that start quickly and share nothing with this one."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


def write_at_once(lake: Path, writes: Sequence[tuple[str, int]]) -> list[int | str]:
    """Write (shop, number) pairs, each in a process of its own, all at the same time.

    Returns:
        Per write the version it made, or ``CONFLICT`` if it was refused as transient.
    """
    context = new_process()
    barrier = context.Manager().Barrier(len(writes))
    with ProcessPoolExecutor(len(writes), mp_context=context) as pool:
        running = [
            pool.submit(_write, str(lake), shop, mark, barrier.wait) for shop, mark in writes
        ]
        return [write.result(timeout=60) for write in running]


def _write(lake: str, shop: str, mark: int, wait: Callable[[float], int]) -> int | str:
    frame = marked_frame(mark)
    wait(30)
    try:
        return Lake(lake).write(ItemCounts, shop_id(shop), frame, origin=origin(f"run-{mark}"))
    except TransientError:
        return CONFLICT


def read_mark(lake: Path, shop: ShopId, *, version: int | None = None) -> int:
    """The number of a shop's version; see :func:`mark_of`."""
    return mark_of(Lake(str(lake)).read(ItemCounts, shop, version=version))
