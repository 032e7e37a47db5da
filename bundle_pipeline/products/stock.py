"""Units of each stock key, from rows per location."""

import polars as pl


def available_counts(inventory: pl.DataFrame) -> pl.DataFrame:
    """Units for sale per stock key: the sum over locations, oversold ones counting as negative.

    A closed row counts as none: the newest export no longer keeps the item there.

    Returns:
        ``inventory_item_id`` and ``stocked_count``; null where no location tracks it.
    """
    tracked = pl.col("available_count").is_not_null().any()
    available = pl.when("is_current").then("available_count").otherwise(0)
    return inventory.group_by("inventory_item_id").agg(
        stocked_count=pl.when(tracked).then(available.sum())
    )
