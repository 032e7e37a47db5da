"""EASE: each item predicted from the others of its basket, linearly, in closed form."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from bundle_pipeline.baskets.encoded import Codes
from bundle_pipeline.mining.neighbours.item_baskets import ItemBaskets, SparseMatrix, csr_array
from bundle_pipeline.mining.neighbours.packed import FullMatrix, PackedMatrix, packed_matrix
from bundle_pipeline.mining.neighbours.params import NeighbourParams
from bundle_pipeline.mining.neighbours.scores import Scores

_BYTES_PER_MB = 10**6
# Rows of the inverse that are laid out at a time: 25 MB of single precision with 12,000 items.
_ROWS = 512


@dataclass(frozen=True)
class LinearScores:
    """Weights ``B_ij = P_ij * scale_j`` of given items i for scored items j, and ``B_ii = 0``."""

    inverse: PackedMatrix | FullMatrix
    """P; symmetric."""
    scale: Scores
    """Of each scored item; below 0."""

    def of(self, baskets: SparseMatrix) -> Scores:
        """Sums of weights over the items of each basket."""
        items, place = np.unique(cast("Codes", baskets.indices), return_inverse=True)
        held = csr_array(
            (baskets.data.astype(self.scale.dtype), place, baskets.indptr),
            shape=(baskets.shape[0], items.size),
        )
        scores = np.zeros((baskets.shape[0], self.scale.size), dtype=self.scale.dtype)
        for start in range(0, items.size, _ROWS):
            some = slice(start, start + _ROWS)
            rows = self.inverse.rows(items[some])
            rows[np.arange(len(rows)), items[some]] = 0
            scores += held[:, some] @ rows
        scores *= self.scale
        return scores


def most_items(max_model_mb: int, dtype: npt.DTypeLike = np.float32) -> int:
    """Items half of whose matrix, but for its diagonal, fits into so many megabytes."""
    return int((2 * max_model_mb * _BYTES_PER_MB / np.dtype(dtype).itemsize) ** 0.5)


def fit_linear(items: ItemBaskets, params: NeighbourParams) -> LinearScores:
    """The weights B that predict each item best from the others of its basket (Steck, WWW 2019).

    ``P = (X' W X + ridge)^-1``, ``B_ij = -P_ij / P_jj / (c_j / mean c) ** popularity_discount`` and
    0 on the diagonal, with W the weights of baskets and c the baskets of an item.

    Half of one matrix of items by items is held, inverted where it stands; in double precision if
    ``max_model_mb`` allows it, else in single. If it allows all cells too they are laid out: scores
    of baskets then take less than half the time.

    Raises:
        ConfigError: The ridge is too small beside the number of baskets.
    """
    is_double = items.item_count <= most_items(params.max_model_mb, np.float64)
    dtype = np.float64 if is_double else np.float32
    inverse = ridged_inverse(items, params, dtype)
    mean = items.basket_count.sum() / max(items.item_count, 1)
    popularity = items.basket_count / max(mean, 1.0)
    scale = -1.0 / inverse.diagonal() / popularity**params.popularity_discount
    all_bytes = items.item_count**2 * np.dtype(dtype).itemsize
    fits = all_bytes <= params.max_model_mb * _BYTES_PER_MB
    return LinearScores(inverse.laid_out() if fits else inverse, scale.astype(dtype))


def ridged_inverse(
    items: ItemBaskets, params: NeighbourParams, dtype: npt.DTypeLike
) -> PackedMatrix:
    """``P = (X' W X + ridge)^-1``: weighted co-occurrence of items, with its ridge.

    Args:
        items: Baskets X.
        params: For the weights W of baskets, and the ridge.
        dtype: Single or double precision.

    Raises:
        ConfigError: The ridge is too small beside the number of baskets.
    """
    matrix = packed_matrix(items.item_count, dtype)
    for block, product in items.products(items.weights(params.size_exponent)):
        matrix.set_rows(block.start, product.toarray())
    matrix.add_to_diagonal(params.ridge)
    matrix.invert()
    return matrix
