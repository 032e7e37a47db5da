"""Companions: what every source below significance returns.

One row per active product and one that goes with it: ``product_id``, ``companion_id`` (another
product) and ``strength`` (above 0, higher is better; comparable for one product and one source
only). How companions become bundles is the ladder's business.
"""

import polars as pl

from bundle_pipeline.candidates.sources.shelf import Shelf

COMPANIONS = pl.Schema({"product_id": pl.String, "companion_id": pl.String, "strength": pl.Float64})
"""Columns of companions."""


def no_companions() -> pl.DataFrame:
    """What a source returns that knows nothing."""
    return COMPANIONS.to_frame()


def companions_of_variants(found: pl.DataFrame, shelf: Shelf) -> pl.DataFrame:
    """Companions of products from those of their variants; the strongest says it.

    Args:
        found: ``variant_id``, ``neighbour_id`` and ``strength``; variants that aren't on the shelf
            are left out.
        shelf: What can be offered.
    """
    other = shelf.product_of.rename({"variant_id": "neighbour_id", "product_id": "companion_id"})
    return (
        found.join(shelf.product_of, on="variant_id", validate="m:1")
        .join(other, on="neighbour_id", validate="m:1")
        .filter(pl.col("product_id") != pl.col("companion_id"))
        .group_by("product_id", "companion_id")
        .agg(pl.col("strength").max())
        .pipe(in_order)
    )


def best_companions(companions: pl.DataFrame, count: int) -> pl.DataFrame:
    """The strongest companions of each product, at most ``count``; ties by id."""
    return companions.pipe(in_order).group_by("product_id", maintain_order=True).head(count)


def in_order(companions: pl.DataFrame) -> pl.DataFrame:
    """Companions by product, the strongest first, ties by id."""
    return companions.select(COMPANIONS.names()).sort(
        "product_id", "strength", "companion_id", descending=[False, True, False]
    )
