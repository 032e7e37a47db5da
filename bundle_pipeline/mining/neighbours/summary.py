"""Numbers of a shop's neighbours: for metadata, and for the check."""

from dataclasses import dataclass

import polars as pl

from bundle_pipeline.schemas.mining import POPULARITY


@dataclass(frozen=True)
class NeighbourSummary:
    """Numbers that would worry somebody if they jumped."""

    variants_with_neighbours: int
    """Variants with at least one neighbour, by any method."""
    completed_baskets: int
    """Held-out baskets on which methods were compared."""
    best_method: str | None
    """Method with the highest hit rate; None in a shop without baskets to complete."""
    best_hit_rate: float | None
    """Share of held-out baskets whose hidden variant it has among the first 10."""
    popularity_hit_rate: float | None
    """The same of best sellers."""


def neighbour_summary(neighbours: pl.DataFrame, quality: pl.DataFrame) -> NeighbourSummary:
    """Numbers of a shop's neighbours.

    Args:
        neighbours: As declared by :class:`~bundle_pipeline.schemas.mining.ItemNeighbours`.
        quality: As declared by :class:`~bundle_pipeline.schemas.mining.NeighbourQuality`.
    """
    best = quality.filter("is_best")
    popular = quality.filter(method=POPULARITY)
    return NeighbourSummary(
        variants_with_neighbours=neighbours.get_column("variant_id").n_unique(),
        completed_baskets=0 if popular.is_empty() else popular.get_column("basket_count").item(),
        best_method=None if best.is_empty() else best.get_column("method").item(),
        best_hit_rate=None if best.is_empty() else best.get_column("hit_rate").item(),
        popularity_hit_rate=None if popular.is_empty() else popular.get_column("hit_rate").item(),
    )


def best_below_popularity(quality: pl.DataFrame) -> pl.DataFrame:
    """The row of the best method, if best sellers complete more baskets."""
    popular = quality.filter(method=POPULARITY).select(popular=pl.col("hit_rate"))
    best = quality.filter("is_best").join(popular, how="cross")
    return best.filter(pl.col("hit_rate") < pl.col("popular")).drop("popular")
