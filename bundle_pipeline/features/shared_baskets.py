"""Baskets that hold both variants of a pair: the first, the latest, and what was paid for the two.

Two rows of a sparse matrix of variants by baskets are compared for each pair, which costs what the
two were sold, not the square of basket sizes, and in blocks, so that memory is bounded.
"""

from collections.abc import Callable, Iterator
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse  # pyright: ignore[reportMissingTypeStubs]

# SciPy has no types of its own.
SparseMatrix = Any
_csr_array = cast("Callable[..., SparseMatrix]", sparse.csr_array)

Integers = npt.NDArray[np.int64]

# Cells compared at a time: each takes about 60 bytes.
_BLOCK_CELLS = 4_000_000


def shared_baskets(pairs: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """First and latest basket with both variants of each pair, and what was paid for them there.

    Args:
        pairs: ``pair``, ``first_variant``, ``second_variant``: numbers.
        held: One row per ``order`` and ``variant``, with ``ordered_at`` and ``net_minor``.

    Returns:
        ``pair``, ``first_bought_at``, ``last_bought_at``, ``revenue_minor``; a pair that no basket
        holds has no row.
    """
    baskets = held.unique("order").sort("ordered_at", "order").select("order", "ordered_at")
    paid = _paid(held, baskets)
    number = pairs.get_column("pair").to_numpy()
    members = pairs.select("first_variant", "second_variant").to_numpy().astype(np.int64)
    found = [_compared(paid, number[block], members[block]) for block in _blocks(paid, members)]
    times = baskets.get_column("ordered_at")
    return pl.concat([_EMPTY, *found]).select(
        "pair",
        pl.lit(times).gather("_first").alias("first_bought_at"),
        pl.lit(times).gather("_last").alias("last_bought_at"),
        "revenue_minor",
    )


_EMPTY = pl.DataFrame(
    schema={
        "pair": pl.UInt32,
        "_first": pl.Int64,
        "_last": pl.Int64,
        "revenue_minor": pl.Int64,
    }
)


def _paid(held: pl.DataFrame, baskets: pl.DataFrame) -> SparseMatrix:
    """Variants by baskets in order of time: what was paid plus 1, so that no cell is empty."""
    placed = held.join(
        baskets.select("order").with_row_index("basket"), on="order", validate="m:1"
    ).sort("variant", "basket")
    variant = placed.get_column("variant").to_numpy().astype(np.int64)
    cells = placed.get_column("net_minor").to_numpy() + 1
    place = placed.get_column("basket").to_numpy().astype(np.int64)
    variant_count = int(variant[-1]) + 1 if variant.size else 0
    return _csr_array((cells, (variant, place)), shape=(variant_count, baskets.height))


def _blocks(paid: SparseMatrix, members: Integers) -> Iterator[slice]:
    """Pairs whose variants were sold about ``_BLOCK_CELLS`` times together."""
    if not len(members):
        return
    sold = np.diff(paid.indptr).astype(np.int64)
    block = np.cumsum(sold[members].sum(axis=1)) // _BLOCK_CELLS
    edges = np.flatnonzero(np.diff(block)) + 1
    for first, last in zip([0, *edges], [*edges, len(members)], strict=True):
        yield slice(int(first), int(last))


def _compared(
    paid: SparseMatrix, number: npt.NDArray[np.uint32], members: Integers
) -> pl.DataFrame:
    first, second = paid[members[:, 0]], paid[members[:, 1]]
    of_first = first.multiply(_marked(second)).tocsr()
    of_second = _marked(first).multiply(second).tocsr()
    start, end = of_first.indptr[:-1].astype(np.int64), of_first.indptr[1:].astype(np.int64)
    is_held = end > start
    # Baskets of a row are in order, and so in order of time.
    baskets: Integers = of_first.indices.astype(np.int64)
    revenue = _row_sums(of_first) + _row_sums(of_second) - 2 * (end - start)
    return pl.DataFrame(
        {
            "pair": number[is_held].astype(np.uint32),
            "_first": baskets[start[is_held]],
            "_last": baskets[end[is_held] - 1],
            "revenue_minor": revenue[is_held],
        },
        schema=_EMPTY.schema,
    )


def _marked(cells: SparseMatrix) -> SparseMatrix:
    """The same cells, all 1."""
    ones = np.ones_like(cells.data)
    return _csr_array((ones, cells.indices, cells.indptr), shape=cells.shape)


def _row_sums(cells: SparseMatrix) -> Integers:
    summed = np.concatenate([[0], np.cumsum(cells.data, dtype=np.int64)])
    return summed[cells.indptr[1:]] - summed[cells.indptr[:-1]]
