"""Companions by what was bought beside a product, tested or not."""

import polars as pl

from bundle_pipeline.candidates.sources.companions import companions_of_variants
from bundle_pipeline.candidates.sources.shelf import Shelf
from bundle_pipeline.schemas.mining import POPULARITY

COVISITATION = "covisitation"


def neighbour_companions(
    item_neighbours: pl.DataFrame, shelf: Shelf, method: str | None
) -> pl.DataFrame:
    """Companions by one method of neighbours.

    Args:
        item_neighbours: ``ItemNeighbours``.
        shelf: What can be offered.
        method: One of ``NEIGHBOUR_METHODS``; None has no companions.
    """
    found = item_neighbours.filter(pl.col("method") == pl.lit(method, pl.String))
    return companions_of_variants(
        found.select("variant_id", "neighbour_id", strength="score"), shelf
    )


def best_factor_method(neighbour_quality: pl.DataFrame) -> str | None:
    """The method of collaborative factors that completes most of the shop's newest baskets.

    Co-visitation is a source of its own, and best sellers are no method.

    Args:
        neighbour_quality: ``NeighbourQuality``.

    Returns:
        Ties by mean reciprocal rank, then name; None where no method was judged.
    """
    judged = (
        neighbour_quality.filter(~pl.col("method").is_in([COVISITATION, POPULARITY]))
        .sort("hit_rate", "mean_reciprocal_rank", "method", descending=[True, True, False])
        .get_column("method")
    )
    return None if judged.is_empty() else str(judged.item(0))
