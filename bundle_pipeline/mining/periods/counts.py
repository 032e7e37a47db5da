"""How many baskets of each stretch of time hold each pair.

Few pairs are followed, so the baskets of both variants of each are laid beside each other, as rows
of a sparse matrix. (Going through all pairs of lines of each basket, as
:func:`~bundle_pipeline.mining.occurrences.pair_occurrences` does for the many pairs that are
stored, costs several times as much here.)
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from scipy import sparse  # pyright: ignore[reportMissingTypeStubs]

from bundle_pipeline.baskets.encoded import Codes, EncodedBaskets
from bundle_pipeline.mining.occurrences import runs

Floats = npt.NDArray[np.float64]
# SciPy has no types of its own.
SparseMatrix = Any
_csr_array = cast("Callable[..., SparseMatrix]", sparse.csr_array)

# Baskets of pairs' variants that are laid beside each other in one go: about 50 MB.
_ENTRIES_PER_CHUNK = 4_000_000


@dataclass(frozen=True)
class StretchCounts:
    """Pairs in stretches of baskets."""

    count: Codes
    """Baskets of a stretch that hold a pair, shape (pairs, stretches)."""
    weight: Floats
    """Weights of all baskets that hold a pair, added up; 0 if none were given."""


def count_by_stretch(
    encoded: EncodedBaskets, pairs: Codes, *, bounds: Codes, weight: Floats | None = None
) -> StretchCounts:
    """Baskets of each stretch that hold each pair.

    Args:
        encoded: Baskets.
        pairs: Pairs of variant codes, shape (pairs, 2).
        bounds: Ascending; a stretch is the baskets from one bound up to but without the next.
        weight: Of each basket, at least 0.
    """
    count = np.zeros((len(pairs), bounds.size - 1), dtype=np.int64)
    weighed = np.zeros(len(pairs))
    for stretch, (first, last) in enumerate(pairwise(bounds.tolist())):
        part = encoded.part(first, last)
        held = np.ones(part.line_count, dtype=np.int8)
        shape = (part.variant_count, part.basket_count)
        rows = _csr_array((held, (part.variant, part.basket)), shape=shape)
        length = np.diff(rows.indptr).astype(np.int64)[pairs]
        for start, stop in runs(np.cumsum(length.sum(axis=1)) // _ENTRIES_PER_CHUNK):
            both = rows[pairs[start:stop, 0]].multiply(rows[pairs[start:stop, 1]])
            count[start:stop, stretch] = np.diff(both.indptr)
            if weight is not None:
                weighed[start:stop] += both @ weight[first:last]
    return StretchCounts(count, weighed)
