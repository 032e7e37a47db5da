"""Component ``reach``: how many orders the bundle speaks to, beyond chance."""

import polars as pl


def reach_component() -> pl.Expr:
    """``log(1 + c - E) / log(1 + max(c - E))``: size-adjusted leverage on a log scale.

    ``c`` is ``basket_count`` and ``E`` is ``expected_count``; the maximum is over the shop's
    candidates. ``c - E`` is leverage (Piatetsky-Shapiro 1991) in baskets, against the size-adjusted
    null; on held-out orders it is, with the G-test, the best of the simple rankers. The logarithm
    keeps one blockbuster from pressing all others to 0.

    Returns:
        Float64 in 0..1, per candidate: 1 for the candidate with most, 0 where c is at most E,
        or without evidence.
    """
    facts = pl.col("evidence").struct
    excess = (facts.field("basket_count") - facts.field("expected_count")).clip(0.0).fill_null(0.0)
    most = excess.max()
    return pl.when(most > 0).then(excess.log1p() / most.log1p()).otherwise(0.0)
