"""How many baskets of each stretch of time hold each pair, and what those baskets weigh."""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from scipy import sparse  # pyright: ignore[reportMissingTypeStubs]

from bundle_pipeline.baskets.encoded import Codes, EncodedBaskets
from bundle_pipeline.mining.counting import tally_itemsets
from bundle_pipeline.mining.occurrences import runs
from bundle_pipeline.mining.params import CountingParams

Floats = npt.NDArray[np.float64]
# SciPy has no types of its own.
SparseMatrix = Any
_csr_array = cast("Callable[..., SparseMatrix]", sparse.csr_array)

# Baskets of pairs' variants that are laid beside each other in one go: about 50 MB.
_ENTRIES_PER_CHUNK = 4_000_000


def count_by_stretch(
    encoded: EncodedBaskets, pairs: Codes, *, bounds: Codes, params: CountingParams
) -> Codes:
    """Baskets of each stretch that hold each pair, shape (pairs, stretches).

    Args:
        encoded: Baskets.
        pairs: Distinct pairs of variant codes, smaller first, sorted; shape (pairs, 2).
        bounds: Ascending; a stretch is the baskets from one bound up to but without the next.
        params: Limits.
    """
    stretch = np.searchsorted(bounds, np.arange(encoded.basket_count), side="right") - 1
    stretch[stretch == bounds.size - 1] = -1
    return tally_itemsets(
        encoded, pairs, stretch, label_count=bounds.size - 1, params=params
    ).baskets


def weigh_pairs(encoded: EncodedBaskets, pairs: Codes, *, weight: Floats) -> Floats:
    """Weights of all baskets that hold each pair, added up.

    The baskets of both variants of each pair are laid beside each other, as rows of a sparse
    matrix.

    Args:
        encoded: Baskets.
        pairs: Pairs of variant codes, shape (pairs, 2).
        weight: Of each basket, at least 0.
    """
    weighed = np.zeros(len(pairs))
    first = 0
    for part in encoded.blocks():
        last = first + part.basket_count
        held = np.ones(part.line_count, dtype=np.int8)
        shape = (part.variant_count, part.basket_count)
        rows = _csr_array((held, (part.variant, part.basket)), shape=shape)
        length = np.diff(rows.indptr).astype(np.int64)[pairs]
        for start, stop in runs(np.cumsum(length.sum(axis=1)) // _ENTRIES_PER_CHUNK):
            both = rows[pairs[start:stop, 0]].multiply(rows[pairs[start:stop, 1]])
            weighed[start:stop] += both @ weight[first:last]
        first = last
    return weighed
