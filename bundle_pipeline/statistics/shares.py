"""Intervals of a share of trials."""

import polars as pl

# 97.5 % point of the standard normal distribution: a two-sided interval of 95 %.
_Z = 1.959963984540054


def wilson_low(successes: pl.Expr, trials: pl.Expr) -> pl.Expr:
    """Lower end of the 95 % Wilson score interval of a share (Wilson, JASA 1927).

    ``(p + z^2 / 2n - z * sqrt(p * (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)``; unlike the
    textbook interval it stays within 0..1 and is honest for a handful of trials.

    Args:
        successes: At most ``trials``.
        trials: At least 1.

    Returns:
        Float64 in 0..1, never above the share, also where rounding would have it so.
    """
    share = successes / trials
    centre = share + _Z**2 / (2 * trials)
    spread = _Z * (share * (1 - share) / trials + _Z**2 / (4 * trials * trials)).sqrt()
    return ((centre - spread) / (1 + _Z**2 / trials)).clip(0.0, share)
