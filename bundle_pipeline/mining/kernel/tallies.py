"""Looking up given itemsets with the compiled kernel: their baskets by label, and their customers.

Item by item, the baskets that hold it are walked in the order of their customers, so that one is
new to an itemset where the last one was another. Nothing is sorted, and nothing kept for each
basket that holds an itemset.
"""

import ctypes
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from queue import SimpleQueue

import numpy as np
import numpy.typing as npt

from bundle_pipeline.baskets.encoded import UNKNOWN_CUSTOMER, Codes, EncodedBaskets
from bundle_pipeline.mining.itemset_counts import Tally, UInt32s, UInt64s
from bundle_pipeline.mining.kernel import library
from bundle_pipeline.mining.kernel.library import NOBODY, address, kernel
from bundle_pipeline.mining.kernel.postings import (
    FEWEST_POSTING_BYTES,
    blocks,
    pieces_of,
    starts,
)
from bundle_pipeline.mining.kernel.threads import Threads, threads_for
from bundle_pipeline.mining.params import CountingParams

# ``struct basket`` and ``enum cell`` of counting.c.
_BASKET = np.dtype([(name, np.uint32) for name in ("start", "size", "customer", "label")])
_CUSTOMERS, _LAST_CUSTOMER, _LABELS = 0, 1, 2
_MEGABYTE = 10**6


def tallied(
    encoded: EncodedBaskets,
    itemsets: Codes,
    labels: Codes,
    *,
    label_count: int,
    params: CountingParams,
) -> Tally:
    """As :func:`bundle_pipeline.mining.counting.tally_itemsets`, with the kernel."""
    cells = np.zeros((len(itemsets), _LABELS + 2 * label_count), dtype=np.uint32)
    cells[:, _LAST_CUSTOMER] = NOBODY
    if len(itemsets):
        with threads_for(encoded.line_count, params.max_threads) as threads:
            task = _task(encoded, itemsets, labels, cells)
            _fill(task, threads, max_bytes=params.max_memory_mb * _MEGABYTE)
    return Tally(
        baskets=cells[:, _LABELS::2].astype(np.int64),
        rooms=cells[:, _LABELS + 1 :: 2].astype(np.int64),
        customers=cells[:, _CUSTOMERS].astype(np.int64),
    )


@dataclass(frozen=True)
class _Task:
    codes: UInt32s
    """Item of each line."""
    baskets: npt.NDArray[np.void]
    """Where baskets stand in them."""
    itemsets: UInt32s
    row: UInt64s
    """Per item, and one more: the first itemset that it begins."""
    begins: npt.NDArray[np.bool_]
    """Per item: whether it begins any."""
    cells: UInt32s
    """Per itemset, what is counted."""

    @property
    def item_count(self) -> int:
        return self.row.size - 1

    def given(self) -> library.Tally:
        return library.Tally(
            codes=address(self.codes),
            baskets=address(self.baskets),
            itemsets=address(self.itemsets),
            row=address(self.row),
            begins=address(self.begins),
            cells=address(self.cells),
            size=self.itemsets.shape[1],
            width=self.cells.shape[1],
        )


def _task(encoded: EncodedBaskets, itemsets: Codes, labels: Codes, cells: UInt32s) -> _Task:
    row = np.searchsorted(itemsets[:, 0], np.arange(encoded.variant_count + 1)).astype(np.uint64)
    return _Task(
        codes=encoded.variant.view(np.uint32),
        baskets=_by_customer(encoded, labels),
        itemsets=np.ascontiguousarray(itemsets, dtype=np.uint32),
        row=row,
        begins=np.diff(row) > 0,
        cells=cells,
    )


def _by_customer(encoded: EncodedBaskets, labels: Codes) -> npt.NDArray[np.void]:
    """Baskets that have a label, those of nobody first and those of a customer side by side."""
    count = np.bincount(encoded.customer[labels >= 0] - UNKNOWN_CUSTOMER).astype(np.uint64)
    start, (goes_to,) = starts([count])
    baskets = np.empty(int(start[-1]), dtype=_BASKET)
    given = np.ascontiguousarray(labels, dtype=np.int64)
    kernel().kernel_by_customer(
        address(encoded.start),
        address(encoded.customer),
        address(given),
        given.size,
        address(goes_to),
        address(baskets),
    )
    return baskets


def _fill(task: _Task, threads: Threads, *, max_bytes: int) -> None:
    """Fill the cells, some items at a time."""
    tally = task.given()
    cuts = [len(task.baskets) * part // threads.count for part in range(threads.count + 1)]
    parts = list(itertools.pairwise(cuts))
    every = (0, task.item_count)
    counts = [np.zeros(task.item_count, dtype=np.uint64) for _ in parts]
    _visit(tally, parts, every, counts, threads=threads)
    free: SimpleQueue[UInt32s] = SimpleQueue()
    for _ in parts:
        free.put(np.zeros(task.item_count, dtype=np.uint32))

    def count(items: tuple[int, int]) -> None:
        place = free.get()
        kernel().kernel_tally(ctypes.byref(tally), *items, address(place))
        free.put(place)

    most = max(max_bytes, FEWEST_POSTING_BYTES)
    for first, last in blocks(np.add.reduce(counts), max_bytes=most):
        start, goes_to = starts([part[first:last] for part in counts])
        postings = np.empty(int(start[-1]), dtype=np.uint32)
        _visit(tally, parts, (first, last), goes_to, threads=threads, postings=postings)
        tally.postings, tally.start, tally.first_item = address(postings), address(start), first
        threads.run(count, pieces_of(start, threads.count, first=first))


def _visit(
    tally: library.Tally,
    parts: Sequence[tuple[int, int]],
    items: tuple[int, int],
    goes_to: Sequence[UInt64s],
    *,
    threads: Threads,
    postings: UInt32s | None = None,
) -> None:
    """List, or without postings count, the baskets of each part that hold each item."""
    to = None if postings is None else address(postings)

    def visit(part: int) -> None:
        kernel().kernel_visits(
            ctypes.byref(tally), *parts[part], *items, address(goes_to[part]), to
        )

    threads.run(visit, range(len(parts)))
