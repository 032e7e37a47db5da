"""Components of the score."""

import itertools
import math

import numpy as np
import polars as pl
import pytest

from bundle_pipeline.scoring.availability import availability_component
from bundle_pipeline.scoring.confidence import confidence_component
from bundle_pipeline.scoring.evidence import evidence_component
from bundle_pipeline.scoring.outlook import with_outlooks
from bundle_pipeline.scoring.price_sanity import price_sanity_component
from bundle_pipeline.scoring.reach import reach_component
from bundle_pipeline.scoring.replication import replication_component
from bundle_pipeline.statistics.poisson import critical_count, upper_tail
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
    candidates = candidate_bundles(*named).pipe(with_outlooks)
    return candidates.select(component=expression).to_series().to_list()


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


def seen(count: int, expected: float, lately: tuple[int, float] | None) -> Row:
    """Baskets and as many by chance, in all orders and in the newest."""
    newest = lately or (None, None)
    return with_evidence(
        basket_count=count,
        expected_count=expected,
        held_out_count=newest[0],
        held_out_expected_count=newest[1],
    )


def test_reach_compares_baskets_beyond_chance_on_a_log_scale() -> None:
    # 15 beyond chance are the most: 1; 3 beyond chance: log(1 + 15 * 3 / 15) / log(16) = 2 / 4
    rows = [seen(20, 5.0, None), seen(10, 7.0, None), seen(10, 10.0, None), seen(10, 12.0, None)]
    assert component(reach_component(), *rows) == [1.0, pytest.approx(0.5), 0.0, 0.0]


def test_reach_is_of_coming_orders_where_orders_tell_the_newest() -> None:
    # No drift: exp of the mean of log(61.5 / 4) and log 15.5, weighed 61.5 to 15.5, is 15.400, and
    # 8.201 of 32 and 8 likewise; halfway to 76 / 5 and 40 / 5 it is 15.300 and 8.101. Chance gives
    # (sqrt(25) - sqrt(0.2 * 5))^2 / 0.8 / 4 = 5 in older and in newest orders, and 25 / 5 in a
    # fifth of all. log(1 + 15 * 3.101 / 10.300) / log(16) = 0.616.
    most, less, chance = component(
        reach_component(),
        seen(76, 25.0, (15, 5.0)),
        seen(40, 25.0, (8, 5.0)),
        seen(20, 25.0, (4, 5.0)),
    )
    assert (most, chance) == (1.0, 0.0)
    assert less == pytest.approx(0.616, abs=1e-3)


def test_a_single_bundle_reaches_all_there_is() -> None:
    assert component(reach_component(), with_evidence()) == [1.0]


def test_bundles_within_chance_reach_nobody() -> None:
    assert component(reach_component(), seen(20, 30.0, (4, 6.0))) == [0.0]


def test_replication_is_the_chance_to_pass_again_by_older_and_by_coming_orders() -> None:
    # Older: (sqrt(84) - 0.98)^2 / 4 = 16.749 where (sqrt(20) - sqrt(0.2 * 3))^2 / 0.8 / 4 = 4.272
    # are expected: d = 4.562. Coming: no drift, so exp of the mean of log(84.5 / 4) and log 16.5,
    # weighed 84.5 to 16.5, is 20.289, and halfway to 100 / 5 it is 20.145; its lower end,
    # (1 - 0.98 / sqrt(101))^2 of it, 16.407; and (84.5 * 4.272 + 16.5 * 3) / 101 = 4.064, halfway
    # to 20 / 5, are expected: d = 4.616. All: (sqrt(100) - 0.98)^2 / 5 where 20 / 5 are:
    # d = 4.596. Each time 1 / (1 + exp(-1.702 (d - 3.29))).
    (told,) = component(replication_component(), seen(100, 20.0, (16, 3.0)))
    (untold,) = component(replication_component(), seen(100, 20.0, None))
    by_older, by_coming, by_all = 0.8970, 0.9052, 0.9022
    assert told == pytest.approx(math.sqrt(by_older * by_coming), abs=1e-3)
    assert untold == pytest.approx(by_all, abs=1e-3)


def test_replication_comes_close_to_the_exact_chance() -> None:
    # P(Poisson(x) >= k), k the first count with P(Poisson(e) >= k) <= 0.05 / 100; whole counts
    # jump, so the smooth chance lies within a step of it, and few of them aren't normal.
    for count, expected in itertools.product((50, 100, 200, 400), (5.0, 20.0, 60.0)):
        mean, chance = (math.sqrt(count) - 0.98) ** 2 / 5, np.array([expected / 5])
        needed = int(critical_count(chance, 0.0005)[0])
        steps = [upper_tail(np.array([k]), np.array([mean]))[0] for k in (needed - 1, needed + 1)]
        (found,) = component(replication_component(), seen(count, expected, None))
        assert steps[1] - 0.06 <= found <= steps[0] + 0.06


def test_what_only_older_or_only_newest_orders_show_is_not_expected_again() -> None:
    steady = [seen(100 + n, 20.0, (20 + n, 4.0)) for n in range(-6, 6)]
    faded, one_season, *others = component(
        replication_component(), seen(100, 20.0, (0, 4.0)), seen(80, 4.0, (80, 19.0)), *steady
    )
    assert one_season < 0.1
    assert faded < min(others)


@pytest.mark.parametrize("newest", [(0, 0.0), (0, 0.1), (3, 0.0)])
def test_replication_is_a_share_even_where_nothing_was_sold(newest: tuple[int, float]) -> None:
    (found,) = component(replication_component(), seen(9, 0.0, newest))
    assert 0 <= found <= 1


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
