"""Component ``evidence``: how much of the joint buying chance can't explain."""

import polars as pl


def evidence_component() -> pl.Expr:
    """``1 - 1 / adjusted_lift_low``; 0 where the interval reaches 1 or below, or without one.

    The attributable fraction among the exposed (Rothman, Modern Epidemiology: ``1 - 1 / RR``), with
    the rate ratio replaced by the lower end of the 95 % interval of the size-adjusted lift: the
    share of the joint baskets that is surely not chance. A lift of 2 gives 0.5, one of 10 gives
    0.9: beyond that more lift hardly matters, since rare pairs have the largest lifts.

    Returns:
        Float64 in 0..1, per candidate.
    """
    low = pl.col("evidence").struct.field("adjusted_lift_low")
    return pl.when(low > 1).then(1 - 1 / low).otherwise(0.0)
