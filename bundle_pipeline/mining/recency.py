"""Recency weights: a basket counts half as much with each half-life that it is old.

The weights are made from the order times whenever baskets are counted, and stored nowhere: a decay
that is stored has to be applied again to every row each night.

Weighted numbers say what sells together *now*. Evidence stays on whole counts: p-values, q-values
and intervals are those of a number of orders, and a sum of weights is none. (Ten orders of weight
0.1 add up to 1 as one order of today does, and say far more.)
"""

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]

_MICROSECONDS_PER_DAY = 86_400_000_000
# Weights are whole multiples of this, and at least one of it: sums of them are exact, so they don't
# depend on the order of adding. It is less than a millionth.
_GRAIN = 2.0**-20


def recency_weights(ordered_at: pl.Series, *, half_life_days: float) -> Floats:
    """``0.5 ** (age / half-life)`` of each basket, above 0 to 1; 1 is the newest.

    Args:
        ordered_at: Order times, ascending; the last one is the shop's clock.
        half_life_days: Days, above 0, after which a basket counts half.
    """
    if ordered_at.is_empty():
        return np.zeros(0)
    age = (ordered_at[-1] - ordered_at).dt.total_microseconds().cast(pl.Float64).to_numpy()
    weight: Floats = np.exp2(-age / (half_life_days * _MICROSECONDS_PER_DAY))
    return np.maximum(np.round(weight / _GRAIN), 1.0) * _GRAIN
