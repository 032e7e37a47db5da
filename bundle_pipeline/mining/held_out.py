"""Seen again? The older baskets state a claim, the newest ones test it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from bundle_pipeline.baskets.encoded import Codes, EncodedBaskets
from bundle_pipeline.statistics.poisson import critical_count, mean_interval, upper_tail

Floats = npt.NDArray[np.float64]

# One test per itemset that was already found: no family of thousands here.
_LEVEL = 0.05
# Below it, not seeing an itemset again says little.
_ENOUGH_POWER = 0.8


@dataclass(frozen=True)
class Evidence:
    """Itemsets in one part of the baskets: how often seen, and how often expected by chance."""

    count: Codes
    expected: Floats


def split_position(encoded: EncodedBaskets, held_out_share: float) -> int | None:
    """First of the newest baskets; None if the shop's baskets can't be split by time.

    Baskets are in order of time, ties by order id. Where all orders state the same time, as some
    exports do, that order means nothing and nothing can be said about "again".
    """
    if not encoded.is_ordered_in_time:
        return None
    return encoded.basket_count - int(encoded.basket_count * held_out_share)


def held_out_labels(encoded: EncodedBaskets, split: int | None) -> Codes:
    """1 for the newest baskets, 0 for the others; 0 for all where they can't be split."""
    labels = np.zeros(encoded.basket_count, dtype=np.int64)
    if split is not None:
        labels[split:] = 1
    return labels


def split_at(encoded: EncodedBaskets, split: int) -> tuple[EncodedBaskets, EncodedBaskets]:
    """The older and the newest baskets."""
    return encoded.part(0, split), encoded.part(split, encoded.basket_count)


def held_out_verdicts(older: Evidence, newest: Evidence) -> pl.DataFrame:
    """Whether itemsets of the older baskets were seen again in the newest.

    - ``replicated``: beyond chance (p <= 0.05) in the older baskets and in the newest.
    - ``faded``: not beyond chance in the newest, though an association as strong as the lower end
      of its interval in the older baskets would have shown there with a chance of at least 0.8.
    - ``untested``: else; too little is sold of it to tell, or there was nothing to see again since
      it is not beyond chance in the older baskets.

    Args:
        older: Itemsets in the older baskets.
        newest: The same itemsets in the newest baskets.

    Returns:
        ``held_out``; ``held_out_power``: the chance that the newest baskets would have reached
        p <= 0.05 at that lower end; ``held_out_count`` and ``held_out_expected_count``: how many of
        them hold it, and how many by chance. Only the expected count is taken from the newest
        baskets for the power, which says how much was sold of the variants there, not whether
        together.
    """
    claimed = upper_tail(older.count, older.expected) <= _LEVEL
    again = upper_tail(newest.count, newest.expected) <= _LEVEL
    low, _ = mean_interval(older.count)
    lift_low = low / np.where(older.expected > 0, older.expected, np.inf)
    needed = critical_count(newest.expected, _LEVEL)
    power = upper_tail(needed, newest.expected * lift_low)
    return pl.DataFrame(
        {
            "claimed": claimed,
            "again": again,
            "held_out_power": np.clip(power, 0.0, 1.0),
            "held_out_count": newest.count,
            "held_out_expected_count": newest.expected,
        }
    ).select(
        held_out=pl.when("claimed", "again")
        .then(pl.lit("replicated"))
        .when(pl.col("claimed") & ~pl.col("again") & (pl.col("held_out_power") >= _ENOUGH_POWER))
        .then(pl.lit("faded"))
        .otherwise(pl.lit("untested")),
        held_out_power=pl.col("held_out_power"),
        held_out_count=pl.col("held_out_count"),
        held_out_expected_count=pl.col("held_out_expected_count"),
    )


def untested(itemset_count: int) -> pl.DataFrame:
    """Verdicts of a shop whose baskets can't be split by time."""
    return pl.select(
        held_out=pl.repeat("untested", itemset_count, dtype=pl.String),
        held_out_power=pl.repeat(0.0, itemset_count, dtype=pl.Float64),
        held_out_count=pl.repeat(None, itemset_count, dtype=pl.Int64),
        held_out_expected_count=pl.repeat(None, itemset_count, dtype=pl.Float64),
    )
