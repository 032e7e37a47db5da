"""Companions of products alike: what sells with them may sell with a product nobody bought yet.

A product without orders has a page. The products whose pages are most like it say what goes with
it: their own proven companions, and they themselves as far as products alike are bought together in
this shop, which they are where they are colours of a set, and aren't where they are models of a
bicycle.
"""

import polars as pl

from bundle_pipeline.candidates.sources.companions import companions_of_variants, in_order
from bundle_pipeline.candidates.sources.params import ContentCompanionParams
from bundle_pipeline.candidates.sources.shelf import Shelf


def proven_companions(pair_rules: pl.DataFrame, shelf: Shelf) -> pl.DataFrame:
    """Companions by significant pairs; ``strength`` is the excess confidence of the pair.

    ``(basket_count - expected_count) / antecedent_basket_count``, 0 to 1: the share of the
    product's baskets that hold the companion, beyond what chance explains.

    Args:
        pair_rules: ``PairRules``.
        shelf: What can be offered.
    """
    excess = pl.col("basket_count") - pl.col("expected_count")
    rules = pair_rules.filter(pl.col("is_significant")).select(
        variant_id="antecedent_id",
        neighbour_id="consequent_id",
        strength=excess / pl.col("antecedent_basket_count"),
    )
    return companions_of_variants(rules, shelf)


def content_companions(
    content_neighbours: pl.DataFrame,
    companions: pl.DataFrame,
    *,
    asked: pl.Series,
    params: ContentCompanionParams,
) -> pl.DataFrame:
    """What goes with the products most like each product, and those products themselves.

    With the weight ``w(p, n) = similarity(p, n) ** similarity_exponent`` of a neighbour n of p,
    ``strength(p, c)`` is the mean of ``strength(n, c)`` over the neighbours, so weighed (0 where c
    is no companion of n); plus, where c is a neighbour itself, ``w(p, c)`` times the mean strength
    per weight of all neighbours in the shop that have companions.

    Args:
        content_neighbours: ``ContentNeighbours``.
        companions: Of the neighbours, see :func:`proven_companions`.
        asked: ``product_id`` of the products that companions are asked for.
        params: Which neighbours say something, and how much.

    Returns:
        Companions of the products asked for with such neighbours.
    """
    alike = content_neighbours.filter(
        pl.col("rank") <= params.neighbour_count, pl.col("similarity") >= params.min_similarity
    ).select(
        "product_id",
        "neighbour_id",
        weight=pl.col("similarity").pow(params.similarity_exponent),
    )
    own = alike.filter(pl.col("product_id").is_in(asked.implode()))
    said = companions.rename({"product_id": "neighbour_id"})
    share = pl.col("weight") / pl.col("weight").sum().over("product_id")
    of_neighbours = own.with_columns(share=share).join(said, on="neighbour_id")
    themselves = pl.col("weight") * _strength_of_alike(alike, companions)
    parts = [
        of_neighbours.select(
            "product_id", "companion_id", strength=pl.col("share") * pl.col("strength")
        ),
        own.select("product_id", companion_id="neighbour_id", strength=themselves),
    ]
    return (
        pl.concat(parts)
        .filter(pl.col("product_id") != pl.col("companion_id"))
        # Sums depend on their order in the last digit.
        .sort("product_id", "companion_id", "strength")
        .group_by("product_id", "companion_id", maintain_order=True)
        .agg(pl.col("strength").sum())
        .filter(pl.col("strength") > 0)
        .pipe(in_order)
    )


def _strength_of_alike(alike: pl.DataFrame, companions: pl.DataFrame) -> float:
    """Strength of products alike as companions per weight, over products with companions."""
    known = alike.join(companions, on="product_id", how="semi").join(
        companions,
        left_on=["product_id", "neighbour_id"],
        right_on=["product_id", "companion_id"],
        how="left",
        validate="1:1",
        maintain_order="left",
    )
    strength, weight = (float(known.get_column(name).sum()) for name in ("strength", "weight"))
    return strength / weight if weight > 0 else 0.0
