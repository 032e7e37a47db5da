"""baskets -> item_neighbours."""

import logging
from collections.abc import Collection

import dataframely as dy
import numpy as np
import polars as pl

from bundle_pipeline.baskets.encoded import Codes, EncodedBaskets
from bundle_pipeline.mining.neighbours.covisitation import fit_covisitation
from bundle_pipeline.mining.neighbours.item_baskets import item_baskets, most_popular
from bundle_pipeline.mining.neighbours.methods import fitted_methods, modelled_variants
from bundle_pipeline.mining.neighbours.own_baskets import with_chosen_weights
from bundle_pipeline.mining.neighbours.params import NeighbourParams
from bundle_pipeline.mining.neighbours.scores import (
    Neighbours,
    SignedNeighbours,
    best_neighbours,
)
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.mining import NEIGHBOUR_METHODS, ItemNeighbours

logger = logging.getLogger(__name__)

_COVISITATION = "covisitation"


def find_neighbours(
    baskets: EncodedBaskets,
    params: NeighbourParams,
    *,
    methods: Collection[str] = NEIGHBOUR_METHODS,
) -> dy.DataFrame[ItemNeighbours]:
    """For each variant, what goes with it, by some methods.

    Args:
        baskets: Counted baskets of the shop.
        params: How neighbours are found, and how many are kept.
        methods: Of ``NEIGHBOUR_METHODS``, at least one; all of them by default.

    Returns:
        At most ``top_n`` neighbours per method and variant, ties by popularity, then id, and as
        many variants with a score below 0, which have no rank. Co-visitation knows all variants,
        the other methods those of :func:`modelled_variants`.
    """
    params = with_chosen_weights(baskets, params)
    every = most_popular(baskets, min_basket_count=1)
    covisitation = fit_covisitation(item_baskets(baskets, every), params)
    found: dict[str, pl.DataFrame] = {}
    if _COVISITATION in methods:
        found[_COVISITATION] = _coded(every, covisitation.neighbours)
    variants = modelled_variants(baskets, params)
    items = item_baskets(baskets, variants)
    # Both are in order of popularity, so what is modelled comes first in the other.
    covisitation = covisitation.among(variants.size)
    for method, scores in fitted_methods(items, covisitation, params, methods=methods):
        if method != _COVISITATION:
            # Nothing but the named rows of a method outlives it.
            found[method] = _signed(
                items.items, best_neighbours(scores, items.item_count, params.top_n)
            )
        # The largest of them is gone before neighbours get their names.
        del scores
    neighbours = pl.concat(_named(baskets, method, found.pop(method)) for method in sorted(found))
    logger.info(
        "find_neighbours: %d variants in, %d of them modelled; %d rows out",
        baskets.variant_count,
        items.item_count,
        neighbours.height,
    )
    return declared(ItemNeighbours, neighbours)


def _signed(items: Codes, found: SignedNeighbours) -> pl.DataFrame:
    """What goes with each variant and, without ranks, what doesn't, the lowest last."""
    return pl.concat(
        [
            _coded(items, found.best),
            _coded(items, found.opposed).with_columns(
                rank=pl.lit(None, dtype=pl.Int32), score=-pl.col("score")
            ),
        ]
    )


def _coded(items: Codes, neighbours: Neighbours) -> pl.DataFrame:
    """Neighbours by the codes of variants: 20 bytes a row, of which there are millions."""
    return pl.DataFrame(
        {
            "variant": items[neighbours.item].astype(np.int32),
            "neighbour": items[neighbours.neighbour].astype(np.int32),
            "rank": neighbours.rank.astype(np.int32),
            "score": neighbours.score,
        }
    )


def _named(encoded: EncodedBaskets, method: str, coded: pl.DataFrame) -> pl.DataFrame:
    """Ids instead of codes, which are in the order of ids."""
    ids = encoded.variant_ids
    by_variant = coded.sort(
        "variant",
        "rank",
        "score",
        "neighbour",
        nulls_last=True,
        descending=[False, False, True, False],
    )
    return by_variant.select(
        method=pl.lit(method),
        variant_id=ids.gather(by_variant.get_column("variant")),
        neighbour_id=ids.gather(by_variant.get_column("neighbour")),
        rank=pl.col("rank").cast(pl.Int64),
        score="score",
    )
