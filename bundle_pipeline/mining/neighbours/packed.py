"""A symmetric matrix of which one half is kept, and inverted where it stands.

LAPACK's rectangular full packed format (Gustavson, Wasniewski, Dongarra and Langou, ACM TOMS 37,
2010): half the memory of all cells, and as fast to invert, for the two triangles on the diagonal
make up a rectangle on which whole blocks are multiplied.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from scipy import linalg  # pyright: ignore[reportMissingTypeStubs]

from bundle_pipeline.baskets.encoded import Codes
from bundle_pipeline.errors import ConfigError
from bundle_pipeline.mining.neighbours.scores import Scores

_Lapack = Callable[..., tuple[Scores, int]]
_lapack = cast(
    "Callable[..., tuple[_Lapack, _Lapack]]",
    linalg.get_lapack_funcs,  # pyright: ignore[reportUnknownMemberType]
)


@dataclass(frozen=True)
class PackedMatrix:
    """A symmetric matrix A of an even size n = 2 k, at least as large as asked for.

    Row j of ``half`` holds column j of A from its diagonal on, at ``half[j, i + 1] = A[i, j]``, and
    before it what belongs to the last k rows and columns: ``half[a, b] = A[k + a, k + b]`` for b <=
    a. Where the size asked for is odd, the last row is that of the identity: it changes no other.
    """

    size: int
    """Rows that were asked for."""
    half: Scores
    """k by n + 1, all cells in use."""

    @property
    def _middle(self) -> int:
        return len(self.half)

    def set_rows(self, start: int, rows: Scores) -> None:
        """Write some rows of A, one after the other.

        Args:
            start: Row of the first.
            rows: All cells of each, in any precision.
        """
        k = self._middle
        for i, row in enumerate(rows, start):
            if i < k:
                self.half[i, i + 1 : self.size + 1] = row[i:]
            else:
                self.half[i - k, : i - k + 1] = row[k : i + 1]

    def add_to_diagonal(self, added: float) -> None:
        """Add a number to every cell of the diagonal."""
        first, last = self._diagonals()
        first += added
        last += added

    def diagonal(self) -> Scores:
        """Cells of the diagonal, copied."""
        return np.concatenate(self._diagonals())[: self.size]

    def rows(self, items: Codes) -> Scores:
        """Some rows of A, all cells of each.

        Args:
            items: Which rows; the nearer they are to each other, and to the first, the faster.
        """
        k = self._middle
        found = np.empty((items.size, 2 * k), dtype=self.half.dtype)
        # Row by row: picking columns for all of them at once takes more than twice the time.
        for row, i in zip(found, items.tolist(), strict=True):
            if i < k:
                row[:i] = self.half[:i, i + 1]
                row[i:] = self.half[i, i + 1 :]
            else:
                row[:k] = self.half[:, i + 1]
                row[k : i + 1] = self.half[i - k, : i - k + 1]
                row[i + 1 :] = self.half[i - k + 1 :, i - k]
        return found[:, : self.size]

    def laid_out(self) -> "FullMatrix":
        """With all of its cells."""
        return FullMatrix(self.rows(np.arange(self.size)))

    def invert(self) -> None:
        """Replace A by its inverse.

        Raises:
            ConfigError: A isn't positive definite to its precision.
        """
        if self.size == 0:
            return
        factorise, invert_factor = _lapack(("pftrf", "pftri"), (self.half,))
        n = 2 * self._middle
        # What LAPACK has in columns is here in rows.
        cells, failed = factorise(n, self.half.reshape(-1), uplo="L", overwrite_a=1)
        if not failed:
            cells, failed = invert_factor(n, cells, uplo="L", overwrite_a=1)
        if failed:
            raise ConfigError(
                "BP-NEIGHBOURS-RIDGE",
                place="setting mining.neighbours.ridge",
                found=f"{self.size} variants whose matrix can't be inverted as {self.half.dtype}",
                expected="a ridge that is large enough beside the shop's number of baskets",
                remedy="raise it, or raise max_model_mb so that double precision is used",
            )

    def _diagonals(self) -> tuple[Scores, Scores]:
        """Cells of the diagonal where they stand: of the first k rows, and of the last."""
        k = self._middle
        cells = self.half.reshape(-1)
        # Their cells are one beside the other, and a row further on one to the right.
        return cells[1 :: 2 * k + 2], cells[:: 2 * k + 2]


@dataclass(frozen=True)
class FullMatrix:
    """The same with both halves: twice the memory, and its rows at hand."""

    cells: Scores

    def rows(self, items: Codes) -> Scores:
        """Some rows, all cells of each, copied."""
        return self.cells[items]


def packed_matrix(size: int, dtype: npt.DTypeLike) -> PackedMatrix:
    """A matrix of zeros, but for the last row of the identity where the size is odd."""
    k = -(-size // 2)
    half = cast("Scores", np.zeros((k, 2 * k + 1), dtype=cast("Any", dtype)))
    if size % 2:
        half[k - 1, k - 1] = 1.0
    return PackedMatrix(size, half)
