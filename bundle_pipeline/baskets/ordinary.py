"""Ordinary baskets: all but those far larger than most, such as wholesale orders."""

import numpy as np
import numpy.typing as npt
import polars as pl

from bundle_pipeline.baskets.encoded import EncodedBaskets

_FAR_OUT = 3
# Of the pairs of lines in all baskets: from here on, large baskets say most of what chance gives.
_MOST = 0.5


def largest_ordinary_size(sizes: pl.Series) -> float:
    """Tukey's far-out fence: ``Q3 + 3 * max(1, Q3 - Q1)`` (Exploratory Data Analysis, 1977).

    Args:
        sizes: Distinct variants of each basket.

    Returns:
        Distinct variants; 3 where there are no baskets.
    """
    low = sizes.quantile(0.25, "lower") or 0.0
    high = sizes.quantile(0.75, "higher") or 0.0
    return high + _FAR_OUT * max(high - low, 1.0)


def ordinary_baskets(baskets: EncodedBaskets) -> npt.NDArray[np.bool_] | None:
    """Which baskets are ordinary, in a shop whose large ones hold most pairs of lines.

    A basket of n variants holds ``n * (n - 1) / 2`` pairs: one wholesale order of 25 as many as 300
    orders of two. Only sizes are looked at, never what is in a basket.

    Args:
        baskets: Counted baskets.

    Returns:
        A mask of the baskets; None where large ones hold half of the pairs or less.
    """
    size = baskets.basket_size
    is_ordinary = size <= largest_ordinary_size(pl.Series(size, dtype=pl.Int64))
    pair_count = size * (size - 1)
    if int(pair_count[~is_ordinary].sum()) <= _MOST * int(pair_count.sum()):
        return None
    return is_ordinary


def ordinary_part(baskets: EncodedBaskets) -> EncodedBaskets | None:
    """The ordinary ones of these baskets, in the same order; None as :func:`ordinary_baskets`."""
    is_ordinary = ordinary_baskets(baskets)
    return None if is_ordinary is None else baskets.in_order(np.flatnonzero(is_ordinary))
