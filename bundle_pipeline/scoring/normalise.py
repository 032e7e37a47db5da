"""Putting numbers of any size on the scale of a component, 0..1."""

import sys

import polars as pl

_LOW, _HIGH = 0.25, 0.75


def robust_scale(amount: pl.Expr) -> pl.Expr:
    """``0.5 + (x - median) / (2 * IQR)`` within 0..1, over the candidates of a shop.

    The quartiles lie about 0.25 and 0.75 wherever the bulk of the numbers is, and an outlier moves
    nothing but itself (robust scaling; Huber, Robust Statistics, 1981).

    Returns:
        Null where ``x`` is; 0.5 for all where the middle half is equal, as in a shop with one
        candidate.
    """
    middle = amount.median()
    spread = amount.quantile(_HIGH, "linear") - amount.quantile(_LOW, "linear")
    scaled = 0.5 + (amount - middle) / (2 * spread)
    return (
        pl.when(amount.is_null())
        .then(None)
        .when(spread > sys.float_info.min)
        .then(scaled)
        .otherwise(0.5)
        .clip(0.0, 1.0)
    )
