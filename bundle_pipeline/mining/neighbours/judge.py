"""baskets -> neighbour_quality: which method, fitted on the older baskets, completes the newest?"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import dataframely as dy
import polars as pl

from bundle_pipeline.baskets.encoded import EncodedBaskets
from bundle_pipeline.mining.neighbours.completion import Completion, completion, held_out, in_turn
from bundle_pipeline.mining.neighbours.covisitation import fit_covisitation
from bundle_pipeline.mining.neighbours.item_baskets import item_baskets
from bundle_pipeline.mining.neighbours.methods import (
    PopularityScores,
    fitted_methods,
    modelled_variants,
)
from bundle_pipeline.mining.neighbours.own_baskets import with_chosen_weights
from bundle_pipeline.mining.neighbours.params import NeighbourParams
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.mining import POPULARITY, NeighbourQuality

logger = logging.getLogger(__name__)


def judge_neighbours(
    baskets: EncodedBaskets, params: NeighbourParams
) -> dy.DataFrame[NeighbourQuality]:
    """How well each method, fitted on the older baskets, completes the newest.

    The newest ``held_out_share`` of baskets by time, or of baskets in a drawn order where all
    orders state the same time. Variants that the older baskets don't model are left out of both.

    Args:
        baskets: Counted baskets of the shop.
        params: The same as for the neighbours.

    Returns:
        One row per method and one for popularity; none where there is nothing to complete.
        ``is_best``: the method with the highest hit rate, then the highest reciprocal rank.
    """
    encoded = in_turn(baskets)
    split = int(encoded.basket_count * (1 - params.held_out_share))
    older, newest = encoded.part(0, split), encoded.part(split, encoded.basket_count)
    params = with_chosen_weights(older, params)
    judged = [
        (method, figures)
        for method, figures in judged_methods(older, newest, params)
        if figures.basket_count
    ]
    best = _best(judged)
    variant_count = modelled_variants(older, params).size
    rows = [
        {
            "method": method,
            "is_best": method == best,
            "variant_count": variant_count,
            "size_exponent": params.size_exponent,
            "blended_covisitation": params.blended_covisitation,
            **asdict(figures),
        }
        for method, figures in judged
    ]
    logger.info("judge_neighbours: %d baskets in; %d rows out", encoded.basket_count, len(rows))
    schema: pl.Schema = NeighbourQuality.create_empty().schema
    return declared(NeighbourQuality, pl.DataFrame(rows, schema=schema).sort("method"))


def judged_methods(
    older: EncodedBaskets, newest: EncodedBaskets, params: NeighbourParams
) -> Iterator[tuple[str, Completion]]:
    """Each method, popularity first, and how it completes other baskets than it was fitted on.

    Baskets weigh as the parameters say, without asking whether equal ones would do better.
    """
    variants = modelled_variants(older, params)
    items = item_baskets(older, variants)
    to_complete = held_out(item_baskets(newest, variants), max_baskets=params.max_held_out_baskets)
    yield (
        POPULARITY,
        completion(PopularityScores(items.item_count), to_complete, items.basket_count),
    )
    for method, scores in fitted_methods(items, fit_covisitation(items, params), params):
        yield method, completion(scores, to_complete, items.basket_count)
        # The largest of them is gone before the next is fitted.
        del scores


def _best(judged: Sequence[tuple[str, Completion]]) -> str | None:
    """The method with the best figures; the first of those with the same."""
    methods = [(method, figures) for method, figures in judged if method != POPULARITY]
    if not methods:
        return None
    return max(methods, key=lambda each: (each[1].hit_rate, each[1].mean_reciprocal_rank))[0]
