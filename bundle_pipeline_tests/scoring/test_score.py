"""Scores of candidates."""

import itertools
import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from pydantic import ValidationError

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.errors import ConfigError
from bundle_pipeline.schemas.bundles import OBJECTIVES, SCORE_COMPONENTS, ScoredBundles
from bundle_pipeline.schemas.mining import HELD_OUT_VERDICTS
from bundle_pipeline.scoring.score import ScoringParams, score_bundles
from bundle_pipeline.scoring.weights import FROM_ORDERS, Weights, package_weights, weights_of
from bundle_pipeline.settings.layers import parsed_layer, resolved
from bundle_pipeline_tests.support.bundles import (
    Row,
    bundle_item,
    candidate,
    candidate_bundles,
    evidence,
    stock,
)
from bundle_pipeline_tests.support.frames import baskets_frame, shuffled
from bundle_pipeline_tests.support.scoring import shop_facts

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
            "held_out_count": st.none() | st.integers(0, 10_000),
            "held_out_expected_count": st.none() | st.floats(0, 10_000),
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
        evidence=evidence(adjusted_lift_low=2.0, confidence_low=0.2),
        stock=stock(feasible_quantity=None, days_of_cover=None),
    )
    # With as many baskets as give half the trust: 60 of 100 parts are from orders and count 30.
    baskets = encode_baskets(baskets_frame("ab", "c", "c"))
    own = Weights(evidence=30, confidence=30, novelty=20, availability=20)
    params = ScoringParams(weights={"default": own}, half_trust_baskets=3)
    found = score_bundles(candidate_bundles(row), params, facts=shop_facts(baskets=baskets))
    only = found.row(0, named=True)
    assert only["scores"] == {
        "evidence": 0.5,
        "confidence": 0.2,
        "reach": 1.0,
        # Older: 2.280 where 1 is expected: d = 1.095, P = 0.0233; coming: 2.535, d = 1.283, 0.0318
        "replication": pytest.approx(math.sqrt(0.0233 * 0.0318), abs=1e-4),
        "affinity": 0.0,
        # a and b are in one basket each, c in two: places 0.25, 0.25 and 1
        "popularity": 0.25,
        "content_fit": 0.0,
        "objective_fit": 0.5,
        # no cost is known
        "expected_margin": 0.5,
        "novelty": 1.0,
        "price_sanity": 1.0,
        "availability": 0.8,
    }
    assert only["score"] == pytest.approx((15 * 0.5 + 15 * 0.2 + 20 * 1.0 + 20 * 0.8) / 70)


WEIGHTS = st.dictionaries(st.sampled_from(SCORE_COMPONENTS), st.integers(1, 9), min_size=1).map(
    Weights.model_validate
)


@settings(max_examples=30, deadline=None)
@given(st.lists(ROWS, max_size=12), WEIGHTS, st.integers(0, 9))
def test_stored_contributions_add_up_to_the_score_exactly_in_any_row_order(
    rows: list[Row], weights: Weights, seed: int
) -> None:
    candidates, facts = frame_of(rows), shop_facts()
    params = ScoringParams(weights={"increase_aov": weights})
    found = score_bundles(shuffled(candidates, seed), params, facts=facts)
    shares = weights.shares(0.0)
    for row in found.to_dicts():
        contributions = row["contributions"]
        total = 0.0
        for name in SCORE_COMPONENTS:
            assert contributions[name] == row["scores"][name] * shares[name]
            total += contributions[name]
        assert row["score"] == min(total, 1.0)
    assert_frame_equal(found, score_bundles(candidates, params, facts=facts), check_exact=True)


@settings(max_examples=30, deadline=None)
@given(st.lists(ROWS, min_size=2, max_size=8), WEIGHTS, st.sampled_from(SCORE_COMPONENTS))
def test_a_heavier_component_only_lifts_bundles_over_those_that_have_less_of_it(
    rows: list[Row], weights: Weights, component: str
) -> None:
    candidates, facts = frame_of(rows), shop_facts()
    heavier = Weights.model_validate(
        weights.by_component() | {component: weights.by_component()[component] + 5}
    )
    before, after = (
        score_bundles(candidates, ScoringParams(weights={"default": each}), facts=facts).to_dicts()
        for each in (weights, heavier)
    )
    for one, other in itertools.permutations(range(len(rows)), 2):
        has_more = before[one]["scores"][component] >= before[other]["scores"][component]
        if has_more and before[one]["score"] > before[other]["score"] + 1e-12:
            assert after[one]["score"] > after[other]["score"] - 1e-12


