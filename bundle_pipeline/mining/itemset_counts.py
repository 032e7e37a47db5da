"""Counted itemsets: what every counting engine returns, in one order, and what is known of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bundle_pipeline.baskets.encoded import Codes

UInt32s = npt.NDArray[np.uint32]
UInt64s = npt.NDArray[np.uint64]

_KEY_BITS = 64


@dataclass(frozen=True)
class ItemsetCounts:
    """Itemsets of one size, sorted by their items."""

    items: UInt32s
    """Item codes, ascending within an itemset; shape (itemsets, size)."""
    basket_count: UInt32s
    """Baskets that hold each itemset."""

    @property
    def size(self) -> int:
        """Items of an itemset."""
        return self.items.shape[1]

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True)
class Counts:
    """All that enough baskets hold."""

    basket_count: int
    """Baskets, those of one item included."""
    item_basket_count: UInt64s
    """Baskets that hold each item, by code; also of items that too few hold."""
    itemsets: Sequence[ItemsetCounts]
    """Of two items, of three and so on, up to the size asked for."""


@dataclass(frozen=True)
class Tally:
    """How often given itemsets occur, in baskets of several labels, and who is behind them."""

    baskets: Codes
    """Baskets that hold each itemset, shape (itemsets, labels)."""
    rooms: Codes
    """Places beside two variants in those baskets, added up; same shape."""
    customers: Codes
    """Distinct known customers behind each itemset."""


def in_order(parts: Sequence[UInt32s], *, size: int) -> ItemsetCounts:
    """Itemsets in the order of their items.

    Items and count are packed into one integer each where they fit: sorting those takes a tenth of
    the time and a third of the memory of sorting rows.

    Args:
        parts: Rows of ``size`` ascending codes and a count; emptied as they are used if a list.
        size: Items of an itemset.
    """
    row_count = sum(len(part) for part in parts)
    most = np.zeros(size + 1, dtype=np.uint32)
    for part in parts:
        most = np.maximum(most, part.max(axis=0, initial=0))
    item_bits = int(most[:size].max(initial=0)).bit_length()
    count_bits = int(most[size]).bit_length()
    items = np.empty((size, row_count), dtype=np.uint32)
    count = np.empty(row_count, dtype=np.uint32)
    if size * item_bits + count_bits > _KEY_BITS:
        rows = np.concatenate(parts) if parts else np.empty((0, size + 1), dtype=np.uint32)
        order = np.lexsort(tuple(rows[:, column] for column in range(size - 1, -1, -1)))
        items[:], count[:] = rows[order, :size].T, rows[order, size]
        return ItemsetCounts(items.T, count)
    keys = np.empty(row_count, dtype=np.uint64)
    bits = [item_bits] * size + [count_bits]
    end = 0
    for part in parts:
        key = keys[end : end + len(part)]
        key[:] = part[:, 0]
        for column in range(1, size + 1):
            key <<= np.uint64(bits[column])
            key |= part[:, column]
        end += len(part)
    keys.sort()
    count[:] = keys & np.uint64((1 << count_bits) - 1)
    keys >>= np.uint64(count_bits)
    for column in range(size - 1, -1, -1):
        items[column] = keys & np.uint64((1 << item_bits) - 1)
        keys >>= np.uint64(item_bits)
    return ItemsetCounts(items.T, count)
