"""Exact Poisson tails, intervals and power.

From ``scipy.special``, which is loaded in milliseconds; ``scipy.stats`` takes seconds.
"""

from typing import cast

import numpy as np
import numpy.typing as npt
from scipy import special  # pyright: ignore[reportMissingTypeStubs]

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# Intervals are two-sided 95 %.
_TAIL = 0.025
# Halvings until a critical count is exact: counts fit 2 ** 40.
_HALVINGS = 40


def upper_tail(count: Counts, expected: Floats) -> Floats:
    """``P(Poisson(expected) >= count)``; 1 where count is 0, and 0 below about 1e-308.

    Args:
        count: At least 0.
        expected: Mean, at least 0.
    """
    tail = cast("Floats", special.pdtrc(np.maximum(count - 1, 0), expected))
    return np.where(count == 0, 1.0, tail)


def mean_interval(count: Counts) -> tuple[Floats, Floats]:
    """Exact 95 % interval of a Poisson mean of which ``count`` was seen (Garwood, 1936).

    Lower end 0 where count is 0.
    """
    low = cast("Floats", special.gammaincinv(np.maximum(count, 1), _TAIL))
    high = cast("Floats", special.gammainccinv(count + 1, _TAIL))
    return np.where(count == 0, 0.0, low), high


def critical_count(expected: Floats, level: float | Floats) -> Counts:
    """Smallest count, at least 1, whose upper tail is at most ``level``; found by halving.

    Args:
        expected: Mean under the null, at least 0.
        level: Largest chance of reaching the count under the null, in (0, 1).
    """
    below = np.zeros(expected.shape, dtype=np.int64)
    reached = np.full(expected.shape, 1 << _HALVINGS, dtype=np.int64)
    for _ in range(_HALVINGS):
        middle = (below + reached) // 2
        enough = upper_tail(middle, expected) <= level
        reached = np.where(enough, middle, reached)
        below = np.where(enough, below, middle)
    return reached


def detectable_mean(count: Counts, power: float) -> Floats:
    """Mean that reaches ``count`` with the chance ``power``.

    ``P(Poisson(m) >= k)`` is the regularised lower incomplete gamma function of (k, m).
    """
    return cast("Floats", special.gammaincinv(count, power))