def test_a_weight_of_1_ranks_by_that_component_alone() -> None:
    row = candidate(bundle_item("a"), bundle_item("b"), evidence=evidence(confidence_low=0.37))
    params = ScoringParams(weights={"default": Weights(confidence=1)})
    found = score_bundles(candidate_bundles(row), params, facts=shop_facts())
    assert found.item(0, "score") == 0.37


def test_each_bundle_is_weighed_for_its_first_objective() -> None:
    rows = [
        candidate(bundle_item("a"), bundle_item("b"), objectives=["gift_box", "increase_aov"]),
        candidate(bundle_item("c"), bundle_item("d"), objectives=["increase_aov"]),
    ]
    own = {"gift_box": Weights(availability=1), "default": Weights(replication=1)}
    params = ScoringParams.model_validate({"weights": own})
    found = score_bundles(candidate_bundles(*rows), params, facts=shop_facts())
    counted = [
        {name for name, part in row.items() if part} for row in found.get_column("contributions")
    ]
    assert counted == [{"availability"}, {"replication"}]


@settings(max_examples=50, deadline=None)
@given(WEIGHTS, st.integers(1, 10**6))
def test_trust_in_orders_is_smooth_and_weights_always_sum_to_1(
    weights: Weights, basket_count: int
) -> None:
    shares = [weights.shares(n / (n + 100)) for n in (basket_count, basket_count + 1)]
    assert all(sum(share.values()) == pytest.approx(1.0) for share in shares)
    steps = [abs(shares[1][name] - shares[0][name]) for name in SCORE_COMPONENTS]
    # One basket more moves no weight by more than the trust that it adds.
    assert max(steps) <= 9 / (1 + basket_count)


@pytest.mark.parametrize(("backing", "most"), [("proven", 1.0), ("pooled", 0.6), ("unproven", 0.1)])
def test_what_orders_do_not_show_scores_no_more_than_its_ceiling(backing: str, most: float) -> None:
    row = candidate(bundle_item("a"), bundle_item("b"), backing=backing)
    params = ScoringParams(
        weights={"default": Weights(novelty=1)}, max_pooled_score=0.6, max_unproven_score=0.1
    )
    found = score_bundles(candidate_bundles(row), params, facts=shop_facts())
    assert found.item(0, "score") == most
    assert found.get_column("contributions").struct.field("novelty").item() == most


def test_without_orders_what_is_measured_on_them_counts_nothing() -> None:
    shares = Weights(evidence=1, availability=1).shares(0.0)
    assert (shares["evidence"], shares["availability"]) == (0.0, 1.0)
    assert Weights(evidence=1).shares(0.0)["evidence"] == 1.0


def test_every_profile_weighs_every_objective_and_names_known_components() -> None:
    for profile, table in package_weights().items():
        assert "default" in table
        for objective in OBJECTIVES:
            found = weights_of(objective, profile=profile, own={})
            assert found == table.get(objective, table["default"])
    assert set(Weights.model_fields) == set(SCORE_COMPONENTS)
    assert set(FROM_ORDERS) < set(SCORE_COMPONENTS)


def test_a_shops_own_default_comes_before_the_profiles_objectives() -> None:
    own = {"default": Weights(novelty=1), "gift_box": Weights(reach=1)}
    table = ScoringParams.model_validate({"weights": own}).weights
    assert weights_of("margin_guard", profile="linear", own=table) == Weights(novelty=1)
    assert weights_of("gift_box", profile="linear", own=table) == Weights(reach=1)


def test_weights_that_are_all_0_are_refused() -> None:
    with pytest.raises(ValidationError, match="at least one component must count"):
        Weights()


def test_a_settings_file_with_wrong_weights_is_named() -> None:
    layer = parsed_layer("weights: {default: {lift: 0.5}}", place="settings.yaml")
    with pytest.raises(ConfigError, match=r"settings\.yaml.*lift"):
        resolved(ScoringParams, [layer])


def test_an_empty_shop_has_no_scores() -> None:
    found = score_bundles(candidate_bundles(), ScoringParams(), facts=shop_facts())
    assert found.is_empty()
    assert found.schema == ScoredBundles.create_empty().schema
