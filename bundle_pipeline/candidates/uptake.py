"""Uptake: who already buys as a bundle asks, where evidence of a pair can't say it."""

import polars as pl

from bundle_pipeline.schemas.bundles import CandidateBundles
from bundle_pipeline.statistics.shares import wilson_low

UPTAKE = CandidateBundles.create_empty().schema["uptake"]


def uptake_of(
    taken: pl.Expr, asked: pl.Expr, *, order_count: pl.Expr, customer_count: pl.Expr
) -> pl.Expr:
    """The declared struct.

    Args:
        taken: Orders or customers that buy as the bundle asks.
        asked: Those that hold any of it; at least 1.
        order_count: Orders among the first; null where customers are what is counted.
        customer_count: Distinct known customers among them; null where none is known.
    """
    return pl.struct(
        order_count=order_count.cast(pl.Int64),
        customer_count=customer_count.cast(pl.Int64),
        rate=taken / asked,
        rate_low=wilson_low(taken, asked),
    ).cast(UPTAKE)
