"""A shop's baskets laid out for the kernel: one after the other, in memory or in a file."""

import ctypes
import logging
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from bundle_pipeline.baskets.encoded import EncodedBaskets
from bundle_pipeline.errors import SchemaError
from bundle_pipeline.mining.itemset_counts import UInt32s, UInt64s
from bundle_pipeline.mining.kernel.library import LARGEST_CODE, Stream, address, kernel

logger = logging.getLogger(__name__)

GivenLines = EncodedBaskets | pl.DataFrame | pl.LazyFrame

# Positions are numbers of 32 bits.
MOST_LINES = 2**32 - 1
_CODE_BYTES = 4
# What the kernel keeps per item while it lays lines out and ranks them.
BYTES_PER_ITEM = 24
_LINES_PER_BATCH = 262_144
_PLACE = "lines to count"


@dataclass(frozen=True)
class ItemStream:
    """Distinct items of each basket, one basket after the other."""

    codes: UInt32s
    """Item codes; the highest bit marks the last of a basket. The kernel rewrites them."""
    item_basket_count: UInt64s
    """Baskets that hold each item."""
    basket_count: int
    """Baskets."""
    is_on_disk: bool
    """Whether ``codes`` are a file, which the operating system may drop from memory."""


def laid_out(lines: GivenLines, *, max_bytes: int) -> ItemStream:
    """Lay lines out, reading them once.

    Args:
        lines: Baskets, or ``basket`` and ``item``: whole numbers, rows sorted by basket; items are
            numbered from 0. Repeats of an item in its basket count once.
        max_bytes: Memory for lines and their postings. A file in the folder for temporary files
            (``TMPDIR``) holds the lines if they need more.

    Raises:
        SchemaError: The lines aren't sorted by basket, a number is missing or out of range, or
            there are more than 4.29 billion.
    """
    most = _line_count(lines)
    if most > MOST_LINES:
        raise _refused(f"{most:,} lines", "at most 4,294,967,295", "count them with engine: spark")
    is_on_disk = 2 * _CODE_BYTES * most > max_bytes
    codes = _file_backed(most) if is_on_disk else np.empty(most, dtype=np.uint32)
    seen = np.zeros(0, dtype=np.uint32)
    count = np.zeros(0, dtype=np.uint64)
    stream = Stream(codes=address(codes))
    for basket, item in _batches(lines):
        item_count = int(item.max(initial=0)) + 1
        if item_count > count.size:
            # In steps, since each copies.
            more = max(item_count, 2 * count.size) - count.size
            seen = np.concatenate([seen, np.zeros(more, dtype=np.uint32)])
            count = np.concatenate([count, np.zeros(more, dtype=np.uint64)])
        stream.seen, stream.count, stream.item_count = address(seen), address(count), count.size
        _append(stream, basket, item)
    kernel().kernel_close(ctypes.byref(stream))
    used = np.flatnonzero(count)
    return ItemStream(
        codes=codes[: stream.length],
        item_basket_count=count[: used[-1] + 1 if used.size else 0],
        basket_count=stream.baskets,
        is_on_disk=is_on_disk,
    )


def _append(stream: Stream, basket: npt.NDArray[np.int64], item: UInt32s) -> None:
    wrong = ctypes.c_int64()
    status = kernel().kernel_append(
        ctypes.byref(stream), address(basket), address(item), item.size, ctypes.byref(wrong)
    )
    if status:
        found = f"basket {basket[wrong.value]} after basket {stream.last_basket}"
        raise _refused(found, "lines sorted by basket", "sort them")


def _batches(
    lines: GivenLines,
) -> Iterator[tuple[npt.NDArray[np.int64], UInt32s]]:
    if isinstance(lines, EncodedBaskets):
        yield from _encoded_batches(lines)
        return
    if isinstance(lines, pl.DataFrame):
        frames = lines.select("basket", "item").iter_slices(_LINES_PER_BATCH)
    else:
        frames = lines.select("basket", "item").collect_batches(chunk_size=_LINES_PER_BATCH)
    for frame in frames:
        if frame.get_column("basket").null_count() or frame.get_column("item").null_count():
            raise _refused("a line without basket or item", "both", "leave such lines out")
        item = frame.get_column("item")
        low, high = item.min(), item.max()
        if not (
            isinstance(low, int) and isinstance(high, int) and 0 <= low <= high <= LARGEST_CODE
        ):
            found = f"items numbered {low} to {high}"
            raise _refused(found, f"0 to {LARGEST_CODE}", "number the items from 0")
        yield (
            np.ascontiguousarray(frame.get_column("basket").cast(pl.Int64).to_numpy()),
            np.ascontiguousarray(item.cast(pl.UInt32).to_numpy()),
        )


def _encoded_batches(
    baskets: EncodedBaskets,
) -> Iterator[tuple[npt.NDArray[np.int64], UInt32s]]:
    first = 0
    for block in baskets.blocks(_LINES_PER_BATCH):
        last = first + block.basket_count
        yield np.repeat(np.arange(first, last), block.basket_size), block.variant.view(np.uint32)
        first = last


def _line_count(lines: GivenLines) -> int:
    if isinstance(lines, EncodedBaskets):
        return lines.line_count
    if isinstance(lines, pl.DataFrame):
        return lines.height
    return int(lines.select(pl.len()).collect().item())


def _file_backed(line_count: int) -> UInt32s:
    # The file has no name and goes with the array.
    with tempfile.TemporaryFile(prefix="bundle-pipeline-") as file:
        return np.memmap(file, dtype=np.uint32, mode="w+", shape=(line_count,))


def _refused(found: str, expected: str, remedy: str) -> SchemaError:
    return SchemaError(
        "BP-COUNTING-LINES", place=_PLACE, found=found, expected=expected, remedy=remedy
    )
