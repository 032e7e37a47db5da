"""How a method would complete baskets that it was fitted on: each is left out of what is learnt.

One variant of each of some baskets is hidden, and the others have to name it. Leaving a basket x
out takes no new fit: with ``P = (X' W X + ridge)^-1`` and its weight w

``P - P without it = -w P x x' P / (1 - w x' P x)`` (Sherman and Morrison, Annals of Mathematical
Statistics 1950),

and from what its variants share with each other and have on their own w is taken off.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from bundle_pipeline.baskets.encoded import Codes
from bundle_pipeline.mining.neighbours.completion import HeldOut, held_out, places_of
from bundle_pipeline.mining.neighbours.covisitation import (
    pair_exponent,
    similarity,
    weight_of_items,
)
from bundle_pipeline.mining.neighbours.item_baskets import Floats, ItemBaskets
from bundle_pipeline.mining.neighbours.linear import ridged_inverse
from bundle_pipeline.mining.neighbours.params import NeighbourParams
from bundle_pipeline.mining.neighbours.scores import BLOCK

# Enough to tell half a percentage point of hits.
_MOST_BASKETS = 3000


@dataclass(frozen=True)
class LeftOut:
    """Baskets that were completed without having been learnt from."""

    hidden: Codes
    """Item that was taken out of each."""
    places: Floats
    """Place of it from 1: shares of co-visitation by baskets."""


@dataclass(frozen=True)
class _Learnt:
    """What all baskets say."""

    items: ItemBaskets
    params: NeighbourParams
    inverse: Floats
    """P of the linear model."""
    shared: Floats
    """Weighted baskets of two items."""
    own: Floats
    """Weighted baskets of each item."""


def left_out(items: ItemBaskets, params: NeighbourParams, blends: Sequence[float]) -> LeftOut:
    """Places of hidden items by blends fitted without their baskets, for some baskets.

    Scores are those of :func:`~bundle_pipeline.mining.neighbours.linear.fit_linear` on the other
    baskets, and some times those of
    :func:`~bundle_pipeline.mining.neighbours.covisitation.fit_covisitation` with all neighbours.

    Args:
        items: Baskets; all cells of items by items are held.
        params: How they weigh.
        blends: How many times co-visitation is added; 0 is the linear model alone.
    """
    baskets = held_out(items, max_baskets=_MOST_BASKETS)
    exponent = pair_exponent(params)
    weighted = items.weighted(items.weights(exponent))
    learnt = _Learnt(
        items,
        params,
        inverse=cast("Floats", ridged_inverse(items, params, np.float64).laid_out().cells),
        shared=cast("Floats", (items.matrix.T @ weighted).toarray()),
        own=weight_of_items(items, exponent),
    )
    places = [
        np.empty((len(blends), 0)),
        *(
            _places(learnt, baskets, blends, slice(start, start + BLOCK))
            for start in range(0, baskets.hidden.size, BLOCK)
        ),
    ]
    return LeftOut(baskets.hidden, np.concatenate(places, axis=1))


def _places(learnt: _Learnt, left: HeldOut, blends: Sequence[float], block: slice) -> Floats:
    given, hidden = left.given[block], left.hidden[block]
    linear = _linear(learnt, HeldOut(given, hidden))
    shared = np.zeros_like(linear)
    if any(blends):
        shared = _covisitation(learnt, HeldOut(given, hidden))
    count = learnt.items.basket_count
    return np.stack([places_of(linear + each * shared, given, hidden, count) for each in blends])


def _weight(left: HeldOut, exponent: float) -> Floats:
    """Weight that each basket had, of one item more than what is left of it."""
    return 1.0 / np.diff(left.given.indptr) ** exponent


def _linear(learnt: _Learnt, left: HeldOut) -> Floats:
    """Scores of the linear model without each basket."""
    weight = _weight(left, learnt.params.size_exponent)
    row = np.arange(left.hidden.size)
    known = cast("Floats", left.given.toarray())
    whole = known.copy()
    whole[row, left.hidden] = 1.0
    seen = whole @ learnt.inverse
    step = (weight / (1 - weight * (seen * whole).sum(axis=1)))[:, None]
    scores = -(known @ learnt.inverse + step * seen * (seen * known).sum(axis=1)[:, None])
    scores /= np.diagonal(learnt.inverse) + step * seen**2
    basket_count = learnt.items.basket_count
    mean = max(basket_count.mean(), 1.0)
    count = np.maximum(basket_count - whole, 1.0)
    return scores / (count / mean) ** learnt.params.popularity_discount


def _covisitation(learnt: _Learnt, left: HeldOut) -> Floats:
    """Scores of co-visitation without each basket, but for what is left of it itself."""
    start = left.given.indptr
    row = np.repeat(np.arange(left.hidden.size), np.diff(start))
    given, hidden = cast("Codes", left.given.indices), left.hidden[row]
    less = _weight(left, pair_exponent(learnt.params))[row]
    shared = learnt.shared[given]
    own = np.repeat(learnt.own[None, :], given.size, axis=0)
    cell = np.arange(given.size), hidden
    shared[cell] -= less
    own[cell] -= less
    scores = similarity(shared, (learnt.own[given] - less)[:, None], own, learnt.params.shrinkage)
    # Each basket has at least one item left.
    return np.add.reduceat(scores, start[:-1], axis=0)
