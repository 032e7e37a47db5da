"""Component ``confidence``: how often the anchor's buyers take the add-ons."""

import polars as pl


def confidence_component() -> pl.Expr:
    """``confidence_low``: lower end of the 95 % Wilson interval of ``P(add-ons | anchor)``.

    Where there is no evidence of items bought together, ``rate_low`` of ``uptake``: the lower end
    of the share that already buys as the bundle asks. 0 where there is neither.

    The lower end, as ranking by the plain share puts lucky handfuls first (Wilson, JASA 1927).

    Returns:
        Float64 in 0..1, per candidate.
    """
    together = pl.col("evidence").struct.field("confidence_low")
    return pl.coalesce(together, pl.col("uptake").struct.field("rate_low"), 0.0)
