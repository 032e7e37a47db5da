"""Components of the score."""

import itertools
import math

import polars as pl
import pytest

from bundle_pipeline.scoring.availability import availability_component
from bundle_pipeline.scoring.confidence import confidence_component
from bundle_pipeline.scoring.evidence import evidence_component
from bundle_pipeline.scoring.price_sanity import price_sanity_component
from bundle_pipeline.scoring.reach import reach_component
from bundle_pipeline.scoring.replication import replication_component
from bundle_pipeline_tests.support.bundles import (
    Row,
    bundle_item,
    candidate,
    candidate_bundles,
    evidence,
    stock,
)


def component(expression: pl.Expr, *rows: Row) -> list[float]:
    named = [row | {"bundle_id": f"{number:03}"} for number, row in enumerate(rows)]
    return candidate_bundles(*named).select(component=expression).to_series().to_list()


def with_evidence(**changes: object) -> Row:
    return candidate(bundle_item("a"), bundle_item("b"), evidence=evidence(**changes))


def with_stock(quantity: int | None, days: float | None) -> Row:
    held = stock(feasible_quantity=quantity, days_of_cover=days)
    return candidate(bundle_item("a"), bundle_item("b"), stock=held)


def with_prices(*prices: int | None) -> Row:
    items = [bundle_item(f"v{n}", unit_price_minor=price) for n, price in enumerate(prices)]
    return candidate(*items)


@pytest.mark.parametrize(
    ("low", "expected"), [(0.0, 0.0), (0.9, 0.0), (1.0, 0.0), (2.0, 0.5), (10.0, 0.9)]
)
def test_evidence_is_the_share_that_chance_cannot_explain(low: float, expected: float) -> None:
    row = with_evidence(adjusted_lift_low=low)
    assert component(evidence_component(), row) == [pytest.approx(expected)]


def test_confidence_is_its_lower_bound() -> None:
    row = with_evidence(confidence=0.9, confidence_low=0.3)
    assert component(confidence_component(), row) == [0.3]


def test_reach_compares_baskets_beyond_chance_on_a_log_scale() -> None:
    # 15 beyond chance are the most: log(1 + 15) = 4 log 2; 3 beyond chance: log(1 + 3) = 2 log 2
    rows = [
        with_evidence(basket_count=20, expected_count=5.0),
        with_evidence(basket_count=10, expected_count=7.0),
        with_evidence(basket_count=10, expected_count=10.0),
        with_evidence(basket_count=10, expected_count=12.0),
    ]
    assert component(reach_component(), *rows) == [1.0, pytest.approx(0.5), 0.0, 0.0]


def test_a_single_bundle_reaches_all_there_is() -> None:
    assert component(reach_component(), with_evidence()) == [1.0]


def test_bundles_within_chance_reach_nobody() -> None:
    assert component(reach_component(), with_evidence(expected_count=30.0)) == [0.0]


@pytest.mark.parametrize(
    ("verdict", "expected"), [("replicated", 1.0), ("untested", 0.5), ("faded", 0.0)]
)
def test_replication_follows_the_held_out_verdict(verdict: str, expected: float) -> None:
    assert component(replication_component(), with_evidence(held_out=verdict)) == [expected]


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        ((1000, 300), 1.0),
        ((1000, 1000), 1.0),
        ((1000, 2000), 0.5),
        ((1000, 4000), 0.0),
        ((1000, 9000), 0.0),
        ((1000, 100, 2000), 0.5),
        ((1000, None), 0.5),
        ((None, 1000), 0.5),
        ((0, 1000), 0.0),
        ((0, 0), 1.0),
        ((1000,), 1.0),
        ((None,), 0.5),
    ],
)
def test_price_sanity_falls_as_an_add_on_outgrows_the_anchor(
    prices: tuple[int | None, ...], expected: float
) -> None:
    found = component(price_sanity_component(), with_prices(*prices))
    assert found == [pytest.approx(expected)]


def test_prices_are_those_of_the_quantity_in_the_bundle() -> None:
    row = candidate(bundle_item("a"), bundle_item("b", quantity=2))
    assert component(price_sanity_component(), row) == [pytest.approx(0.5)]


@pytest.mark.parametrize(
    ("quantity", "days", "expected"),
    [
        (0, 0.0, 0.0),
        (0, None, 0.0),
        (3, None, 0.5),
        (3, 700.0, 0.5),
        (300, 7.0, 0.5),
        (12, None, 1 - 2**-4),
        (None, None, 0.8),
    ],
)
def test_availability_is_the_scarcer_of_stock_and_days(
    quantity: int | None, days: float | None, expected: float
) -> None:
    found = component(availability_component(), with_stock(quantity, days))
    assert found == [pytest.approx(expected)]


def test_more_stock_is_never_worth_less_nor_much_more_at_once() -> None:
    found = component(availability_component(), *[with_stock(n, None) for n in range(60)])
    steps = [later - earlier for earlier, later in itertools.pairwise(found)]
    assert all(0 <= step < 0.21 for step in steps)
    assert math.isclose(found[-1], 1.0, abs_tol=1e-5)
