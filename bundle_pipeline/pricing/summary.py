"""A few numbers of a shop's prices that would worry the reader if they jumped."""

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class PricingSummary:
    """Numbers of one shop."""

    unpriced_count: int
    """Bundles with an item of unknown price."""
    unknown_cost_count: int
    """Bundles with a price and an item of unknown cost: no margin is stated for them, and their
    discount follows habit. A known cost would change both."""
    undiscounted_count: int
    """Bundles with nothing off."""
    median_discount_rate: float | None
    """Of bundles with a price; 0 to 1."""
    incremental_margin_minor: int | None
    """Expected a month, over all bundles as if each were alone; None where none states it."""


def pricing_summary(priced: pl.DataFrame) -> PricingSummary:
    """Sum up the prices of a shop.

    Args:
        priced: ``PricedBundles``.
    """
    pricing = priced.get_column("pricing")
    known = priced.filter(pricing.is_not_null()).select("pricing").unnest("pricing")
    incremental = pl.col("incremental_margin_minor")
    numbers = known.select(
        unknown_cost_count=pl.col("margin_minor").null_count(),
        undiscounted_count=(pl.col("discount_minor") == 0).sum(),
        median_discount_rate=pl.col("discount_rate").median(),
        incremental_margin_minor=pl.when(incremental.count() > 0).then(incremental.sum()),
    )
    return PricingSummary(unpriced_count=pricing.null_count(), **numbers.row(0, named=True))
