"""Whether bundles of older orders are seen again in the newest, as mining tests it."""

import math
from dataclasses import dataclass

import polars as pl

# 97.5 % point of the standard normal distribution: a two-sided interval of 95 %.
_Z = 1.959963984540054


@dataclass(frozen=True)
class Replication:
    """Bundles that newer orders can tell something about."""

    tested_count: int
    """Those with the power to be seen again, or that aren't even stored any more."""
    replicated_count: int
    """Those seen again beyond chance."""

    @property
    def rate(self) -> float | None:
        """Share of the tested ones; None where none could be tested."""
        return self.replicated_count / self.tested_count if self.tested_count else None

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of that share (Wilson, JASA 1927); 0 to 1 where none could be tested."""
        if not self.tested_count:
            return 0.0, 1.0
        n, share = self.tested_count, self.replicated_count / self.tested_count
        centre = share + _Z**2 / (2 * n)
        spread = _Z * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n * n))
        low, high = ((centre + side * spread) / (1 + _Z**2 / n) for side in (-1, 1))
        return max(0.0, low), min(1.0, high)


def replication(
    bundles: pl.DataFrame, *, pair_rules: pl.DataFrame, itemsets: pl.DataFrame
) -> Replication:
    """Look bundles up among what mining found in all orders, the newest included.

    Args:
        bundles: ``variant_ids``; those of one variant say nothing.
        pair_rules: ``PairRules`` of all orders, whose ``held_out`` compares the older with the
            newest.
        itemsets: ``Itemsets`` of all orders, likewise.
    """
    pairs = pair_rules.filter(pl.col("antecedent_id") < pl.col("consequent_id")).select(
        "held_out", held=pl.concat_list("antecedent_id", "consequent_id")
    )
    verdicts = pl.concat([pairs, itemsets.select("held_out", held="variant_ids")]).with_columns(
        pl.col("held").list.join("\n")
    )
    found = (
        bundles.filter(pl.col("variant_ids").list.len() > 1)
        .select(held=pl.col("variant_ids").list.sort().list.join("\n"))
        .join(verdicts, on="held", how="left", validate="m:1")
        .select(pl.col("held_out").fill_null("gone"))
        .to_series()
    )
    replicated = int((found == "replicated").sum())
    return Replication(int((found != "untested").sum()), replicated)
