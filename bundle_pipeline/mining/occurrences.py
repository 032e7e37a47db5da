"""Which baskets hold which itemset, with NumPy: in the kernel's place where that is missing."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from bundle_pipeline.baskets.codes import Codes, distinct, ranges
from bundle_pipeline.baskets.encoded import UNKNOWN_CUSTOMER, EncodedBaskets
from bundle_pipeline.mining.itemset_counts import Tally

# Pairs of lines of one order that are laid out at a time: about 100 MB.
_PAIRS_PER_CHUNK = 4_000_000
# Pairs of lines in a group of baskets: 16 bytes for each that is asked for.
_PAIRS_PER_GROUP = 16_000_000
_PAIR = 2


@dataclass(frozen=True)
class Occurrences:
    """Itemsets in baskets, one entry for each basket that holds an itemset."""

    itemset: Codes
    """Position of the itemset in the list that was asked for."""
    basket: Codes
    """Basket that holds it."""
    itemset_count: int
    """Itemsets that were asked for."""

    def basket_counts(self) -> Codes:
        """Baskets that hold each itemset."""
        return np.bincount(self.itemset, minlength=self.itemset_count)

    def customer_counts(self, encoded: EncodedBaskets) -> Codes:
        """Distinct known customers behind each itemset."""
        customer = encoded.customer[self.basket].astype(np.int64)
        known = customer != UNKNOWN_CUSTOMER
        width = int(customer.max(initial=0)) + 1
        keys = distinct(self.itemset[known] * width + customer[known])
        return np.bincount(keys // width, minlength=self.itemset_count)


def tallied(encoded: EncodedBaskets, itemsets: Codes, labels: Codes, *, label_count: int) -> Tally:
    """As :func:`bundle_pipeline.mining.counting.tally_itemsets`, with NumPy.

    Baskets are looked at in groups that end with a customer, so that customers of one group are
    none of another. Occurrences are never in memory for more than a group.
    """
    found = pair_occurrences if itemsets.shape[1] == _PAIR else triple_occurrences
    shape = (len(itemsets), label_count)
    baskets, rooms = np.zeros(shape), np.zeros(shape)
    customers = np.zeros(len(itemsets), dtype=np.int64)
    size = encoded.basket_size
    for group_numbers in encoded.customer_blocks(size * (size - 1) // 2 + 1, _PAIRS_PER_GROUP):
        numbers = group_numbers[labels[group_numbers] >= 0]
        group = encoded.in_order(numbers)
        held = found(group, itemsets)
        cell = held.itemset * label_count + labels[numbers][held.basket]
        room = group.basket_size[held.basket] - _PAIR
        # Sums of whole numbers stay exact in doubles.
        baskets += np.bincount(cell, minlength=baskets.size).reshape(shape)
        rooms += np.bincount(cell, room, minlength=baskets.size).reshape(shape)
        customers += held.customer_counts(group)
    return Tally(baskets.astype(np.int64), rooms.astype(np.int64), customers)


def pair_occurrences(encoded: EncodedBaskets, pairs: Codes) -> Occurrences:
    """Baskets of each pair.

    Args:
        encoded: Baskets.
        pairs: Distinct pairs of variant codes, smaller first, sorted; shape (pairs, 2).
    """
    width = encoded.variant_count
    wanted = pairs[:, 0] * width + pairs[:, 1]
    is_wanted = np.zeros(width, dtype=np.bool_)
    is_wanted[pairs.ravel()] = True
    kept = is_wanted[encoded.variant]
    basket = encoded.basket[kept].astype(np.int64)
    variant = encoded.variant[kept].astype(np.int64)
    itemset: list[Codes] = []
    holder: list[Codes] = []
    for left, right in _line_pairs(basket):
        place, found = _places(wanted, variant[left] * width + variant[right])
        itemset.append(place[found])
        holder.append(basket[left[found]])
    return Occurrences(_joined(itemset), _joined(holder), len(pairs))


def triple_occurrences(encoded: EncodedBaskets, triples: Codes) -> Occurrences:
    """Baskets of each triple.

    Args:
        encoded: Baskets.
        triples: Distinct triples of variant codes, ascending; shape (triples, 3).
    """
    width = encoded.variant_count
    keys, pair_of = np.unique(triples[:, 0] * width + triples[:, 1], return_inverse=True)
    pairs = np.column_stack([keys // max(width, 1), keys % max(width, 1)])
    holders = pair_occurrences(encoded, pairs)
    by_pair = np.argsort(holders.itemset, kind="stable")
    basket = holders.basket[by_pair]
    count = holders.basket_counts()
    start = np.cumsum(count) - count
    entry = ranges(start[pair_of], count[pair_of])
    triple = np.repeat(np.arange(len(triples)), count[pair_of])
    lines = encoded.basket.astype(np.int64) * width + encoded.variant
    _, found = _places(lines, basket[entry] * width + triples[triple, 2])
    return Occurrences(triple[found], basket[entry[found]], len(triples))


def runs(group: Codes) -> Iterator[tuple[int, int]]:
    """First and one past the last position of each run of equal values."""
    starts: list[int] = np.flatnonzero(np.diff(group, prepend=-1)).tolist()
    yield from pairwise([*starts, group.size]) if starts else ()


def _line_pairs(basket: Codes) -> Iterator[tuple[Codes, Codes]]:
    """Positions of any two lines of one basket, the earlier one first, in bounded chunks."""
    end = np.searchsorted(basket, basket, side="right")
    after = end - np.arange(basket.size) - 1
    chunk = np.cumsum(after) // _PAIRS_PER_CHUNK
    for first, last in runs(chunk):
        length = after[first:last]
        position = np.arange(first, last)
        yield np.repeat(position, length), ranges(position + 1, length)


def _places(sorted_keys: Codes, keys: Codes) -> tuple[Codes, npt.NDArray[np.bool_]]:
    if sorted_keys.size == 0:
        return np.zeros(keys.size, dtype=np.int64), np.zeros(keys.size, dtype=np.bool_)
    place = np.minimum(np.searchsorted(sorted_keys, keys), sorted_keys.size - 1)
    return place, sorted_keys[place] == keys


def _joined(parts: list[Codes]) -> Codes:
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
