"""Suggestions of itemsets."""

import math
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.candidates.identity import offered
from bundle_pipeline.candidates.significant_itemsets import suggested_by_itemsets
from bundle_pipeline_tests.support.frames import shuffled
from bundle_pipeline_tests.support.mined import (
    Row,
    item_counts_frame,
    itemset,
    itemsets_frame,
    pair,
    pair_rules_frame,
)


def test_evidence_of_a_triple_matches_the_hand_count() -> None:
    # 100 baskets: a in 20, b in 10, c in 25; b is the rarest, so P(a, c | b) = 5 / 10 is the best.
    # a and c together in 8.
    found = suggested_by_itemsets(
        itemsets_frame(itemset("abc", count=5, basket_total=100, q_value=0.01)),
        pair_rules=pair_rules_frame(pair("a", "c", count=8, counts=(20, 25), basket_total=100)),
        item_counts=item_counts_frame({"a": 20, "b": 10, "c": 25}, basket_total=100),
    ).row(0, named=True)
    assert (found["kind"], found["backing"]) == ("FBT", "proven")
    assert [(each["variant_id"], each["role"]) for each in found["members"]] == [
        ("b", "anchor"),
        ("a", "add_on"),
        ("c", "add_on"),
    ]
    assert found["provenance"] == ["significant_itemset"]
    chance = 0.2 * 0.1 * 0.25  # 0.005
    assert found["evidence"] == {
        "basket_count": 5,
        "support": pytest.approx(0.05),
        "confidence": pytest.approx(0.5),
        "confidence_low": pytest.approx(0.236593, abs=1e-6),  # Wilson, 5 of 10
        "reverse_confidence": pytest.approx(5 / 8),
        "lift": pytest.approx(10.0),
        "leverage": pytest.approx(0.05 - chance),
        "conviction": pytest.approx((1 - 0.08) / (1 - 0.5)),
        "npmi": pytest.approx(math.log(10) / (-2 * math.log(0.05))),
        "expected_count": 5.0,
        "adjusted_lift": 4.0,
        "adjusted_lift_low": 2.44,
        "adjusted_lift_high": 6.18,
        "p_value": 1e-7,
        "q_value": 0.01,
        "customer_count": 18,
        "held_out": "replicated",
        "held_out_power": 0.9,
        "held_out_count": 4,
        "held_out_expected_count": 1.0,
    }


def test_an_unstored_add_on_pair_counts_as_often_as_its_rarer_item() -> None:
    found = suggested_by_itemsets(
        itemsets_frame(itemset("abc", count=5, basket_total=100)),
        pair_rules=pair_rules_frame(),
        item_counts=item_counts_frame({"a": 20, "b": 10, "c": 25}, basket_total=100),
    ).item(0, "evidence")
    assert found["reverse_confidence"] == pytest.approx(5 / 20)
    assert found["conviction"] == pytest.approx((1 - 0.2) / (1 - 0.5))


def test_items_in_every_basket_are_neither_attracted_nor_surprising() -> None:
    found = suggested_by_itemsets(
        itemsets_frame(itemset("abc", count=7, basket_total=7)),
        pair_rules=pair_rules_frame(pair("b", "c", count=7, counts=(7, 7), basket_total=7)),
        item_counts=item_counts_frame({"a": 7, "b": 7, "c": 7}, basket_total=7),
    ).row(0, named=True)
    assert found["members"][0]["variant_id"] == "a"
    evidence = found["evidence"]
    assert (evidence["npmi"], evidence["lift"], evidence["conviction"]) == (0.0, 1.0, None)


def test_items_that_are_never_apart_have_npmi_1() -> None:
    found = suggested_by_itemsets(
        itemsets_frame(itemset("abc", count=3, basket_total=10)),
        pair_rules=pair_rules_frame(pair("b", "c", count=3, counts=(3, 3), basket_total=10)),
        item_counts=item_counts_frame({"a": 3, "b": 3, "c": 3}, basket_total=10),
    ).item(0, "evidence")
    assert found["npmi"] == pytest.approx(1.0)


def test_no_itemsets_suggest_nothing() -> None:
    found = suggested_by_itemsets(
        itemsets_frame(), pair_rules=pair_rules_frame(), item_counts=item_counts_frame()
    )
    assert found.is_empty()


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.frozensets(st.sampled_from("abcd"), min_size=1), min_size=3, max_size=30),
    st.integers(0, 3),
)
def test_triples_match_counting_every_basket(baskets: list[frozenset[str]], seed: int) -> None:
    def held(wanted: set[str]) -> int:
        return sum(wanted <= basket for basket in baskets)

    def probability(wanted: set[str]) -> float:
        return held(wanted) / len(baskets)

    triples = [set(triple) for triple in combinations("abcd", 3) if held(set(triple)) > 0]
    pairs = [
        pair(x, y, count=held({x, y}), counts=(held({x}), held({y})), basket_total=len(baskets))
        for x, y in combinations("abcd", 2)
        if held({x, y}) > 0
    ]
    itemsets: list[Row] = [
        itemset(sorted(triple), count=held(triple), basket_total=len(baskets)) for triple in triples
    ]
    counts = {item: held({item}) for item in "abcd" if held({item}) > 0}
    found = suggested_by_itemsets(
        shuffled(itemsets_frame(*itemsets), seed),
        pair_rules=shuffled(pair_rules_frame(*pairs), seed),
        item_counts=shuffled(item_counts_frame(counts, basket_total=len(baskets)), seed),
    )
    assert found.height == len(triples)
    for row in found.to_dicts():
        anchor, *add_ons = [each["variant_id"] for each in row["members"]]
        others, evidence = set(add_ons), row["evidence"]
        everything = others | {anchor}
        joint, chance = probability(everything), math.prod(probability({i}) for i in everything)
        best = max(held(everything) / held({item}) for item in everything)
        assert evidence["confidence"] == pytest.approx(best)
        assert evidence["reverse_confidence"] == pytest.approx(held(everything) / held(others))
        assert evidence["lift"] == pytest.approx(joint / chance)
        assert evidence["leverage"] == pytest.approx(joint - chance)
        assert evidence["confidence_low"] <= evidence["confidence"]
        if best < 1:
            conviction = (1 - probability(others)) / (1 - best)
            assert evidence["conviction"] == pytest.approx(conviction)


def test_shuffled_rows_give_the_same_floats() -> None:
    counts = {"a": 7, "b": 11, "c": 13, "d": 17}
    itemsets = itemsets_frame(
        *[itemset(triple, count=3, basket_total=97) for triple in combinations("abcd", 3)]
    )
    results = [
        suggested_by_itemsets(
            shuffled(itemsets, seed),
            pair_rules=pair_rules_frame(),
            item_counts=shuffled(item_counts_frame(counts, basket_total=97), seed),
        ).sort(offered("members"))
        for seed in range(4)
    ]
    assert all(result.equals(results[0]) for result in results)
