"""What suits this shop, asked of its own baskets, each completed by what the others say.

Whether large baskets weigh less: in most shops a basket of many variants says less about each pair
in it, in some as much: on foodmart weighing loses a sixth of the hits, on seven other shops it
gains some. And whether co-visitation adds something to the linear model: on UCI it takes away hits,
on foodmart and Ta-Feng it adds some in the tail. Both are tried on the most popular variants.
"""

import numpy as np
import numpy.typing as npt

from bundle_pipeline.baskets.encoded import EncodedBaskets
from bundle_pipeline.mining.neighbours.completion import PLACES, HeldOut, head, held_out, places_of
from bundle_pipeline.mining.neighbours.item_baskets import (
    Floats,
    ItemBaskets,
    item_baskets,
    most_popular,
)
from bundle_pipeline.mining.neighbours.left_out import left_out_covisitation, left_out_linear
from bundle_pipeline.mining.neighbours.params import NeighbourParams

# Enough to tell half a percentage point of hits. About a second of one core for each question,
# three where baskets are of 24 items.
_MOST_ITEMS = 1500
_MOST_BASKETS = 3000


def with_chosen_weights(encoded: EncodedBaskets, params: NeighbourParams) -> NeighbourParams:
    """The same parameters, with a 0 for what completes fewer of the shop's baskets than nothing.

    ``size_exponent`` is 0 if the linear model then hits more often, ``blended_covisitation`` if the
    blend then does, where a hit in the tail counts twice: that is what co-visitation is for.

    Args:
        encoded: Baskets that are learnt from.
        params: How neighbours are found.
    """
    if not (params.try_equal_baskets or params.try_without_covisitation):
        return params
    variants = most_popular(
        encoded, min_basket_count=params.min_basket_count, max_items=_MOST_ITEMS
    )
    items = item_baskets(encoded, variants)
    left = held_out(items, max_baskets=_MOST_BASKETS)
    linear = left_out_linear(items, left, params)
    if params.try_equal_baskets:
        equal = params.model_copy(update={"size_exponent": 0.0})
        equal_linear = left_out_linear(items, left, equal)
        if hits(equal_linear, left, items).sum() > hits(linear, left, items).sum():
            params, linear = equal, equal_linear
    if params.try_without_covisitation and params.blended_covisitation > 0:
        worth = 1 + ~head(items.basket_count)[left.hidden]
        alone = hits(linear, left, items) @ worth
        linear += params.blended_covisitation * left_out_covisitation(items, left, params)
        if alone > hits(linear, left, items) @ worth:
            return params.model_copy(update={"blended_covisitation": 0.0})
    return params


def hits(scores: Floats, left: HeldOut, items: ItemBaskets) -> npt.NDArray[np.bool_]:
    """Whether the hidden item of each basket is among the first, by these scores."""
    return places_of(scores, left.given, left.hidden, items.basket_count) <= PLACES
