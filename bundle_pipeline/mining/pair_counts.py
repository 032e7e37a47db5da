"""Exact counts of pairs: the sparse product of baskets by variants with itself, block by block.

Work is the number of pairs in all baskets; memory is one block of the product, since rows are
thresholded as soon as they are complete.
"""

from collections.abc import Callable, Iterator
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse  # pyright: ignore[reportMissingTypeStubs]

from bundle_pipeline.baskets.encoded import Codes, EncodedBaskets, encode_baskets
from bundle_pipeline.mining.occurrences import runs
from bundle_pipeline.mining.params import MiningParams

# SciPy has no types of its own.
SparseMatrix = Any
_csr_array = cast("Callable[..., SparseMatrix]", sparse.csr_array)

# Pairs in the baskets of one block of variants: about 100 MB of product at the most.
_PAIRS_PER_BLOCK = 8_000_000


def count_pairs(baskets: pl.DataFrame, params: MiningParams) -> pl.DataFrame:
    """Every pair of variants that enough counted baskets hold.

    Args:
        baskets: As declared by :class:`~bundle_pipeline.schemas.baskets.Baskets`.
        params: ``min_basket_count``.

    Returns:
        ``first_id``, ``second_id`` (first below second) and ``basket_count``; sorted by the ids.
    """
    encoded = encode_baskets(baskets)
    pairs, count = frequent_pairs(encoded, params.min_basket_count)
    return pl.DataFrame(
        {
            "first_id": encoded.variant_ids.gather(pairs[:, 0]),
            "second_id": encoded.variant_ids.gather(pairs[:, 1]),
            "basket_count": count,
        }
    )


def frequent_pairs(encoded: EncodedBaskets, min_basket_count: int) -> tuple[Codes, Codes]:
    """Every pair of variants that at least ``min_basket_count`` baskets hold.

    Returns:
        Pairs of variant codes, smaller first, shape (pairs, 2), sorted; and their basket counts.
    """
    frequent = np.flatnonzero(variant_counts(encoded) >= min_basket_count)
    matrix = incidence(encoded, frequent)
    by_variant = matrix.T.tocsr()
    found = [
        _above_diagonal(by_variant[start:stop] @ matrix, start, min_basket_count)
        for start, stop in _blocks(matrix)
    ]
    if not found:
        return np.empty((0, 2), dtype=np.int64), np.empty(0, dtype=np.int64)
    first, second, count = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.lexsort((second, first))
    pairs = np.column_stack([frequent[first], frequent[second]])
    return pairs[order], count[order].astype(np.int64)


def variant_counts(encoded: EncodedBaskets) -> Codes:
    """Baskets that hold each variant."""
    return np.bincount(encoded.variant, minlength=encoded.variant_count)


def incidence(encoded: EncodedBaskets, variants: Codes) -> SparseMatrix:
    """Baskets by the given variants (ascending): 1 where the basket holds the variant."""
    column = np.full(encoded.variant_count, -1, dtype=np.int64)
    column[variants] = np.arange(variants.size)
    columns = column[encoded.variant]
    kept = columns >= 0
    ones = np.ones(int(kept.sum()), dtype=np.int32)
    return _csr_array(
        (ones, (encoded.basket[kept], columns[kept])),
        shape=(encoded.basket_count, variants.size),
    )


def upper_counts(product: SparseMatrix, min_count: int) -> tuple[Codes, Codes, Codes]:
    """Row, column and count of the cells right of the diagonal that reach ``min_count``."""
    return _above_diagonal(product, 0, min_count)


def _above_diagonal(
    product: SparseMatrix, first_row: int, min_count: int
) -> tuple[Codes, Codes, Codes]:
    cells = product.tocoo()
    row = cast("Codes", cells.row) + first_row
    kept = (cells.data >= min_count) & (row < cells.col)
    return row[kept], cells.col[kept], cells.data[kept]


def _blocks(matrix: SparseMatrix) -> Iterator[tuple[int, int]]:
    """Ranges of variants whose baskets hold a bounded number of pairs; at least one variant."""
    size = cast("npt.NDArray[np.int64]", np.diff(matrix.indptr))
    work = np.bincount(matrix.indices, weights=np.repeat(size, size), minlength=matrix.shape[1])
    block = (np.cumsum(work) // _PAIRS_PER_BLOCK).astype(np.int64)
    return runs(block)
