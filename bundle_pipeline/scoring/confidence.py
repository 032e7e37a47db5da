"""Component ``confidence``: how often the anchor's buyers take the add-ons."""

import polars as pl


def confidence_component() -> pl.Expr:
    """``confidence_low``: lower end of the 95 % Wilson interval of ``P(add-ons | anchor)``.

    The lower end, as ranking by the plain share puts lucky handfuls first (Wilson, JASA 1927).

    Returns:
        Float64 in 0..1, per candidate.
    """
    return pl.col("evidence").struct.field("confidence_low")
