"""Numbers in place of ids, as arrays: what NumPy has no fast function for."""

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int64]
# Of lines and baskets, of which there are millions. Products of them need Codes.
SmallCodes = npt.NDArray[np.int32]


def distinct(keys: Codes) -> Codes:
    """The distinct values, ascending; several times faster than ``np.unique``, which hashes."""
    ordered = np.sort(keys)
    return ordered[np.diff(ordered, prepend=ordered[:1] - 1) > 0]


def ranges(start: Codes, length: npt.NDArray[np.integer]) -> Codes:
    """``start, start + 1, ...``, ``length`` of them, one range after the other."""
    first = np.cumsum(length, dtype=np.int64) - length
    return np.repeat(start - first, length) + np.arange(int(length.sum()))
