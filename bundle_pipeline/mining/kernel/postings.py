"""Frequent items by rank, and where each stands: what the kernel walks to count."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bundle_pipeline.mining.itemset_counts import UInt32s, UInt64s
from bundle_pipeline.mining.kernel.item_stream import ItemStream
from bundle_pipeline.mining.kernel.library import NO_RANK, address, kernel
from bundle_pipeline.mining.kernel.threads import Threads

POSTING_BYTES = 4
# Rows are handed out in so many pieces per thread: they take unequal time.
_PIECES_PER_THREAD = 16
# Below it a pass over the baskets per block would cost more than the memory is worth.
FEWEST_POSTING_BYTES = 16 * 10**6


@dataclass(frozen=True)
class PrunedBaskets:
    """Baskets of at least two frequent items, by rank: 0 is the rarest.

    Rare items first makes rows short: an item is counted with the items after it, and where most
    baskets hold an item, little comes after it.
    """

    codes: UInt32s
    """Ranks, ascending within a basket."""
    ranges: Sequence[tuple[int, int]]
    """Where baskets stand in ``codes``; between these is nothing."""
    kept: Sequence[UInt64s]
    """Per range and rank: baskets that hold it."""
    item_of_rank: UInt32s
    """Item code of each rank."""

    @property
    def posting_count(self) -> UInt64s:
        """Postings of each rank."""
        return _sum(self.kept)


@dataclass(frozen=True)
class Postings:
    """Where some ranks stand in the baskets."""

    first_rank: int
    last_rank: int
    """One past the last."""
    start: UInt64s
    """Per rank from ``first_rank``, and one more: its first posting."""
    positions: UInt32s
    """Positions in the baskets' codes, ascending per rank."""


def pruned(stream: ItemStream, min_basket_count: int, *, threads: Threads) -> PrunedBaskets:
    """Leave out what can't be in a frequent itemset, in place.

    Args:
        stream: Its codes are overwritten.
        min_basket_count: Fewest baskets.
        threads: Each takes a part of the baskets.
    """
    count = stream.item_basket_count
    frequent = np.flatnonzero(count >= min_basket_count)
    # Ties by code, so that ranks don't depend on anything else.
    item_of_rank = frequent[np.argsort(count[frequent], kind="stable")].astype(np.uint32)
    rank = np.full(count.size, NO_RANK, dtype=np.uint32)
    rank[item_of_rank] = np.arange(item_of_rank.size, dtype=np.uint32)
    codes, length = stream.codes, stream.codes.size
    cuts = [
        kernel().kernel_basket_start(address(codes), length * part // threads.count, length)
        for part in range(threads.count + 1)
    ]

    def prune(part: tuple[int, int]) -> tuple[int, UInt64s]:
        kept = np.zeros(item_of_rank.size, dtype=np.uint64)
        end = kernel().kernel_prune(address(codes), *part, address(rank), address(kept))
        return end, kept

    parts = list(itertools.pairwise(cuts))
    done = threads.run(prune, parts)
    return PrunedBaskets(
        codes=codes,
        ranges=[(first, end) for (first, _), (end, _) in zip(parts, done, strict=True)],
        kept=[kept for _, kept in done],
        item_of_rank=item_of_rank,
    )


def blocks(posting_count: UInt64s, *, max_bytes: int) -> Iterator[tuple[int, int]]:
    """Ranges of items whose postings fit into memory; at least one item each."""
    ends = np.cumsum(posting_count)
    first, before = 0, 0
    while first < ends.size:
        most = before + max_bytes // POSTING_BYTES
        last = max(first + 1, int(np.searchsorted(ends, most, side="right")))
        yield first, last
        first, before = last, int(ends[last - 1])


def posted(baskets: PrunedBaskets, block: tuple[int, int], *, threads: Threads) -> Postings:
    """Postings of a block of ranks, in one pass over the baskets."""
    first, last = block
    start, places = starts([part[first:last] for part in baskets.kept])
    positions = np.empty(int(start[-1]), dtype=np.uint32)

    def post(part: int) -> None:
        goes_to = places[part]
        kernel().kernel_post(
            address(baskets.codes),
            *baskets.ranges[part],
            first,
            last,
            address(goes_to),
            address(positions),
        )

    threads.run(post, range(len(baskets.ranges)))
    return Postings(first, last, start, positions)


def pieces_of(start: UInt64s, thread_count: int, *, first: int) -> list[tuple[int, int]]:
    """Ranges of items with about as many postings each, several for each thread.

    Args:
        start: Per item, and one more: its first posting.
        thread_count: Threads.
        first: Number of the first item.
    """
    piece_count = _PIECES_PER_THREAD * thread_count
    total = int(start[-1])
    wanted = [total * piece // piece_count for piece in range(1, piece_count)]
    cuts = sorted({0, *np.searchsorted(start, wanted).tolist(), start.size - 1})
    return [(first + begin, first + end) for begin, end in itertools.pairwise(cuts)]


def starts(kept: Sequence[UInt64s]) -> tuple[UInt64s, Sequence[UInt64s]]:
    """Where the postings of items go that several parts of the baskets hold.

    Args:
        kept: Per part, the postings of each item.

    Returns:
        The first posting of each item, and their number; and per part the first that it writes:
        behind those of the parts before it, so that postings ascend whoever comes first.
    """
    start = np.zeros(kept[0].size + 1, dtype=np.uint64)
    np.cumsum(_sum(kept), out=start[1:])
    before = np.cumsum([np.zeros_like(start[1:]), *kept[:-1]], axis=0, dtype=np.uint64)
    return start, [start[:-1] + part for part in before]


def _sum(parts: Sequence[UInt64s]) -> UInt64s:
    return np.add.reduce(np.stack(parts), axis=0, dtype=np.uint64)
