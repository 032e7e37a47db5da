"""What other bundles may take off a bundle's items on top of its own discount."""

import polars as pl

from bundle_pipeline.pricing.bundle_items import items_of
from bundle_pipeline.pricing.charged import item_prices, with_charged

_OF_ONE_PRICE = ("FBT", "FIXED")


def with_other_bundles(totals: pl.DataFrame, offered: pl.DataFrame) -> pl.DataFrame:
    """Set ``on_top_minor`` to the most that one other bundle per item takes off as well.

    Of every variant the deepest discount of a unit in any other bundle counts. Floors that hold
    after it only make discounts smaller, and with them what is taken off on top: once is enough.

    Args:
        totals: One row per bundle or tier.
        offered: The same rows with the ``discount_minor`` and ``pick_rate`` of each one alone.
    """
    bundles = totals.select("bundle", "bundle_id", "pick_count")
    own = pl.col("bundle_id") == pl.col("deepest_id")
    other = pl.when(own).then("second_minor").otherwise("deepest_minor").fill_null(0)
    on_top = (
        items_of(totals)
        .join(bundles, on="bundle", validate="m:1", maintain_order="left")
        .join(_deepest(offered), on="variant_id", how="left", validate="m:1", maintain_order="left")
        .with_columns(other=other)
        .group_by("bundle", maintain_order=True)
        .agg(
            on_top_minor=pl.when(pl.col("pick_count").first().is_null())
            .then((pl.col("other") * pl.col("least_units")).sum())
            .otherwise(pl.col("other").top_k(pl.col("pick_count").first().fill_null(0)).sum())
        )
    )
    return totals.drop("on_top_minor").join(
        on_top, on="bundle", validate="1:1", maintain_order="left"
    )


def _deepest(offered: pl.DataFrame) -> pl.DataFrame:
    """Per variant: ``deepest_minor`` off a unit, the bundle that gives it, and the next one's."""
    given = (
        offered.pipe(with_charged)
        .pipe(lambda rows: rows.join(item_prices(rows), on="bundle", validate="1:1"))
        .select("bundle_id", "kind", "items", "item_prices_minor")
        .explode("items", "item_prices_minor")
        .unnest("items")
    )
    units = pl.col("quantity").clip(1)
    off = pl.col("unit_price_minor") * units - pl.col("item_prices_minor")
    # With a smaller discount largest remainder may take a minor unit more off one of the items.
    spare = pl.col("kind").is_in(_OF_ONE_PRICE).cast(pl.Int64)
    return (
        given.filter(off > 0)
        .group_by("variant_id", "bundle_id")
        .agg(off_minor=((off + (units - 1)) // units + spare).max())
        .sort("variant_id", pl.col("off_minor"), "bundle_id", descending=[False, True, False])
        .group_by("variant_id", maintain_order=True)
        .agg(
            deepest_id=pl.col("bundle_id").first(),
            deepest_minor=pl.col("off_minor").first(),
            second_minor=pl.col("off_minor").get(1, null_on_oob=True),
        )
    )
