"""What is expected of the orders to come."""

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.scoring.outlook import Outlook, coming, older, with_outlooks
from bundle_pipeline_tests.support.bundles import (
    bundle_item,
    candidate,
    candidate_bundles,
    evidence,
)
from bundle_pipeline_tests.support.frames import shuffled

# Orders with the bundle and as many by chance, in older orders and in the newest; None: no telling.
Seen = tuple[int, float, int | None, float | None]


def told(outlook: Outlook, *bundles: Seen) -> pl.DataFrame:
    return candidates(*bundles).pipe(_as_told, outlook)


def candidates(*bundles: Seen) -> pl.DataFrame:
    rows = [
        candidate(
            bundle_item("a"),
            bundle_item("b"),
            bundle_id=f"{number:03}",
            evidence=evidence(
                basket_count=older + (newest or 0),
                expected_count=older_expected + (newest_expected or 0),
                held_out_count=newest,
                held_out_expected_count=newest_expected,
            ),
        )
        for number, (older, older_expected, newest, newest_expected) in enumerate(bundles)
    ]
    return candidate_bundles(*rows)


def _as_told(bundles: pl.DataFrame, outlook: Outlook) -> pl.DataFrame:
    return (
        with_outlooks(bundles)
        .select(
            "bundle_id", count=outlook.count, expected=outlook.expected, certainty=outlook.certainty
        )
        .sort("bundle_id")
    )


def test_without_drift_all_orders_count_alike() -> None:
    # The newest orders are a quarter of the older ones: 80 / 4 = 20 = what they show. So there is
    # no drift, and (80.5 + 20.5) orders speak for (0.8 * log(80.5 / 4) + 0.2 * log 20.5); a fifth
    # of all 100 is 20.
    found = told(coming(), (80, 40.0, 20, 10.0)).row(0, named=True)
    mean = (80.5 * math.log(80.5 / 4) + 20.5 * math.log(20.5)) / 101
    assert found["count"] == pytest.approx((math.exp(mean) + 20) / 2)
    assert found["expected"] == pytest.approx(10.0)
    assert found["certainty"] == pytest.approx(101)


def test_what_drifts_is_judged_by_its_newest_orders_above_all() -> None:
    # The newest orders are 20 / 80 of the older ones. Changes are log(40.5 / 20.125) = 0.699 and
    # log(10.5 / 20.125) = -0.651, the noise 1 / 80.5 + 1 / 40.5 = 0.037 and 0.108.
    found = told(coming(), (80, 40.0, 40, 10.0), (80, 40.0, 10, 10.0))
    noise = np.array([1 / 80.5 + 1 / 40.5, 1 / 80.5 + 1 / 10.5])
    change = np.log(np.array([40.5, 10.5]) / (80.5 / 4))
    drift = np.average(change**2 - noise, weights=1 / noise)
    weight = 1 / (1 / 80.5 + drift)
    mean = (weight * math.log(80.5 / 4) + 40.5 * math.log(40.5)) / (weight + 40.5)
    assert drift == pytest.approx(0.417, abs=1e-3)
    # Had rates never changed, it would be 25.4 now, 80.5 and 40.5 orders counting alike.
    assert math.exp(mean) == pytest.approx(39.0, abs=0.1)
    assert found.item(0, "count") == pytest.approx((math.exp(mean) + 120 / 5) / 2)
    assert found.item(0, "certainty") == pytest.approx(weight + 40.5)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 500), st.floats(0.1, 100), st.integers(0, 100), st.floats(0.1, 100)
        ),
        min_size=1,
        max_size=20,
    )
)
def test_what_comes_lies_between_older_and_newest_orders_and_all_of_them(
    bundles: list[tuple[int, float, int, float]],
) -> None:
    before = told(older(), *bundles).iter_rows(named=True)
    ahead = told(coming(), *bundles).iter_rows(named=True)
    for bundle, early, late in zip(bundles, before, ahead, strict=True):
        count, expected, newest, newest_expected = bundle
        ends = sorted([early["count"] + 0.125, newest + 0.5])
        level = 2 * late["count"] - (count + newest) / 5
        assert ends[0] - 1e-6 <= level <= ends[1] + 1e-6
        ends = sorted([early["expected"], newest_expected])
        by_chance = 2 * late["expected"] - (expected + newest_expected) / 5
        assert ends[0] - 1e-6 <= by_chance <= ends[1] + 1e-6
        assert newest + 0.5 < late["certainty"] <= early["certainty"] + newest + 1 + 1e-9


def test_chance_of_older_orders_follows_what_was_sold_in_them() -> None:
    # Two items in 100 and 60 of 1,000 baskets of 5 lines: chance is 100 * 60 / 1000 * 0.8 = 4.8,
    # sold all the time; of the newest 200 baskets it is a fifth. If half of both is sold in those,
    # it is 50 * 30 / 200 * 0.8 = 6 there and 50 * 30 / 800 * 0.8 = 1.5 in the others; if all is,
    # nothing is left for the others.
    for newest, others in ((0.96, 3.84), (6.0, 1.5), (24.0, 0.0)):
        found = told(older(), (10, 4.8 - newest, 5, newest)).item(0, "expected")
        assert found == pytest.approx(others / 4, abs=1e-9)


def test_drift_is_found_where_it_is_and_only_there() -> None:
    # 2,000 bundles with 200 older orders; w = 0 leaves the older ones their certainty, 200.5, and
    # w = 0.25 takes it to 1 / (1 / 200.5 + 0.25) = 3.9.
    random = np.random.default_rng(0)
    for drift, least, most in ((0.0, 150.0, 200.6), (0.5, 3.5, 4.5)):
        newest = random.poisson(50 * np.exp(drift * random.standard_normal(2000)))
        older = random.poisson(200, 2000)
        bundles = [(int(a), 40.0, int(b), 10.0) for a, b in zip(older, newest, strict=True)]
        trusted = told(coming(), *bundles).get_column("certainty").to_numpy() - newest - 0.5
        assert least <= np.median(trusted) <= most


def test_where_the_newest_orders_are_not_told_nothing_is() -> None:
    found = told(coming(), (80, 40.0, None, None), (80, 40.0, 20, 10.0))
    assert found.row(0) == ("000", None, None, None)
    assert found.item(1, "count") == pytest.approx(
        told(coming(), (80, 40.0, 20, 10.0)).item(0, "count")
    )


def test_the_order_of_candidates_changes_no_bit() -> None:
    bundles = candidates(*((20 + n, 5 + n / 7, n, 1 + n / 9) for n in range(40)))
    assert _as_told(shuffled(bundles, seed=1), coming()).equals(_as_told(bundles, coming()))
