"""baskets -> item_neighbours."""

import logging

import dataframely as dy
import polars as pl

from bundle_pipeline.baskets.encoded import Codes, EncodedBaskets
from bundle_pipeline.mining.neighbours.covisitation import fit_covisitation
from bundle_pipeline.mining.neighbours.item_baskets import item_baskets, most_popular
from bundle_pipeline.mining.neighbours.methods import fitted_methods, modelled_variants
from bundle_pipeline.mining.neighbours.params import NeighbourParams
from bundle_pipeline.mining.neighbours.scores import Neighbours, best_neighbours
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
        At most ``top_n`` rows per method and variant, ties by popularity, then id. Co-visitation
        knows all variants, the other methods those of :func:`modelled_variants`.
    """
    every = item_baskets(baskets, most_popular(baskets, min_basket_count=1))
    covisitation = fit_covisitation(every, params)
    parts = [_named(baskets, every.items, _COVISITATION, covisitation.neighbours)]
    variants = modelled_variants(baskets, params)
    items = item_baskets(baskets, variants)
    # Both are in order of popularity, so what is modelled comes first in the other.
    modelled = covisitation.among(variants.size)
    for method, scores in fitted_methods(items, modelled, params):
        if method != _COVISITATION:
            found = best_neighbours(scores, items.item_count, params.top_n)
            parts.append(_named(baskets, items.items, method, found))
        # The largest of them is gone before all neighbours are put together.
        del scores
    neighbours = pl.concat(parts)
    logger.info(
        "find_neighbours: %d variants in, %d of them modelled; %d rows out",
        baskets.variant_count,
        items.item_count,
        neighbours.height,
    )
    return declared(ItemNeighbours, neighbours.sort("method", "variant_id", "rank"))


def _named(
    encoded: EncodedBaskets, items: Codes, method: str, neighbours: Neighbours
) -> pl.DataFrame:
    ids = encoded.variant_ids
    return pl.DataFrame(
        {
            "variant_id": ids.gather(items[neighbours.item]),
            "neighbour_id": ids.gather(items[neighbours.neighbour]),
            "rank": neighbours.rank,
            "score": neighbours.score,
        }
    ).with_columns(method=pl.lit(method))
