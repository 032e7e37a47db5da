"""Whether large baskets weigh less in this shop: asked of its own baskets.

In most shops a basket of many variants says less about each pair in it, in some as much: on
foodmart weighing loses a sixth of the hits, on seven other shops it gains some. Both are tried with
the linear model of the most popular variants: each of some baskets is left out of what is learnt
from, one variant of it is hidden, and the others have to name it. Leaving a basket x out takes no
new fit: with ``P = (X' W X + ridge)^-1`` and its weight w

``P - P without it = -w P x x' P / (1 - w x' P x)`` (Sherman and Morrison, Annals of Mathematical
Statistics 1950).
"""

from typing import cast

import numpy as np

from bundle_pipeline.baskets.encoded import EncodedBaskets
from bundle_pipeline.mining.neighbours.completion import PLACES, HeldOut, held_out, places_of
from bundle_pipeline.mining.neighbours.item_baskets import (
    Floats,
    ItemBaskets,
    item_baskets,
    most_popular,
)
from bundle_pipeline.mining.neighbours.linear import ridged_inverse
from bundle_pipeline.mining.neighbours.params import NeighbourParams
from bundle_pipeline.mining.neighbours.scores import BLOCK, Scores

# Enough to tell half a percentage point of hits; about a second for each weight.
_MOST_ITEMS = 1500
_MOST_BASKETS = 3000


def with_chosen_weight(encoded: EncodedBaskets, params: NeighbourParams) -> NeighbourParams:
    """The same parameters, ``size_exponent`` 0 if more of the shop's baskets are completed so.

    Args:
        encoded: Baskets that are learnt from.
        params: How neighbours are found.
    """
    if not params.try_equal_baskets:
        return params
    variants = most_popular(
        encoded, min_basket_count=params.min_basket_count, max_items=_MOST_ITEMS
    )
    items = item_baskets(encoded, variants)
    equal = params.model_copy(update={"size_exponent": 0.0})
    weighted_places, equal_places = (left_out_places(items, each) for each in (params, equal))
    is_better = (equal_places <= PLACES).sum() > (weighted_places <= PLACES).sum()
    return equal if is_better else params


def left_out_places(items: ItemBaskets, params: NeighbourParams) -> Floats:
    """Place of a hidden item by the linear model fitted without its basket, for some baskets.

    Scores are those of :func:`~bundle_pipeline.mining.neighbours.linear.fit_linear` on the other
    baskets.
    """
    inverse = ridged_inverse(items, params, np.float64).laid_out().cells
    left_out = held_out(items, max_baskets=_MOST_BASKETS)
    return np.concatenate(
        [
            np.empty(0),
            *(
                _places(inverse, items, left_out, params, slice(start, start + BLOCK))
                for start in range(0, left_out.hidden.size, BLOCK)
            ),
        ]
    )


def _places(
    inverse: Scores, items: ItemBaskets, left_out: HeldOut, params: NeighbourParams, block: slice
) -> Floats:
    given, hidden = left_out.given[block], left_out.hidden[block]
    row = np.arange(hidden.size)
    known = cast("Floats", given.toarray())
    whole = known.copy()
    whole[row, hidden] = 1.0
    # The basket had one item more than what is left of it.
    weight = 1.0 / known.sum(axis=1) ** params.size_exponent
    seen = whole @ inverse
    step = (weight / (1 - weight * (seen * whole).sum(axis=1)))[:, None]
    scores = -(known @ inverse + step * seen * (seen * known).sum(axis=1)[:, None])
    scores /= np.diagonal(inverse) + step * seen**2
    count = items.basket_count - whole
    mean = max(items.basket_count.mean(), 1.0)
    scores /= (np.maximum(count, 1.0) / mean) ** params.popularity_discount
    return places_of(scores, given, hidden, items.basket_count)
