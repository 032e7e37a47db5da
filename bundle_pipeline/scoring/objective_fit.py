"""Component ``objective_fit``: how well a bundle serves the objective that it is weighed for."""

import polars as pl


def objective_fit_component() -> pl.Expr:
    """``objective_fit`` of the first of the bundle's objectives, as its candidate states it.

    Returns:
        Float64 in 0..1, per candidate.
    """
    return pl.col("objective_fit").list.first()
