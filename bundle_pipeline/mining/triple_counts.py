"""Exact counts of triples that significant pairs connect."""

from dataclasses import dataclass

import numpy as np

from bundle_pipeline.baskets.encoded import Codes, EncodedBaskets
from bundle_pipeline.mining.counting import count_connected_triples
from bundle_pipeline.mining.params import MiningParams


@dataclass(frozen=True)
class Grown:
    """Pairs that triples are grown from."""

    pairs: Codes
    """Variant codes, shape (pairs, 2)."""
    candidate_count: int
    """Triples that two or three of them connect; those of three count three times."""
    left_out_count: int
    """Pairs left out to hold the candidates within the limit."""


def pairs_to_grow(pairs: Codes, variant_count: int, *, max_candidates: int) -> Grown:
    """As many pairs as the limit on candidate triples allows, surest first.

    A variant with k partners makes ``k * (k - 1) / 2`` candidates.

    Args:
        pairs: Significant pairs, surest first, shape (pairs, 2).
        variant_count: Variants of the shop.
        max_candidates: Most candidates.
    """

    def candidates(used: int) -> int:
        partners = np.bincount(pairs[:used].ravel(), minlength=variant_count)
        return int((partners * (partners - 1) // 2).sum())

    fitting, too_many = 0, len(pairs) + 1
    while too_many - fitting > 1:
        middle = (fitting + too_many) // 2
        if candidates(middle) <= max_candidates:
            fitting = middle
        else:
            too_many = middle
    return Grown(pairs[:fitting], candidates(fitting), len(pairs) - fitting)


def frequent_triples(
    encoded: EncodedBaskets, pairs: Codes, params: MiningParams
) -> tuple[Codes, Codes]:
    """Triples of which at least two pairs are given, that enough baskets hold.

    Args:
        encoded: Baskets.
        pairs: Distinct pairs of variant codes, smaller first, shape (pairs, 2).
        params: ``min_basket_count``, and the engine.

    Returns:
        Variant codes, ascending, shape (triples, 3), sorted; and their basket counts.
    """
    triples = count_connected_triples(encoded, pairs, params.min_basket_count, params=params)
    return triples.items.astype(np.int64), triples.basket_count.astype(np.int64)
