"""EASE: each item predicted from the others of its basket, linearly, in closed form."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
from scipy import linalg  # pyright: ignore[reportMissingTypeStubs]

from bundle_pipeline.errors import ConfigError
from bundle_pipeline.mining.neighbours.item_baskets import ItemBaskets, SparseMatrix
from bundle_pipeline.mining.neighbours.params import NeighbourParams
from bundle_pipeline.mining.neighbours.scores import Scores

_BYTES_PER_MB = 10**6
# Rows that are mirrored at a time.
_BLOCK = 512

_Lapack = Callable[..., tuple[Scores, int]]
_lapack = cast(
    "Callable[..., tuple[_Lapack, _Lapack]]",
    linalg.get_lapack_funcs,  # pyright: ignore[reportUnknownMemberType]
)


@dataclass(frozen=True)
class LinearScores:
    """Weights of the given items (rows) for the scored ones (columns); 0 on the diagonal."""

    weights: Scores

    def of(self, baskets: SparseMatrix) -> Scores:
        """Sums of weights over the items of each basket."""
        return baskets.astype(self.weights.dtype) @ self.weights


def most_items(max_model_mb: int) -> int:
    """Items whose matrix fits into so many megabytes in single precision."""
    return int((max_model_mb * _BYTES_PER_MB / np.dtype(np.float32).itemsize) ** 0.5)


def fit_linear(items: ItemBaskets, params: NeighbourParams) -> LinearScores:
    """The weights B that predict each item best from the others of its basket (Steck, WWW 2019).

    ``P = (X' W X + ridge)^-1``, ``B_ij = -P_ij / P_jj / (c_j / mean c) ** popularity_discount`` and
    0 on the diagonal, with W the weights of baskets and c the baskets of an item.

    One matrix of items by items is held, inverted where it stands; in double precision if
    ``max_model_mb`` allows it, else in single.

    Raises:
        ConfigError: The ridge is too small beside the number of baskets.
    """
    double = items.item_count**2 * np.dtype(np.float64).itemsize
    dtype = np.float64 if double <= params.max_model_mb * _BYTES_PER_MB else np.float32
    matrix = np.empty((items.item_count, items.item_count), dtype=dtype)
    for block, product in items.products(items.weights(params.size_exponent)):
        matrix[block] = product.toarray()
    matrix[np.diag_indices_from(matrix)] += params.ridge
    invert(matrix)
    mean = items.basket_count.sum() / max(items.item_count, 1)
    popularity = items.basket_count / max(mean, 1.0)
    matrix *= (-1.0 / np.diagonal(matrix) / popularity**params.popularity_discount).astype(dtype)
    np.fill_diagonal(matrix, 0)
    return LinearScores(matrix)


def invert(matrix: Scores) -> None:
    """Replace a symmetric positive definite matrix by its inverse, without a second one.

    Args:
        matrix: In rows (C order), single or double precision.

    Raises:
        ConfigError: The matrix isn't positive definite to its precision.
    """
    if matrix.size == 0:
        return
    factorise, invert_factor = _lapack(("potrf", "potri"), (matrix,))
    # LAPACK works on columns; for a symmetric matrix those of the transpose are the rows.
    columns, failed = factorise(matrix.T, lower=1, overwrite_a=1, clean=0)
    if not failed:
        columns, failed = invert_factor(columns, lower=1, overwrite_c=1)
    if failed:
        raise ConfigError(
            "BP-NEIGHBOURS-RIDGE",
            place="setting mining.neighbours.ridge",
            found=f"{len(matrix)} variants whose matrix can't be inverted as {matrix.dtype}",
            expected="a ridge that is large enough beside the shop's number of baskets",
            remedy="raise it, or raise max_model_mb so that double precision is used",
        )
    for start in range(0, len(matrix), _BLOCK):
        stop = min(start + _BLOCK, len(matrix))
        corner = matrix[start:stop, start:stop]
        corner[:] = np.triu(corner) + np.triu(corner, 1).T
        matrix[stop:, start:stop] = matrix[start:stop, stop:].T
