"""Which groups (baskets, customers) hold which items, and what two items share.

The groups of the more popular item of a pair are marked once for all its pairs, and those of each
rarer one are looked up there: the cost is how often the rarer ones are held, not the square of
group sizes, and memory is bounded.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bundle_pipeline.baskets.codes import Codes, ranges

# Cells looked up at a time: each takes about 60 bytes.
_BLOCK_CELLS = 4_000_000


@dataclass(frozen=True)
class PairsOfItem:
    """Some pairs of one item.

    Attributes:
        pair: Their numbers.
        popular: The item, held at least as often as the others.
        rarer: The other item of each pair.
    """

    pair: Codes
    popular: int
    rarer: Codes


@dataclass(frozen=True)
class Holdings:
    """Items by groups, as rows one behind the other.

    Attributes:
        start: Where each item's row starts; one more at the end.
        group: Number of the group of each cell, ascending within a row.
        group_count: Groups are numbered from 0 to below this.
    """

    start: Codes
    group: npt.NDArray[np.signedinteger]
    group_count: int

    @classmethod
    def of(
        cls,
        item: npt.NDArray[np.integer],
        group: npt.NDArray[np.signedinteger],
        *,
        item_count: int,
        group_count: int,
    ) -> "Holdings":
        """Holdings of cells that are sorted by item, then group, each once."""
        start = np.searchsorted(item, np.arange(item_count + 1)).astype(np.int64)
        return cls(start, group, group_count)

    def held_counts(self, items: Codes) -> Codes:
        """Groups that hold each item."""
        return self.start[items + 1] - self.start[items]

    def row(self, item: int) -> slice:
        """Cells of an item."""
        return slice(int(self.start[item]), int(self.start[item + 1]))

    def cells(self, items: Codes) -> tuple[Codes, Codes]:
        """Cells of these items, one item after the other, and where each of them begins."""
        length = self.held_counts(items)
        return ranges(self.start[items], length), np.cumsum(length) - length

    def by_popular_item(self, first: Codes, second: Codes) -> Iterator[PairsOfItem]:
        """Pairs whose items are both held at all, about ``_BLOCK_CELLS`` cells at a time.

        Args:
            first: An item of each pair.
            second: The other one.
        """
        counts = self.held_counts(first), self.held_counts(second)
        is_popular = counts[0] >= counts[1]
        popular, rarer = np.where(is_popular, first, second), np.where(is_popular, second, first)
        order = np.lexsort((rarer, popular))
        order = order[np.minimum(*counts)[order] > 0]
        if not order.size:
            return
        block = np.cumsum(self.held_counts(rarer[order])) // _BLOCK_CELLS
        is_edge = (np.diff(popular[order]) != 0) | (np.diff(block) != 0)
        for pair in np.split(order, np.flatnonzero(is_edge) + 1):
            yield PairsOfItem(pair, int(popular[pair[0]]), rarer[pair])

    def shared_counts(self, first: Codes, second: Codes) -> Codes:
        """Groups that hold both items of each pair."""
        counts = np.zeros(first.size, dtype=np.int64)
        is_marked = np.zeros(self.group_count, dtype=np.bool_)
        for pairs in self.by_popular_item(first, second):
            own = self.group[self.row(pairs.popular)]
            is_marked[own] = True
            cell, begin = self.cells(pairs.rarer)
            counts[pairs.pair] = np.add.reduceat(is_marked[self.group[cell]], begin, dtype=np.int64)
            is_marked[own] = False
        return counts
