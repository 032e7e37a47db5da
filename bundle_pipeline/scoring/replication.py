"""Component ``replication``: whether the newest orders show the bundle again."""

import polars as pl

# Untested lies in the middle: too few new orders speak neither for a bundle nor against it.
_BY_VERDICT = {"replicated": 1.0, "untested": 0.5, "faded": 0.0}
# Where nothing was seen, nothing could be seen again.
_WITHOUT_EVIDENCE = 0.0


def replication_component() -> pl.Expr:
    """1 where held-out orders replicate the evidence, 0.5 where they can't tell, else 0.

    0 where it faded, and where there is none.

    Returns:
        Float64 in 0..1, per candidate.
    """
    verdict = pl.col("evidence").struct.field("held_out")
    return verdict.replace_strict(_BY_VERDICT, return_dtype=pl.Float64).fill_null(_WITHOUT_EVIDENCE)
