"""One pair that somebody asks about, whether or not it is stored: its counts, and what it lacks."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from bundle_pipeline.baskets.encoded import Codes, EncodedBaskets
from bundle_pipeline.mining.independence import independent_pair_counts
from bundle_pipeline.mining.occurrences import tallied
from bundle_pipeline.mining.pair_chance import expected_pair_counts
from bundle_pipeline.mining.pair_tests import LEVEL_OF_INTERVAL, level_share, pair_p_value
from bundle_pipeline.mining.params import MiningParams
from bundle_pipeline.statistics.poisson import critical_count

PairVerdict = Literal[
    "NEVER_SOLD",
    "NEVER_TOGETHER",
    "TOO_FEW",
    "NOT_ABOVE_CHANCE",
    "INDEPENDENT",
    "NOT_SURE",
    "SIGNIFICANT",
]

# How many times today's orders are looked ahead, and in which steps.
_MOST_TIMES = 1000.0
_STEP = 1.02


@dataclass(frozen=True)
class AskedPair:
    """Two variants in a shop's counted baskets."""

    verdict: PairVerdict
    """``NEVER_SOLD`` (one of them in no counted basket), ``NEVER_TOGETHER``, ``TOO_FEW`` (below
    ``min_basket_count``), ``NOT_ABOVE_CHANCE`` (no more often than expected), ``INDEPENDENT``
    (hardly more often than who buys one would buy what anybody does at the time), ``NOT_SURE``
    (q-value above ``max_q``) or ``SIGNIFICANT``."""
    basket_total: int
    """Counted baskets."""
    first_basket_count: int
    """Those with the first variant."""
    second_basket_count: int
    """Those with the second."""
    basket_count: int
    """Those with both."""
    expected_count: float
    """``basket_count`` by chance, given basket sizes and popularity."""
    independent_count: float
    """``basket_count`` if who buys one bought the other as often as anybody does at the time."""
    adjusted_lift: float | None
    """``basket_count`` over it; None where nothing is expected."""
    p_value: float
    """Chance of at least ``basket_count``."""
    q_value: float
    """Benjamini-Hochberg over all possible pairs; of pairs that aren't stored at most this."""
    max_q: float
    """The setting that a significant pair's q-value is within."""
    possible_pair_count: int
    """The family of tests."""
    customer_count: int | None
    """Distinct known customers behind it; None where the shop knows none."""
    needed_basket_count: int | None
    """Baskets with both that would be significant among as many as today; None if never sold. In
    a shop with wholesale orders fewer ordinary ones may do."""
    needed_basket_total: int | None
    """Counted baskets at which it would be, if it went on at today's lift; None if its lift isn't
    above 1, or a thousand times today's wouldn't do."""


def asked_pair(
    variant_ids: tuple[str, str],
    *,
    baskets: EncodedBaskets,
    pair_rules: pl.DataFrame,
    params: MiningParams,
) -> AskedPair:
    """Test a pair as :func:`~bundle_pipeline.mining.pair_rules.mine_pair_rules` does.

    Args:
        variant_ids: Two different variants.
        baskets: Counted baskets of the shop.
        pair_rules: ``PairRules`` mined from them with the same settings.
        params: Thresholds.
    """
    codes = [_code(baskets, variant_id) for variant_id in variant_ids]
    family = math.comb(baskets.variant_count, 2)
    stored = pair_rules.filter(antecedent_id=variant_ids[0], consequent_id=variant_ids[1])
    if any(code is None for code in codes):
        found = _Counted(count=0, expected=0.0, independent=0.0, customer_count=None, p_value=1.0)
    else:
        pair: Codes = np.array([sorted(codes)], dtype=np.int64)  # pyright: ignore[reportArgumentType] none is None
        found = _counted(baskets, pair, params)
    q_value = _q_value(stored, pair_rules, found.p_value, family)
    is_significant = stored.height > 0 and bool(stored.item(0, "is_significant"))
    bar = _bar(pair_rules, family, params) * level_share(baskets)
    is_sold = None not in codes
    return AskedPair(
        verdict=_verdict(found, params, is_sold=is_sold, is_significant=is_significant),
        basket_total=baskets.basket_count,
        first_basket_count=_basket_count(baskets, codes[0]),
        second_basket_count=_basket_count(baskets, codes[1]),
        basket_count=found.count,
        expected_count=found.expected,
        independent_count=found.independent,
        adjusted_lift=found.count / found.expected if found.expected > 0 else None,
        p_value=found.p_value,
        q_value=q_value,
        max_q=params.max_q,
        possible_pair_count=family,
        customer_count=found.customer_count,
        needed_basket_count=_needed(found, bar, params) if is_sold else None,
        needed_basket_total=_needed_total(found, baskets.basket_count, bar, params),
    )


