"""Companions of products alike: what sells with them may sell with a product nobody bought yet.

A product without orders has a page. The products whose pages are most like it say what goes with
it: their own proven companions, each weighed by how alike the two are.
"""

import polars as pl

from bundle_pipeline.candidates.sources.companions import companions_of_variants, in_order
from bundle_pipeline.candidates.sources.params import ContentCompanionParams
from bundle_pipeline.candidates.sources.shelf import Shelf


def proven_companions(pair_rules: pl.DataFrame, shelf: Shelf) -> pl.DataFrame:
    """Companions by significant pairs; ``strength`` is size-adjusted leverage, in baskets.

    ``basket_count - expected_count``, as in the score's reach: of the simple measures it is, with
    the G-test, what newer orders confirm most often.

    Args:
        pair_rules: ``PairRules``.
        shelf: What can be offered.
    """
    rules = pair_rules.filter(pl.col("is_significant")).select(
        variant_id="antecedent_id",
        neighbour_id="consequent_id",
        strength=pl.col("basket_count") - pl.col("expected_count"),
    )
    return companions_of_variants(rules, shelf)


def content_companions(
    content_neighbours: pl.DataFrame, companions: pl.DataFrame, params: ContentCompanionParams
) -> pl.DataFrame:
    """What goes with the products most like each product.

    ``strength(p, c) = sum over the neighbours n of p of similarity(p, n) ** exponent *
    strength(n, c)``.

    Args:
        content_neighbours: ``ContentNeighbours``.
        companions: Of the neighbours, see :func:`proven_companions`.
        params: Which neighbours are asked.

    Returns:
        Companions of every product with such neighbours.
    """
    asked = content_neighbours.filter(
        pl.col("rank") <= params.neighbour_count, pl.col("similarity") >= params.min_similarity
    ).select("product_id", "neighbour_id", "similarity")
    said = companions.rename({"product_id": "neighbour_id"})
    share = pl.col("similarity").pow(params.similarity_exponent)
    return (
        asked.join(said, on="neighbour_id")
        .filter(pl.col("product_id") != pl.col("companion_id"))
        # Sums depend on their order in the last digit.
        .sort("product_id", "companion_id", "neighbour_id")
        .group_by("product_id", "companion_id", maintain_order=True)
        .agg(strength=(share * pl.col("strength")).sum())
        .pipe(in_order)
    )
