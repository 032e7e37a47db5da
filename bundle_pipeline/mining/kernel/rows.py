"""Threads that count rows: each takes the next few items, and what they find is kept in order."""

from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue

import numpy as np

from bundle_pipeline.errors import ConfigError
from bundle_pipeline.mining.itemset_counts import UInt32s
from bundle_pipeline.mining.kernel.library import Database, Miner, address
from bundle_pipeline.mining.kernel.postings import Postings, PrunedBaskets, pieces_of
from bundle_pipeline.mining.kernel.threads import Threads

# What a thread starts with; more is given to items that need it.
_FIRST_SCRATCH_BYTES = 1 << 20
_FIRST_CAPACITY = 1 << 14

# Calls the kernel for the items from the first up to the last; returns the item it fell short for.
CountRows = Callable[[Miner, int, int], int]


@dataclass(frozen=True)
class Task:
    """What is to be counted."""

    baskets: PrunedBaskets
    min_basket_count: int
    max_size: int
    """Largest itemset."""
    max_itemsets: int
    """Most itemsets of all sizes."""


@dataclass
class Found:
    """Itemsets as they were found: rows of a size's codes and a count, per size."""

    rows: dict[int, list[UInt32s]]
    itemset_count: int = 0


@dataclass
class Counter:
    """Counts rows with several threads' worth of memory."""

    task: Task
    threads: Threads
    found: Found = field(init=False)
    _free: SimpleQueue["_Workspace"] = field(init=False)

    def __post_init__(self) -> None:
        self.found = Found({size: [] for size in range(2, self.task.max_size + 1)})
        self._free = SimpleQueue()
        for _ in range(self.threads.count):
            self._free.put(_Workspace(self.task))

    def count(self, postings: Postings, count_rows: CountRows) -> None:
        """Count the rows of some items.

        Raises:
            ConfigError: There are more itemsets than the task allows.
        """

        def piece(items: tuple[int, int]) -> list[tuple[int, UInt32s]]:
            workspace = self._free.get()
            try:
                return workspace.counted(postings, items, count_rows, self._still_allowed())
            finally:
                self._free.put(workspace)

        pieces = pieces_of(postings.start, self.threads.count, first=postings.first_rank)
        for results in self.threads.run(piece, pieces):
            for size, rows in results:
                self.found.rows[size].append(rows)
                self.found.itemset_count += len(rows)
        self._still_allowed()

    def _still_allowed(self) -> int:
        left = self.task.max_itemsets - self.found.itemset_count
        if left < 0:
            raise too_many_itemsets(self.task.max_itemsets)
        return left


def too_many_itemsets(most: int) -> ConfigError:
    """The refusal of a result that wouldn't fit; it is never cut short."""
    return ConfigError(
        "BP-COUNTING-ITEMSETS",
        place="counting of itemsets",
        found=f"more than {most:,} itemsets in enough baskets",
        expected="no more than mining.max_itemsets",
        remedy="raise min_basket_count, lower the largest size, or raise mining.max_itemsets",
    )


class _Workspace:
    """Memory of one thread, and its ``struct miner``."""

    def __init__(self, task: Task) -> None:
        baskets = task.baskets
        rank_count = baskets.item_of_rank.size
        self._task = task
        self._sizes = range(2, task.max_size + 1)
        self._accumulator = np.zeros(rank_count, dtype=np.uint32)
        self._partner = np.empty(rank_count, dtype=np.uint32)
        self._scratch = np.empty(_FIRST_SCRATCH_BYTES // 8, dtype=np.uint64)
        self._out = {
            size: np.empty((_FIRST_CAPACITY, size + 1), dtype=np.uint32) for size in self._sizes
        }
        self._miner = Miner(
            top=Database(
                codes=address(baskets.codes),
                item_count=rank_count,
                name=address(baskets.item_of_rank),
                accumulator=address(self._accumulator),
                partner=address(self._partner),
            ),
            min_count=task.min_basket_count,
            max_size=task.max_size,
        )
        self._give_memory()

    def counted(
        self, postings: Postings, items: tuple[int, int], count_rows: CountRows, most: int
    ) -> list[tuple[int, UInt32s]]:
        """What the rows of the items hold, at most so many itemsets."""
        miner, top = self._miner, self._miner.top
        top.first_rank, top.start = postings.first_rank, address(postings.start)
        top.postings = address(postings.positions)
        results: list[tuple[int, UInt32s]] = []
        item, last = items
        while item < last:
            miner.most_missing = most
            item = count_rows(miner, item, last)
            results += [(size, self._out[size][: miner.used[size]].copy()) for size in self._sizes]
            most -= sum(miner.used[size] for size in self._sizes)
            if most < 0 or miner.missing_count > most:
                raise too_many_itemsets(self._task.max_itemsets)
            if item < last:
                self._grow()
            for size in self._sizes:
                miner.used[size] = 0
        return results

    def _grow(self) -> None:
        """Make room for the item that memory fell short for."""
        miner = self._miner
        if miner.scratch_missing:
            more = -(-miner.scratch_missing // 8)
            self._scratch = np.empty(self._scratch.size + more, dtype=np.uint64)
        for size in self._sizes:
            # It is counted again into an empty buffer.
            needed = miner.capacity[size] - miner.used[size] + miner.missing[size]
            if needed > miner.capacity[size]:
                self._out[size] = np.empty((2 * needed, size + 1), dtype=np.uint32)
        self._give_memory()

    def _give_memory(self) -> None:
        miner = self._miner
        miner.scratch, miner.scratch_size = address(self._scratch), self._scratch.nbytes
        for size in self._sizes:
            miner.out[size], miner.capacity[size] = address(self._out[size]), len(self._out[size])
