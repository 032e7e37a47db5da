"""How a method scores baskets that it was fitted on: each is left out of what is learnt.

One variant of each of some baskets is hidden, and the others have to name it. Leaving a basket x
out takes no new fit: with ``P = (X' W X + ridge)^-1`` and its weight w

``P - P without it = -w P x x' P / (1 - w x' P x)`` (Sherman and Morrison, Annals of Mathematical
Statistics 1950),

and from what its variants share with each other and have on their own w is taken off.
"""

from typing import cast

import numpy as np

from bundle_pipeline.baskets.encoded import Codes
from bundle_pipeline.mining.neighbours.completion import HeldOut
from bundle_pipeline.mining.neighbours.covisitation import (
    pair_exponent,
    similarity,
    weight_of_items,
)
from bundle_pipeline.mining.neighbours.item_baskets import Floats, ItemBaskets, filled
from bundle_pipeline.mining.neighbours.linear import ridged_inverse
from bundle_pipeline.mining.neighbours.params import NeighbourParams
from bundle_pipeline.mining.neighbours.scores import BLOCK


def left_out_linear(items: ItemBaskets, left: HeldOut, params: NeighbourParams) -> Floats:
    """Scores of :func:`~bundle_pipeline.mining.neighbours.linear.fit_linear` on the other baskets.

    Args:
        items: Baskets; all cells of items by items are held.
        left: Those of ``items`` that are left out, each in its turn.
        params: How they weigh.

    Returns:
        Baskets by items; what is in a basket may score anything.
    """
    inverse = cast("Floats", ridged_inverse(items, params, np.float64).laid_out().cells)
    scores = np.empty((left.hidden.size, items.item_count))
    for start in range(0, left.hidden.size, BLOCK):
        block = slice(start, start + BLOCK)
        some = HeldOut(left.given[block], left.hidden[block])
        scores[block] = _linear(items, inverse, some, params)
    return scores


def left_out_covisitation(items: ItemBaskets, left: HeldOut, params: NeighbourParams) -> Floats:
    """The same of :func:`~bundle_pipeline.mining.neighbours.covisitation.fit_covisitation`.

    With all neighbours of an item, however many are kept.
    """
    exponent = pair_exponent(params)
    weighted = items.weighted(items.weights(exponent))
    both = cast("Floats", (items.matrix.T @ weighted).toarray())
    own = weight_of_items(items, exponent)
    scores = np.empty((left.hidden.size, items.item_count))
    start, indices = left.given.indptr, cast("Codes", left.given.indices)
    weight = _weight(left, exponent)
    # One basket at a time: all items beside each item of many large ones would take gigabytes.
    for row, (hidden, less) in enumerate(zip(left.hidden, weight, strict=True)):
        given = indices[start[row] : start[row + 1]]
        shared, other = both[given], own.copy()
        shared[:, hidden] -= less
        other[hidden] -= less
        one = (own[given] - less)[:, None]
        scores[row] = similarity(shared, one, other, params.shrinkage).sum(axis=0)
    return scores


def _weight(left: HeldOut, exponent: float) -> Floats:
    """Weight that each basket had, of one item more than what is left of it."""
    return cast("Floats", 1.0 / filled(left.given) ** exponent)


def _linear(items: ItemBaskets, inverse: Floats, left: HeldOut, params: NeighbourParams) -> Floats:
    weight = _weight(left, params.size_exponent)
    known = cast("Floats", left.given.toarray())
    whole = known.copy()
    whole[np.arange(left.hidden.size), left.hidden] = 1.0
    seen = whole @ inverse
    step = (weight / (1 - weight * (seen * whole).sum(axis=1)))[:, None]
    scores = -(known @ inverse + step * seen * (seen * known).sum(axis=1)[:, None])
    scores /= np.diagonal(inverse) + step * seen**2
    mean = max(items.basket_count.mean(), 1.0)
    count = np.maximum(items.basket_count - whole, 1.0)
    return scores / (count / mean) ** params.popularity_discount
