"""Component ``availability``: whether stock lasts long enough for an offer to be worth making."""

import polars as pl

# Three bundles are worth half, so that ten, which shops call plenty, are worth 0.9.
_HALF_QUANTITY = 3.0

# A week is worth half: what sells out sooner is gone before most shops are supplied again.
_HALF_DAYS = 7.0

# A shop that doesn't count an item mostly has it, but nobody knows: like seven bundles in stock.
_UNTRACKED = 0.8


def availability_component() -> pl.Expr:
    """The lesser of ``1 - 2^(-quantity / 3)`` and ``1 - 2^(-days / 7)``; 0.8 if not tracked.

    ``quantity`` is ``feasible_quantity`` (3 give 0.5, 10 give 0.9) and ``days`` is
    ``days_of_cover`` (7 give 0.5, 30 give 0.95), which doesn't count where nothing was sold. Both
    rise smoothly from 0, so that one unit more or less never moves a bundle far.

    Returns:
        Float64 in 0..1, per candidate.
    """
    stock = pl.col("stock").struct
    by_quantity = _saturating(stock.field("feasible_quantity") / _HALF_QUANTITY)
    by_days = _saturating(stock.field("days_of_cover") / _HALF_DAYS)
    return pl.min_horizontal(by_quantity, by_days).fill_null(_UNTRACKED)


def _saturating(half_steps: pl.Expr) -> pl.Expr:
    return 1 - pl.lit(2.0).pow(-half_steps)
