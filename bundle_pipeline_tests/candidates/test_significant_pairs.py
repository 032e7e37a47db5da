"""Suggestions of pairs."""

import pytest

from bundle_pipeline.candidates.significant_pairs import suggested_by_pairs
from bundle_pipeline_tests.support.frames import shuffled
from bundle_pipeline_tests.support.mined import pair, pair_rules_frame


def test_evidence_of_bread_and_butter_matches_the_hand_count() -> None:
    # 1000 baskets: bread in 100, butter in 50, both in 20.
    # P(bread | butter) = 20 / 50 beats P(butter | bread) = 20 / 100, so butter is the anchor.
    rules = pair_rules_frame(
        pair("bread", "butter", count=20, counts=(100, 50), basket_total=1000, p_value=0.001)
    )
    found = suggested_by_pairs(rules).row(0, named=True)
    assert (found["kind"], found["backing"]) == ("FBT", "proven")
    assert found["members"] == [
        {"variant_id": "butter", "quantity": 1, "role": "anchor"},
        {"variant_id": "bread", "quantity": 1, "role": "add_on"},
    ]
    assert found["provenance"] == ["significant_pair"]
    evidence = found["evidence"]
    assert evidence["basket_count"] == 20
    assert evidence["support"] == pytest.approx(0.02)
    assert evidence["confidence"] == pytest.approx(0.4)
    assert evidence["reverse_confidence"] == pytest.approx(0.2)
    assert evidence["lift"] == pytest.approx(4.0)
    assert evidence["leverage"] == pytest.approx(0.015)
    assert evidence["p_value"] == pytest.approx(0.001)


def test_both_directions_of_a_pair_make_one_suggestion() -> None:
    rules = pair_rules_frame(pair("a", "b", count=5, counts=(9, 8), basket_total=99))
    assert suggested_by_pairs(rules).height == 1


def test_equal_confidences_go_to_the_smaller_variant_id_in_any_row_order() -> None:
    rules = pair_rules_frame(pair("z", "b", count=5, counts=(9, 9), basket_total=99))
    for seed in range(8):
        (found,) = suggested_by_pairs(shuffled(rules, seed)).to_dicts()
        assert found["members"][0]["variant_id"] == "b"


def test_pairs_within_chance_suggest_nothing() -> None:
    rules = pair_rules_frame(
        pair("a", "b", count=5, counts=(9, 9), basket_total=99, is_significant=False)
    )
    assert suggested_by_pairs(rules).is_empty()
