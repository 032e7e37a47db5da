"""How many real pairs there are, and what the basket size limit costs and gains."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from bundle_pipeline.baskets.encoded import Codes, EncodedBaskets
from bundle_pipeline.mining.multiplicity import benjamini_hochberg
from bundle_pipeline.mining.occurrences import pair_occurrences
from bundle_pipeline.mining.pair_chance import expected_pair_counts
from bundle_pipeline.mining.pair_counts import frequent_pairs
from bundle_pipeline.mining.pair_rules import mine_pair_rules
from bundle_pipeline.mining.params import MiningParams, NullName
from bundle_pipeline.statistics.poisson import critical_count, upper_tail
from bundle_pipeline_tests.benchmarks.evidence.real_baskets import (
    NO_LIMIT,
    counted_baskets,
    encoded,
    split_by_time,
    with_frequent_variants,
)
from bundle_pipeline_tests.support.generators import Pairs
from bundle_pipeline_tests.support.oracles import pooled_expected_counts

NULLS: tuple[NullName, ...] = ("size_classes", "degrees")
OLDER_SHARE = 0.8
# The threshold that 24,684 pairs of uci_online_retail_2010 are stated for: older orders, variants
# and pairs in at least 5 of them, 1 % false ones.
_STATED_COUNT, _STATED_Q = 5, 0.01
_AGAIN_LEVEL = 0.05
_LIMITS = {"limit on": None, "limit off": NO_LIMIT}


@dataclass(frozen=True)
class Limited:
    """Pairs certified in the older orders, with and without the size limit."""

    null: NullName
    what: str
    pair_count: int
    again_share: float
    """Of them beyond chance (p <= 0.05) in the newest orders, among baskets of their size."""
    chance_share: float
    """What that would be if nothing went together; below 0.05, since counts are whole."""


def pairs_at_stated_threshold(data: Path, shop: str) -> Iterator[tuple[str, dict[str, int]]]:
    """Pairs of older orders that pass by either limit, by null; "pooled" has all sizes in one."""
    for name, limit in _LIMITS.items():
        older, _ = split_by_time(counted_baskets(data, shop, max_basket_size=limit), OLDER_SHARE)
        baskets = encoded(with_frequent_variants(older, _STATED_COUNT))
        pairs, count = frequent_pairs(baskets, _STATED_COUNT, MiningParams())
        expected = {null: expected_pair_counts(baskets, pairs, null) for null in NULLS}
        expected = {**expected, "pooled": pooled_expected_counts(baskets, pairs)}
        yield name, {null: _passing(baskets, count, each) for null, each in expected.items()}


def _passing(baskets: EncodedBaskets, count: Codes, expected: npt.NDArray[np.float64]) -> int:
    family = math.comb(baskets.variant_count, 2)
    q_values = benjamini_hochberg(upper_tail(count, expected), family_size=family)
    return int((q_values <= _STATED_Q).sum())


def pairs_at_own_threshold(data: Path, shop: str, null: NullName) -> dict[str, int]:
    """Significant pairs of all orders by default settings, with and without the size limit."""
    params = MiningParams(null_model=null)
    return {
        name: len(_significant(counted_baskets(data, shop, max_basket_size=limit), params))
        for name, limit in _LIMITS.items()
    }


def what_the_limit_does(data: Path, shop: str) -> Iterator[Limited]:
    """Pairs kept, lost and gained by the limit, and how many of each are seen again."""
    off, _ = split_by_time(counted_baskets(data, shop, max_basket_size=NO_LIMIT), OLDER_SHARE)
    on, newest = split_by_time(counted_baskets(data, shop), OLDER_SHARE)
    judge = encoded(newest)
    for null in NULLS:
        params = MiningParams(null_model=null)
        limited, unlimited = _significant(on, params), _significant(off, params)
        for what, pairs in (
            ("with and without it", limited & unlimited),
            ("lost by it", unlimited - limited),
            ("gained by it", limited - unlimited),
        ):
            yield Limited(null, what, len(pairs), *_again(judge, pairs))


def _significant(baskets: pl.DataFrame, params: MiningParams) -> Pairs:
    rules = mine_pair_rules(encoded(baskets), params).filter(
        "is_significant", pl.col("antecedent_id") < pl.col("consequent_id")
    )
    return set(rules.select("antecedent_id", "consequent_id").iter_rows())


def _again(judge: EncodedBaskets, pairs: Pairs) -> tuple[float, float]:
    code = {variant_id: number for number, variant_id in enumerate(judge.variant_ids)}
    known = sorted((code[a], code[b]) for a, b in pairs if a in code and b in code)
    if not known:
        return 0.0, 0.0
    codes = np.array(known)
    expected = expected_pair_counts(judge, codes, "size_classes")
    needed = critical_count(expected, _AGAIN_LEVEL)
    again = pair_occurrences(judge, codes).basket_counts() >= needed
    return int(again.sum()) / len(pairs), float(upper_tail(needed, expected).sum()) / len(pairs)
