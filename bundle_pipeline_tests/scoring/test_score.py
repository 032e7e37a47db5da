"""Scores of candidates."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from pydantic import ValidationError

from bundle_pipeline.errors import ConfigError
from bundle_pipeline.schemas.bundles import SCORE_COMPONENTS, ScoredBundles
from bundle_pipeline.schemas.mining import HELD_OUT_VERDICTS
from bundle_pipeline.scoring.score import ScoringParams, score_bundles
from bundle_pipeline.scoring.weights import Weights
from bundle_pipeline.settings.layers import parsed_layer, resolved
from bundle_pipeline_tests.support.bundles import (
    Row,
    bundle_item,
    candidate,
    candidate_bundles,
    evidence,
    stock,
)
from bundle_pipeline_tests.support.frames import shuffled

ROWS = st.builds(
    lambda facts, held, price: candidate(
        bundle_item("a"),
        bundle_item("b", unit_price_minor=price),
        evidence=evidence(**facts),
        stock=held,
    ),
    st.fixed_dictionaries(
        {
            "basket_count": st.integers(1, 10_000),
            "expected_count": st.floats(0, 10_000),
            "adjusted_lift_low": st.floats(0, 1e6),
            "confidence_low": st.floats(0, 1),
            "held_out": st.sampled_from(HELD_OUT_VERDICTS),
        }
    ),
    st.builds(
        lambda quantity, days: stock(feasible_quantity=quantity, days_of_cover=days),
        st.none() | st.integers(0, 10**9),
        st.none() | st.floats(0, 1e9),
    ),
    st.none() | st.integers(0, 10**9),
)


def frame_of(rows: list[Row]) -> pl.DataFrame:
    return candidate_bundles(*[row | {"bundle_id": f"{n:03}"} for n, row in enumerate(rows)])


def test_a_score_worked_out_by_hand() -> None:
    row = candidate(
        bundle_item("a"),
        bundle_item("b"),
        evidence=evidence(adjusted_lift_low=2.0, confidence_low=0.2, held_out="untested"),
        stock=stock(feasible_quantity=None, days_of_cover=None),
    )
    found = score_bundles(candidate_bundles(row), ScoringParams()).row(0, named=True)
    assert found["scores"] == {
        "evidence": 0.5,
        "confidence": 0.2,
        "reach": 1.0,
        "replication": 0.5,
        "price_sanity": 1.0,
        "availability": 0.8,
    }
    expected = 0.3 * 0.5 + 0.15 * 0.2 + 0.3 * 1 + 0.1 * 0.5 + 0.05 * 1 + 0.1 * 0.8
    assert found["score"] == pytest.approx(expected)


@settings(max_examples=30, deadline=None)
@given(st.lists(ROWS, max_size=12), st.integers(0, 9))
def test_stored_contributions_add_up_to_the_score_exactly_in_any_row_order(
    rows: list[Row], seed: int
) -> None:
    candidates = frame_of(rows)
    found = score_bundles(shuffled(candidates, seed), ScoringParams())
    weights = Weights().by_component()
    for row in found.to_dicts():
        contributions = row["contributions"]
        total = 0.0
        for name in SCORE_COMPONENTS:
            assert contributions[name] == row["scores"][name] * weights[name]
            total += contributions[name]
        assert row["score"] == total
    assert_frame_equal(found, score_bundles(candidates, ScoringParams()), check_exact=True)


def test_a_perfect_bundle_scores_at_most_1_with_weights_that_round() -> None:
    row = candidate(
        bundle_item("a"),
        bundle_item("b"),
        evidence=evidence(adjusted_lift_low=1e300, confidence_low=1.0),
        stock=stock(feasible_quantity=10**6, days_of_cover=None),
    )
    # 0.05 + 0.05 + 0.1 + 0.4 + 0.3 + 0.1 is 1.0000000000000002 in floats
    shares = [0.05, 0.05, 0.1, 0.4, 0.3, 0.1]
    weights = Weights(**dict(zip(SCORE_COMPONENTS, shares, strict=True)))
    found = score_bundles(candidate_bundles(row), ScoringParams(weights=weights))
    assert sum(shares) > 1
    assert found.item(0, "score") == 1.0


def test_a_weight_of_1_ranks_by_that_component_alone() -> None:
    nothing = dict.fromkeys(SCORE_COMPONENTS, 0.0)
    weights = Weights.model_validate(nothing | {"confidence": 1.0})
    row = candidate(bundle_item("a"), bundle_item("b"), evidence=evidence(confidence_low=0.37))
    found = score_bundles(candidate_bundles(row), ScoringParams(weights=weights))
    assert found.item(0, "score") == 0.37


def test_weights_cover_every_component() -> None:
    assert tuple(Weights().by_component()) == SCORE_COMPONENTS
    assert set(Weights.model_fields) == set(SCORE_COMPONENTS)


def test_weights_that_do_not_sum_to_1_are_refused() -> None:
    with pytest.raises(ValidationError, match=r"weights sum to 1\.2, not to 1"):
        Weights(evidence=0.5)


def test_a_settings_file_with_wrong_weights_is_named() -> None:
    layer = parsed_layer("weights: {evidence: 0.5}", place="settings.yaml")
    with pytest.raises(ConfigError, match=r"settings\.yaml.*weights sum to 1\.2"):
        resolved(ScoringParams, [layer])


def test_an_empty_shop_has_no_scores() -> None:
    found = score_bundles(candidate_bundles(), ScoringParams())
    assert found.is_empty()
    assert found.schema == ScoredBundles.create_empty().schema
