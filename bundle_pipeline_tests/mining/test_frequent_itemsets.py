import warnings
from fractions import Fraction
from itertools import chain, combinations
from math import log

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.baskets.size_limit import BasketParams
from bundle_pipeline.mining.frequent_itemsets import association_rules, frequent_itemsets
from bundle_pipeline.mining.params import CountingParams
from bundle_pipeline_tests.support.frames import baskets_frame, shuffled
from bundle_pipeline_tests.support.generators import Noise, noise_shop
from bundle_pipeline_tests.support.oracles import basket_sets, mlxtend_itemsets, set_counts

PARAMS = CountingParams()
TENTH = Fraction(1, 10)


def test_itemsets_of_every_size_are_counted_in_order() -> None:
    found = frequent_itemsets(
        encode_baskets(
            baskets_frame("abc", "abc", "ab", "c", "abcd"), BasketParams(max_basket_size=3)
        ),
        2,
        max_size=3,
        params=PARAMS,
    )
    assert found.rows() == [
        (["a"], 3, 0.75),
        (["b"], 3, 0.75),
        (["c"], 3, 0.75),
        (["a", "b"], 3, 0.75),
        (["a", "c"], 2, 0.5),
        (["b", "c"], 2, 0.5),
        (["a", "b", "c"], 2, 0.5),
    ]


def test_the_measures_of_a_rule_match_the_hand_count() -> None:
    # 10 baskets: a and b in 4, a in 5, b in 6.
    baskets = baskets_frame(*["ab"] * 4, "a", *["b"] * 2, *["c"] * 3)
    rules = association_rules(
        encode_baskets(baskets), 1, max_size=2, min_confidence=TENTH, params=PARAMS
    )
    row = rules.row(by_predicate=pl.col("antecedent_ids") == ["a"], named=True)
    assert (row["consequent_ids"], row["basket_count"]) == (["b"], 4)
    assert (row["antecedent_basket_count"], row["consequent_basket_count"]) == (5, 6)
    wanted = {
        "support": 4 / 10,
        "confidence": 4 / 5,
        "lift": (4 / 10) / (5 / 10 * 6 / 10),
        "leverage": 4 / 10 - 5 / 10 * 6 / 10,
        "conviction": (1 - 6 / 10) / (1 - 4 / 5),
        "npmi": log(4 / 3) / -log(4 / 10),
        "zhang": (0.4 - 0.3) / max(0.4 * (1 - 0.5), 0.5 * (0.6 - 0.4)),
        "jaccard": 4 / 7,
        "cosine": 4 / 30**0.5,
        "kulczynski": (4 / 5 + 4 / 6) / 2,
        "certainty": (4 / 5 - 6 / 10) / (1 - 6 / 10),
    }
    assert {name: row[name] for name in wanted} == pytest.approx(wanted)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.text("abcde", min_size=1, max_size=5), min_size=1, max_size=15),
    st.integers(1, 3),
    st.integers(2, 5),
    st.fractions(0, 1, max_denominator=10),
)
def test_rules_equal_brute_force(
    baskets: list[str], fewest: int, max_size: int, min_confidence: Fraction
) -> None:
    rules = association_rules(
        encode_baskets(baskets_frame(*baskets)),
        fewest,
        max_size=max_size,
        min_confidence=min_confidence,
        params=PARAMS,
    )
    counts = {
        itemset: count
        for size in range(1, 6)
        for itemset, count in set_counts(baskets, size).items()
    }
    wanted = {
        (antecedent, tuple(item for item in itemset if item not in antecedent)): count
        for itemset, count in counts.items()
        if 2 <= len(itemset) <= max_size and count >= fewest
        for antecedent in chain.from_iterable(
            combinations(itemset, taken) for taken in range(1, len(itemset))
        )
        if Fraction(count, counts[antecedent]) >= min_confidence
    }
    columns = ("antecedent_ids", "consequent_ids", "basket_count")
    found = {(tuple(a), tuple(c)): count for a, c, count in rules.select(columns).rows()}
    assert found == wanted
    assert rules.height == len(wanted)


