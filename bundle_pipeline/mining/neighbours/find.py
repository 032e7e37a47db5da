"""baskets -> item_neighbours."""

import logging

import dataframely as dy
import polars as pl

from bundle_pipeline.baskets.encoded import Codes, EncodedBaskets
from bundle_pipeline.mining.neighbours.covisitation import fit_covisitation
from bundle_pipeline.mining.neighbours.item_baskets import item_baskets, most_popular
from bundle_pipeline.mining.neighbours.methods import fitted_methods, modelled_variants
from bundle_pipeline.mining.neighbours.params import NeighbourParams
from bundle_pipeline.mining.neighbours.scores import (
    Neighbours,
    SignedNeighbours,
    best_neighbours,
)
from bundle_pipeline.mining.neighbours.size_weight import with_chosen_weight
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.mining import ItemNeighbours

logger = logging.getLogger(__name__)

_COVISITATION = "covisitation"


def find_neighbours(
    baskets: EncodedBaskets, params: NeighbourParams
) -> dy.DataFrame[ItemNeighbours]:
    """For each variant, what goes with it, by each method.

    Args:
        baskets: Counted baskets of the shop.
        params: How neighbours are found, and how many are kept.

    Returns:
        At most ``top_n`` neighbours per method and variant, ties by popularity, then id, and as
        many variants with a score below 0, which have no rank. Co-visitation knows all variants,
        the other methods those of :func:`modelled_variants`.
    """
    params = with_chosen_weight(baskets, params)
    every = item_baskets(baskets, most_popular(baskets, min_basket_count=1))
    covisitation = fit_covisitation(every, params)
    parts = {_COVISITATION: _named(baskets, every.items, covisitation.neighbours)}
    variants = modelled_variants(baskets, params)
    items = item_baskets(baskets, variants)
    # Both are in order of popularity, so what is modelled comes first in the other.
    modelled = covisitation.among(variants.size)
    for method, scores in fitted_methods(items, modelled, params):
        if method != _COVISITATION:
            found = best_neighbours(scores, items.item_count, params.top_n)
            parts[method] = _signed(baskets, items.items, found)
        # The largest of them is gone before all neighbours are put together.
        del scores
    # Each part is sorted by itself: there are millions of rows in all.
    neighbours = pl.concat(
        parts[method].select(pl.lit(method).alias("method"), pl.all()) for method in sorted(parts)
    )
    logger.info(
        "find_neighbours: %d variants in, %d of them modelled; %d rows out",
        baskets.variant_count,
        items.item_count,
        neighbours.height,
    )
    return declared(ItemNeighbours, neighbours)


def _signed(encoded: EncodedBaskets, items: Codes, found: SignedNeighbours) -> pl.DataFrame:
    """What goes with each variant, then what doesn't, the best and the lowest first."""
    opposed = _named(encoded, items, found.opposed)
    # What is opposed has a place only for its order.
    return (
        pl.concat(
            [_named(encoded, items, found.best), opposed.with_columns(score=-pl.col("score"))]
        )
        .sort("variant_id", pl.col("score") < 0, "rank")
        .with_columns(rank=pl.when(pl.col("score") > 0).then("rank"))
    )


def _named(encoded: EncodedBaskets, items: Codes, neighbours: Neighbours) -> pl.DataFrame:
    ids = encoded.variant_ids
    return pl.DataFrame(
        {
            "variant_id": ids.gather(items[neighbours.item]),
            "neighbour_id": ids.gather(items[neighbours.neighbour]),
            "rank": neighbours.rank,
            "score": neighbours.score,
        }
    ).sort("variant_id", "rank")
