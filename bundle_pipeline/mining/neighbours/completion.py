"""Basket completion: one variant of a held-out basket is hidden; which place does it get?

The protocol by which recommenders of items are compared: hide one item, rank all others beside the
rest (Deshpande and Karypis, TOIS 2004). It judges a method, not a pair.
"""

from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from bundle_pipeline.baskets.encoded import Codes, EncodedBaskets
from bundle_pipeline.mining.neighbours.item_baskets import (
    Floats,
    ItemBaskets,
    SparseMatrix,
    csr_array,
)
from bundle_pipeline.mining.neighbours.scores import BLOCK, ItemScores, Scores

# Places that are looked at: what fits on a page.
PLACES = 10
# The most popular items that make up half of all lines are the head, the others the tail.
_HEAD_SHARE = 0.5
_SEED = 0


@dataclass(frozen=True)
class HeldOut:
    """Baskets to complete: what is left of each, and what was taken out."""

    given: SparseMatrix
    """Baskets by items, without the hidden ones."""
    hidden: Codes
    """Item that was taken out of each."""


@dataclass(frozen=True)
class Completion:
    """How well a method completes held-out baskets."""

    basket_count: int
    """Baskets that were completed."""
    hit_rate: float
    """Share of them in which the hidden item is among the first 10; 0 without baskets."""
    mean_reciprocal_rank: float
    """Mean of 1 / place, 0 beyond 10."""
    tail_basket_count: int
    """Baskets whose hidden item is of the tail."""
    tail_hit_rate: float | None
    """Share of those in which it is among the first 10; None if there are none."""


def in_turn(encoded: EncodedBaskets) -> EncodedBaskets:
    """Baskets in the order in which they are split: of time, or drawn where there are no times."""
    if encoded.is_ordered_in_time:
        return encoded
    # The legacy generator's streams are frozen, so the split is the same with every release.
    drawn = np.random.RandomState(_SEED).permutation(encoded.basket_count)
    return encoded.in_order(drawn)


def held_out(items: ItemBaskets, *, max_baskets: int, seed: int = _SEED) -> HeldOut:
    """Hide one item, drawn from a fixed seed, of each basket with at least two.

    Args:
        items: Held-out baskets over the items of the method.
        max_baskets: Most baskets; drawn above it.
        seed: Of both draws.
    """
    rng = np.random.default_rng(seed)
    size = items.basket_size
    basket = np.flatnonzero(size > 1)
    chosen = items.matrix.indptr[basket] + (rng.random(basket.size) * size[basket]).astype(np.int64)
    if basket.size > max_baskets:
        drawn = np.sort(rng.choice(basket.size, max_baskets, replace=False))
        basket, chosen = basket[drawn], chosen[drawn]
    hidden = items.matrix.indices[chosen].astype(np.int64)
    given = items.matrix[basket]
    start = cast("Codes", given.indptr)
    kept = given.indices != np.repeat(hidden, np.diff(start))
    # One was taken out of each row before it.
    start = start - np.arange(start.size)
    shape = (basket.size, items.item_count)
    return HeldOut(csr_array((given.data[kept], given.indices[kept], start), shape=shape), hidden)


def completion(scores: ItemScores, baskets: HeldOut, basket_count: Codes) -> Completion:
    """How well a method completes baskets.

    Args:
        scores: The method, fitted on other baskets.
        baskets: To complete.
        basket_count: Baskets of each item among those it was fitted on: more popular items come
            first where scores tie, and where those tie too, the place is the middle one.
    """
    place = places(scores, baskets, basket_count)
    hit = place <= PLACES
    tail = ~head(basket_count)[baskets.hidden]
    return Completion(
        basket_count=place.size,
        hit_rate=float(hit.sum()) / max(place.size, 1),
        mean_reciprocal_rank=float((1.0 / place[hit]).sum()) / max(place.size, 1),
        tail_basket_count=int(tail.sum()),
        tail_hit_rate=float(hit[tail].mean()) if tail.any() else None,
    )


def places(scores: ItemScores, baskets: HeldOut, basket_count: Codes) -> Floats:
    """Place of the hidden item of each basket, from 1; see :func:`completion`."""
    return np.concatenate(
        [
            np.empty(0),
            *(
                _places_in_block(scores, baskets, slice(start, start + BLOCK), basket_count)
                for start in range(0, baskets.hidden.size, BLOCK)
            ),
        ]
    )


def head(basket_count: Codes) -> npt.NDArray[np.bool_]:
    """Which items are the head: the most popular ones that make up half of all lines."""
    popular = np.argsort(-basket_count, kind="stable")
    lines = np.cumsum(basket_count[popular])
    half = lines[-1] * _HEAD_SHARE if lines.size else 0.0
    is_head = np.zeros(basket_count.size, dtype=np.bool_)
    is_head[popular[: int(np.searchsorted(lines, half)) + 1]] = True
    return is_head


def _places_in_block(
    scores: ItemScores, baskets: HeldOut, block: slice, basket_count: Codes
) -> Floats:
    given, hidden = baskets.given[block], baskets.hidden[block]
    return places_of(scores.of(given), given, hidden, basket_count)


def places_of(found: Scores, given: SparseMatrix, hidden: Codes, basket_count: Codes) -> Floats:
    """Place of each basket's hidden item among the items that aren't in it, from 1.

    Args:
        found: Scores of baskets by items; what is in a basket is struck out in place.
        given: What is left of the baskets.
        hidden: Item that was taken out of each.
        basket_count: Baskets of each item, for ties.
    """
    # What is in the basket already isn't offered.
    found[np.repeat(np.arange(hidden.size), np.diff(given.indptr)), given.indices] = -np.inf
    own = found[np.arange(hidden.size), hidden][:, None]
    popularity = basket_count[hidden][:, None]
    above = found > own
    level = found == own
    above |= level & (basket_count > popularity)
    level &= basket_count == popularity
    # The hidden item is level with itself.
    return above.sum(axis=1) + (level.sum(axis=1) - 1) / 2 + 1