def test_a_rule_at_exactly_the_smallest_confidence_is_kept() -> None:
    # 1 of 10, in 24 baskets: the quotient of their shares is below 0.1 in floats.
    baskets = baskets_frame("ab", *["a"] * 9, *["c"] * 14)
    assert (1 / 24) / (10 / 24) < 0.1
    rules = association_rules(
        encode_baskets(baskets), 1, max_size=2, min_confidence=TENTH, params=PARAMS
    )
    assert rules.select("antecedent_ids", "consequent_ids").rows() == [
        (["a"], ["b"]),
        (["b"], ["a"]),
    ]
    above = association_rules(
        encode_baskets(baskets), 1, max_size=2, min_confidence=Fraction(101, 1000), params=PARAMS
    )
    assert above.get_column("antecedent_ids").to_list() == [["b"]]


def test_rules_and_measures_equal_those_of_mlxtend() -> None:
    baskets = noise_shop(Noise(order_count=300, variant_count=15), seed=1)
    # 0.0999 instead of 0.1: mlxtend loses rules whose confidence is exactly the threshold.
    wanted = _mlxtend_rules(basket_sets(baskets), 10, 0.0999)
    rules = association_rules(
        encode_baskets(baskets), 10, max_size=3, min_confidence=TENTH, params=PARAMS
    )
    assert rules.height == len(wanted) > 300
    names = {"zhang": "zhangs_metric"}
    # Its certainty divides by the absent share for negative values, too.
    rules = rules.with_columns(
        certainty=pl.when(pl.col("certainty") < 0)
        .then(1 - (1 - pl.col("confidence")) / (1 - pl.col("confidence") / pl.col("lift")))
        .otherwise("certainty")
    )
    for row in rules.iter_rows(named=True):
        theirs = wanted[tuple(row["antecedent_ids"]), tuple(row["consequent_ids"])]
        for name in ("support", "confidence", "lift", "leverage", "jaccard", "kulczynski",
                     "certainty", "zhang"):  # fmt: skip
            assert row[name] == pytest.approx(theirs[names.get(name, name)], abs=1e-9), name
        conviction = np.inf if row["conviction"] is None else row["conviction"]
        assert conviction == pytest.approx(theirs["conviction"])


@pytest.mark.parametrize("baskets", [[], ["a"], ["a", "b"]])
def test_shops_without_pairs_have_no_rules(baskets: list[str]) -> None:
    rules = association_rules(
        encode_baskets(baskets_frame(*baskets)), 1, max_size=3, min_confidence=TENTH, params=PARAMS
    )
    assert rules.is_empty()
    assert {"antecedent_ids", "zhang", "npmi"} <= set(rules.columns)


def test_the_measures_stay_in_range_where_all_baskets_are_the_same() -> None:
    rules = association_rules(
        encode_baskets(baskets_frame("ab", "ab")),
        1,
        max_size=2,
        min_confidence=TENTH,
        params=PARAMS,
    )
    assert rules.get_column("zhang").to_list() == [0.0, 0.0]
    assert rules.get_column("certainty").to_list() == [0.0, 0.0]
    assert rules.get_column("jaccard").to_list() == [1.0, 1.0]


def test_the_order_of_rows_does_not_matter() -> None:
    baskets = noise_shop(Noise(order_count=200, variant_count=15), seed=2)
    one, other = (
        association_rules(encode_baskets(frame), 3, max_size=3, min_confidence=TENTH, params=PARAMS)
        for frame in (baskets, shuffled(baskets, 5))
    )
    assert one.equals(other)


def _mlxtend_rules(
    baskets: list[list[str]], fewest: int, min_confidence: float
) -> dict[tuple[tuple[str, ...], tuple[str, ...]], dict[str, float]]:
    with warnings.catch_warnings():
        # It divides by 0.
        warnings.simplefilter("ignore")
        from mlxtend.frequent_patterns import association_rules as theirs  # noqa: PLC0415

        itemsets = mlxtend_itemsets(baskets, fewest, max_size=3)
        rules = theirs(itemsets, metric="confidence", min_threshold=min_confidence)
    return {
        (tuple(sorted(row["antecedents"])), tuple(sorted(row["consequents"]))): row
        for row in rules.to_dict("records")
    }
