"""Baskets of chosen variants as a sparse matrix, larger baskets weighing less per pair."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from scipy import sparse  # pyright: ignore[reportMissingTypeStubs]

from bundle_pipeline.baskets.encoded import Codes, EncodedBaskets

Floats = npt.NDArray[np.float64]
# SciPy has no types of its own.
SparseMatrix = Any
csr_array = cast("Callable[..., SparseMatrix]", sparse.csr_array)

# Pairs in the baskets of one block of items: about 25 MB of product at the most.
_PAIRS_PER_BLOCK = 2_000_000
# Items of one block: with 12,000 items a dense block of double precision takes 12 MB.
_ITEMS_PER_BLOCK = 128


@dataclass(frozen=True)
class ItemBaskets:
    """Baskets over items: variants in order of popularity, ties by id."""

    items: Codes
    """Variant code of each item."""
    basket_count: Codes
    """Baskets that hold each item."""
    matrix: SparseMatrix
    """Baskets by items: 1 where the basket holds the item; columns ascend within a row."""

    @property
    def item_count(self) -> int:
        """Number of items."""
        return self.items.size

    @property
    def basket_size(self) -> Codes:
        """Items of each basket."""
        return filled(self.matrix)

    def weights(self, size_exponent: float) -> Floats:
        """Weight of each basket: ``1 / (n - 1) ** size_exponent`` with its n items.

        0 for baskets of fewer than two items, which say nothing about what goes together.
        """
        size = self.basket_size
        return np.where(size > 1, 1.0 / np.maximum(size - 1, 1.0) ** size_exponent, 0.0)

    def weighted(self, weight: Floats) -> SparseMatrix:
        """The matrix with each basket's row times its weight."""
        data = np.repeat(weight, self.basket_size)
        return csr_array((data, self.matrix.indices, self.matrix.indptr), shape=self.matrix.shape)

    def products(self, weight: Floats) -> Iterator[tuple[slice, SparseMatrix]]:
        """Rows of the items' weighted co-occurrence ``X' W X``, in blocks that fit in memory."""
        by_item = self.matrix.T.tocsr()
        weighted = self.weighted(weight)
        for block in self.blocks():
            yield block, by_item[block] @ weighted

    def blocks(self) -> Iterator[slice]:
        """Ranges of items whose baskets hold a bounded number of pairs; at least one item."""
        size = self.basket_size
        columns = cast("Codes", self.matrix.indices)
        work: Floats = np.bincount(
            columns, weights=np.repeat(size, size), minlength=self.item_count
        ).astype(np.float64)
        done: Floats = np.append(np.zeros(1), np.cumsum(work))
        start = 0
        while start < self.item_count:
            limit = float(done[start]) + _PAIRS_PER_BLOCK
            fitting = int(np.searchsorted(done, limit, side="right")) - 1
            stop = min(max(fitting, start + 1), start + _ITEMS_PER_BLOCK, self.item_count)
            yield slice(start, stop)
            start = stop


def filled(matrix: SparseMatrix) -> Codes:
    """Filled cells of each row."""
    start = cast("Codes", matrix.indptr)
    return start[1:] - start[:-1]


def most_popular(
    encoded: EncodedBaskets, *, min_basket_count: int, max_items: int | None = None
) -> Codes:
    """Variants in enough baskets, most popular first, ties by id.

    Args:
        encoded: Baskets.
        min_basket_count: Fewest baskets of a variant.
        max_items: Most variants; None: all of them.
    """
    count = np.bincount(encoded.variant, minlength=encoded.variant_count)
    popular = np.argsort(-count, kind="stable")
    return popular[count[popular] >= min_basket_count][:max_items]


def item_baskets(encoded: EncodedBaskets, items: Codes) -> ItemBaskets:
    """Baskets narrowed to items; those that hold none stay, as empty rows.

    Args:
        encoded: Baskets.
        items: Distinct variant codes; their positions are the columns.
    """
    column = np.full(encoded.variant_count, -1, dtype=np.int64)
    column[items] = np.arange(items.size)
    columns = column[encoded.variant]
    kept = columns >= 0
    basket, columns = encoded.basket[kept], columns[kept]
    order = np.lexsort((columns, basket))
    start = np.searchsorted(basket, np.arange(encoded.basket_count + 1))
    matrix = csr_array(
        (np.ones(order.size), columns[order], start), shape=(encoded.basket_count, items.size)
    )
    return ItemBaskets(
        items=items,
        basket_count=np.bincount(columns, minlength=items.size),
        matrix=matrix,
    )