@dataclass(frozen=True)
class _Counted:
    count: int
    expected: float
    independent: float
    customer_count: int | None
    p_value: float


def _code(baskets: EncodedBaskets, variant_id: str) -> int | None:
    found = baskets.variant_ids.index_of(variant_id)
    return None if found is None else int(found)


def _basket_count(baskets: EncodedBaskets, code: int | None) -> int:
    return 0 if code is None else int((baskets.variant == code).sum())


def _counted(baskets: EncodedBaskets, pair: Codes, params: MiningParams) -> _Counted:
    labels = np.zeros(baskets.basket_count, dtype=np.int64)
    tally = tallied(baskets, pair, labels, label_count=1)
    count = int(tally.baskets[0, 0])
    expected = float(expected_pair_counts(baskets, pair, params.null_model)[0])
    return _Counted(
        count=count,
        expected=expected,
        independent=float(independent_pair_counts(baskets, pair)[0]),
        customer_count=int(tally.customers[0]) if baskets.knows_customers else None,
        p_value=pair_p_value(baskets, pair, params, count=count, expected=expected),
    )


def _q_value(stored: pl.DataFrame, pair_rules: pl.DataFrame, p_value: float, family: int) -> float:
    if stored.height > 0:
        return float(stored.item(0, "q_value"))
    # Both directions of a pair are stored; those with a p-value as small come before it.
    before = pair_rules.filter(pl.col("p_value") <= p_value).height // 2
    return min(1.0, p_value * max(family, 1) / (before + 1))


def _bar(pair_rules: pl.DataFrame, family: int, params: MiningParams) -> float:
    """Largest p-value that would be significant beside today's pairs."""
    significant = pair_rules.filter("is_significant").height // 2
    return params.max_q * (significant + 1) / max(family, 1)


def _verdict(
    found: _Counted, params: MiningParams, *, is_sold: bool, is_significant: bool
) -> PairVerdict:
    obstacles: tuple[tuple[PairVerdict, bool], ...] = (
        ("NEVER_SOLD", not is_sold),
        ("NEVER_TOGETHER", found.count == 0),
        ("TOO_FEW", found.count < params.min_basket_count),
        ("NOT_ABOVE_CHANCE", found.count <= found.expected),
        (
            "INDEPENDENT",
            found.expected < found.independent
            and found.count < _dependent_count(found.independent),
        ),
        ("NOT_SURE", not is_significant),
    )
    for verdict, holds in obstacles:
        if holds:
            return verdict
    return "SIGNIFICANT"


def _needed(found: _Counted, bar: float, params: MiningParams, *, times: float = 1.0) -> int:
    level = min(bar, params.max_p_value)
    critical = int(critical_count(np.array([found.expected * times]), level)[0])
    return max(critical, _dependent_count(found.independent * times), params.min_basket_count)


def _dependent_count(independent: float) -> int:
    """Baskets with both from which on they don't look independent."""
    return int(critical_count(np.array([independent]), LEVEL_OF_INTERVAL)[0])


def _needed_total(
    found: _Counted, basket_total: int, bar: float, params: MiningParams
) -> int | None:
    if found.count <= max(found.expected, found.independent) or basket_total == 0:
        return None
    # More orders of the same kind raise what is seen and what is expected in proportion.
    times = 1.0
    while times <= _MOST_TIMES:
        if found.count * times >= _needed(found, bar, params, times=times):
            return math.ceil(basket_total * times)
        times *= _STEP
    return None
