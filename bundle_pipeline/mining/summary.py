"""What a shop's orders can show at all: for metadata, and for the message of an empty result."""

import math
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from bundle_pipeline.baskets.encoded import EncodedBaskets
from bundle_pipeline.mining.itemsets import grown_pairs
from bundle_pipeline.mining.pair_counts import frequent_pairs, variant_counts
from bundle_pipeline.mining.params import MiningParams
from bundle_pipeline.statistics.poisson import critical_count, detectable_mean

# A pair is detectable where an association of that strength would be found 4 times in 5.
_POWER = 0.8
# Twice as often as chance is the weakest association a merchandiser would act on.
_WORTHWHILE_LIFT = 2.0
# Expected counts that are tried for "how many more orders": 1/1000 to 100,000, 1 % apart.
_EXPECTED_GRID = np.geomspace(1e-3, 1e5, 1852)


@dataclass(frozen=True)
class Power:
    """What associations a shop's orders are enough to show; None where no basket holds two."""

    smallest_detectable_lift: float | None
    """Adjusted lift that a typical pair needs to be found significant with a chance of 0.8.

    Typical: two variants as popular as that of the median order line, so that half of what the
    shop sells is at least as popular. (The median variant would be one that hardly sells: its pairs
    could never be seen.)"""
    baskets_for_double: int | None
    """Counted baskets that the shop would need for a typical pair that is bought together twice as
    often as chance to be found with a chance of 0.8."""


@dataclass(frozen=True)
class MiningSummary(Power):
    """Numbers behind a shop's pairs and triples."""

    basket_count: int
    """N: counted baskets."""
    multi_basket_count: int
    """Those of at least two variants; only they can show a pair."""
    line_count: int
    """L: distinct variants of the counted baskets, added up."""
    variant_count: int
    """K: variants in counted baskets."""
    possible_pair_count: int
    """K * (K - 1) / 2: the family of tests."""
    tested_pair_count: int
    """Pairs in at least ``min_basket_count`` baskets."""
    stored_pair_count: int
    """Pairs in ``pair_rules``."""
    significant_pair_count: int
    """Pairs with q within ``max_q``."""
    expected_false_count: float
    """False pairs among the significant, at most, on average: ``max_q`` times their number."""
    itemset_count: int
    """Significant triples."""
    ungrown_pair_count: int
    """Significant pairs that triples were not grown from, to hold the limit on candidates."""


def mining_summary(
    baskets: EncodedBaskets,
    pair_rules: pl.DataFrame,
    itemsets: pl.DataFrame,
    params: MiningParams,
) -> MiningSummary:
    """Numbers behind a shop's pairs and triples.

    Args:
        baskets: Counted baskets of the shop.
        pair_rules: Mined from them.
        itemsets: Grown from those.
        params: The parameters of both.
    """
    significant = _significant_pair_count(pair_rules)
    return MiningSummary(
        **asdict(mining_power(baskets, pair_rules, params)),
        basket_count=baskets.basket_count,
        multi_basket_count=int((baskets.basket_size > 1).sum()),
        line_count=baskets.line_count,
        variant_count=baskets.variant_count,
        possible_pair_count=math.comb(baskets.variant_count, 2),
        tested_pair_count=len(frequent_pairs(baskets, params.min_basket_count, params)[1]),
        # Each has a row per direction.
        stored_pair_count=pair_rules.height // 2,
        significant_pair_count=significant,
        expected_false_count=params.max_q * significant,
        itemset_count=itemsets.height,
        ungrown_pair_count=grown_pairs(baskets, pair_rules, params).left_out_count,
    )


def mining_power(baskets: EncodedBaskets, pair_rules: pl.DataFrame, params: MiningParams) -> Power:
    """What associations a shop's orders are enough to show, by the bar that its pairs had to pass.

    Args:
        baskets: Counted baskets of the shop.
        pair_rules: Mined from them.
        params: The parameters of that.
    """
    expected = typical_expected_count(baskets)
    if not expected:
        return Power(smallest_detectable_lift=None, baskets_for_double=None)
    possible = math.comb(baskets.variant_count, 2)
    bar = params.max_q * max(_significant_pair_count(pair_rules), 1) / max(possible, 1)
    return Power(
        smallest_detectable_lift=_smallest_lift(expected, bar, params),
        baskets_for_double=_baskets_for_double(baskets.basket_count, expected, bar, params),
    )


def _significant_pair_count(pair_rules: pl.DataFrame) -> int:
    return int(pair_rules.get_column("is_significant").sum()) // 2


def typical_expected_count(encoded: EncodedBaskets) -> float:
    """Baskets expected to hold two typical variants by chance; 0 where no basket holds two.

    ``(c / L) ** 2 * sum of |o| * (|o| - 1)``, with c the popularity of the median line's variant.
    """
    if encoded.line_count == 0:
        return 0.0
    popularity = np.sort(variant_counts(encoded))[::-1]
    typical = popularity[np.searchsorted(np.cumsum(popularity), encoded.line_count / 2)]
    room = int((encoded.basket_size * (encoded.basket_size - 1)).sum())
    return float((typical / encoded.line_count) ** 2 * room)


def _smallest_lift(expected: float, bar: float, params: MiningParams) -> float:
    return float(_needed_mean(np.array([expected]), bar, params)[0] / expected)


def _baskets_for_double(
    basket_count: int, expected: float, bar: float, params: MiningParams
) -> int:
    """More orders of the same kind raise the expected count in proportion; the bar stays."""
    enough = _needed_mean(_EXPECTED_GRID, bar, params) <= _WORTHWHILE_LIFT * _EXPECTED_GRID
    # The bar is a whole count, so detectability has small dents; after the last one it holds.
    first = int(np.flatnonzero(~enough)[-1]) + 1 if not enough.all() else 0
    reached = _EXPECTED_GRID[min(first, _EXPECTED_GRID.size - 1)]
    return math.ceil(basket_count * reached / expected)


def _needed_mean(
    expected: npt.NDArray[np.float64], bar: float, params: MiningParams
) -> npt.NDArray[np.float64]:
    """Mean count that is significant with enough power."""
    needed = np.maximum(critical_count(expected, bar), params.min_basket_count)
    return detectable_mean(needed, _POWER)
