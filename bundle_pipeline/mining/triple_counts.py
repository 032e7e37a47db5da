"""Exact counts of triples that significant pairs connect."""

from dataclasses import dataclass

import numpy as np

from bundle_pipeline.baskets.encoded import Codes, EncodedBaskets
from bundle_pipeline.mining.occurrences import ranges
from bundle_pipeline.mining.pair_counts import incidence, upper_counts


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
    encoded: EncodedBaskets, pairs: Codes, min_basket_count: int
) -> tuple[Codes, Codes]:
    """Triples of which at least two pairs are given, that enough baskets hold.

    Two such pairs share a variant. Around each variant, the baskets that hold it are narrowed to
    its partners, and the pairs of partners in them are counted.

    Args:
        encoded: Baskets.
        pairs: Distinct pairs of variant codes, shape (pairs, 2).
        min_basket_count: Fewest baskets.

    Returns:
        Variant codes, ascending, shape (triples, 3), sorted; and their basket counts.
    """
    both_ways = np.concatenate([pairs, pairs[:, ::-1]])
    order = np.lexsort((both_ways[:, 1], both_ways[:, 0]))
    partner = both_ways[order, 1]
    last = np.cumsum(np.bincount(both_ways[:, 0], minlength=encoded.variant_count))
    holders = _baskets_by_variant(encoded)
    triples = [np.empty((0, 4), dtype=np.int64)]
    for hub in np.flatnonzero(np.diff(last, prepend=0) > 1).tolist():
        partners = partner[(last[hub - 1] if hub else 0) : last[hub]]
        triples.append(_around(encoded, holders, hub, partners, min_basket_count))
    return _once(np.concatenate(triples))


def _once(found: Codes) -> tuple[Codes, Codes]:
    """Triples and counts, sorted; a triple of three given pairs was found around each variant."""
    order = np.lexsort((found[:, 2], found[:, 1], found[:, 0]))
    ordered = found[order]
    is_new = np.ones(len(ordered), dtype=np.bool_)
    is_new[1:] = (ordered[1:, :3] != ordered[:-1, :3]).any(axis=1)
    return ordered[is_new, :3], ordered[is_new, 3]


@dataclass(frozen=True)
class _Holders:
    """Baskets of each variant, one after the other, and where the lines of each basket start."""

    basket: Codes
    last: Codes
    line_start: Codes


def _baskets_by_variant(encoded: EncodedBaskets) -> _Holders:
    size = encoded.basket_size
    return _Holders(
        basket=encoded.basket[np.argsort(encoded.variant, kind="stable")],
        last=np.cumsum(np.bincount(encoded.variant, minlength=encoded.variant_count)),
        line_start=np.cumsum(size) - size,
    )


def _around(
    encoded: EncodedBaskets, holders: _Holders, hub: int, partners: Codes, min_basket_count: int
) -> Codes:
    baskets = holders.basket[(holders.last[hub - 1] if hub else 0) : holders.last[hub]]
    size = encoded.basket_size[baskets]
    lines = ranges(holders.line_start[baskets], size)
    narrowed = EncodedBaskets(
        variant_ids=encoded.variant_ids,
        basket=np.repeat(np.arange(baskets.size), size),
        variant=encoded.variant[lines],
        basket_size=size,
        customer=encoded.customer[baskets],
        is_ordered_in_time=encoded.is_ordered_in_time,
    )
    matrix = incidence(narrowed, partners)
    first, second, count = upper_counts(matrix.T @ matrix, min_basket_count)
    hubs = np.full(first.size, hub, dtype=np.int64)
    triples = np.sort(np.column_stack([hubs, partners[first], partners[second]]), axis=1)
    return np.column_stack([triples, count])
