"""What is stored of every itemset, of whatever size: counts, chance, and who is behind it."""

import numpy as np
import numpy.typing as npt
import polars as pl

from bundle_pipeline.baskets.encoded import Codes, EncodedBaskets
from bundle_pipeline.mining.itemset_counts import Tally

Floats = npt.NDArray[np.float64]


def evidence_frame(
    count: Codes,
    expected: Floats,
    p_values: Floats,
    q_values: Floats,
    *,
    interval: tuple[Floats, Floats],
) -> pl.DataFrame:
    """Counts with their adjusted lift and its interval.

    Args:
        count: Baskets that hold each itemset.
        expected: As many as chance gives.
        p_values: Of the count by chance.
        q_values: The same, corrected for how many were tested.
        interval: Both ends of the 95 % interval of the mean count.
    """
    low, high = interval
    return pl.DataFrame(
        {
            "basket_count": count,
            "expected_count": expected,
            "adjusted_lift": count / expected,
            "adjusted_lift_low": low / expected,
            "adjusted_lift_high": high / expected,
            "p_value": p_values,
            "q_value": q_values,
        }
    )


def customer_counts(tally: Tally, encoded: EncodedBaskets) -> pl.DataFrame:
    """``customer_count`` per itemset; null in a shop that knows none of its customers."""
    if not encoded.knows_customers:
        nothing = pl.repeat(None, tally.customers.size, dtype=pl.Int64)
        return pl.select(customer_count=nothing)
    return pl.DataFrame({"customer_count": tally.customers})
