"""Counting with the compiled kernel, in bounded memory and with several threads."""

import ctypes
from contextlib import AbstractContextManager

import numpy as np

from bundle_pipeline.mining.itemset_counts import Counts, ItemsetCounts, UInt32s, UInt64s, in_order
from bundle_pipeline.mining.kernel.item_stream import (
    BYTES_PER_ITEM,
    GivenLines,
    ItemStream,
    laid_out,
)
from bundle_pipeline.mining.kernel.library import Miner, address, kernel
from bundle_pipeline.mining.kernel.postings import (
    FEWEST_POSTING_BYTES,
    PrunedBaskets,
    blocks,
    posted,
    pruned,
)
from bundle_pipeline.mining.kernel.rows import Counter, CountRows, Task
from bundle_pipeline.mining.kernel.threads import Threads, threads_for
from bundle_pipeline.mining.params import CountingParams

_MEGABYTE = 10**6


def count_itemsets(
    lines: GivenLines,
    min_basket_count: int,
    *,
    max_size: int,
    params: CountingParams,
) -> Counts:
    """As :func:`bundle_pipeline.mining.counting.count_itemsets`, with the kernel."""
    stream = laid_out(lines, max_bytes=params.max_memory_mb * _MEGABYTE)
    with _threads(stream, params) as threads:
        baskets = pruned(stream, min_basket_count, threads=threads)
        task = Task(baskets, min_basket_count, max_size, params.max_itemsets)
        itemsets = _counted(task, stream, _rows, threads=threads, params=params)
    return Counts(stream.basket_count, stream.item_basket_count, itemsets)


def count_connected_triples(
    lines: GivenLines,
    pairs: UInt32s,
    min_basket_count: int,
    *,
    params: CountingParams,
) -> ItemsetCounts:
    """As :func:`bundle_pipeline.mining.counting.count_connected_triples`, with the kernel."""
    stream = laid_out(lines, max_bytes=params.max_memory_mb * _MEGABYTE)
    with _threads(stream, params) as threads:
        baskets = pruned(stream, min_basket_count, threads=threads)
        start, partner = _partners(baskets, stream.item_basket_count.size, pairs)

        def around(miner: Miner, first: int, last: int) -> int:
            return int(
                kernel().kernel_around(
                    ctypes.byref(miner), first, last, address(start), address(partner)
                )
            )

        task = Task(baskets, min_basket_count, 3, params.max_itemsets)
        _, triples = _counted(task, stream, around, threads=threads, params=params)
    # One whose three pairs are all given was found around each of its items.
    is_new = np.ones(len(triples), dtype=np.bool_)
    is_new[1:] = (triples.items[1:] != triples.items[:-1]).any(axis=1)
    return ItemsetCounts(triples.items[is_new], triples.basket_count[is_new])


def _counted(
    task: Task,
    stream: ItemStream,
    count_rows: CountRows,
    *,
    threads: Threads,
    params: CountingParams,
) -> list[ItemsetCounts]:
    counter = Counter(task, threads)
    most = _posting_bytes(stream, threads.count, params)
    for block in blocks(task.baskets.posting_count, max_bytes=most):
        counter.count(posted(task.baskets, block, threads=threads), count_rows)
    return [in_order(rows, size=size) for size, rows in counter.found.rows.items()]


def _rows(miner: Miner, first: int, last: int) -> int:
    return int(kernel().kernel_rows(ctypes.byref(miner), first, last))


def _partners(baskets: PrunedBaskets, item_count: int, pairs: UInt32s) -> tuple[UInt64s, UInt32s]:
    """Given pairs by rank, both ways: where each rank's partners start, and the partners."""
    rank_count = baskets.item_of_rank.size
    rank = np.full(item_count, -1, dtype=np.int64)
    rank[baskets.item_of_rank] = np.arange(rank_count)
    ranked = rank[pairs[(pairs < item_count).all(axis=1)]]
    ranked = ranked[(ranked >= 0).all(axis=1)]
    both_ways = np.concatenate([ranked, ranked[:, ::-1]])
    order = np.lexsort((both_ways[:, 1], both_ways[:, 0]))
    start = np.zeros(rank_count + 1, dtype=np.uint64)
    np.cumsum(np.bincount(both_ways[:, 0], minlength=rank_count), out=start[1:])
    return start, both_ways[order, 1].astype(np.uint32)


def _posting_bytes(stream: ItemStream, threads: int, params: CountingParams) -> int:
    taken = stream.item_basket_count.size * BYTES_PER_ITEM * (1 + threads)
    if not stream.is_on_disk:
        taken += stream.codes.nbytes
    return max(params.max_memory_mb * _MEGABYTE - taken, FEWEST_POSTING_BYTES)


def _threads(stream: ItemStream, params: CountingParams) -> AbstractContextManager[Threads]:
    return threads_for(stream.codes.size, params.max_threads)
