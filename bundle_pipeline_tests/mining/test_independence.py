"""How often independent variants are together."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.mining.independence import independent_pair_counts
from bundle_pipeline.mining.pair_tests import pair_tests
from bundle_pipeline.mining.params import MiningParams
from bundle_pipeline_tests.support.frames import Basket, baskets_frame

AB = np.array([[0, 1]])


def independent(*baskets: Basket, at: datetime | None = None) -> float:
    times = None if at is None else [at] * len(baskets)
    opened = encode_baskets(baskets_frame(*baskets, ordered_at=times))
    return float(independent_pair_counts(opened, AB)[0])


def test_baskets_of_one_variant_count() -> None:
    # 6 of 12 baskets hold a and 4 hold b.
    assert independent("ab", "ab", *"aaaa", *"bb", *"cccc") == pytest.approx(2.0)


def test_what_is_sold_at_the_same_time_is_together_by_that_alone() -> None:
    # 50 of 1,200 baskets hold either: 2.1 by the year; all of them are of one month: 25.
    month = [*["ab"] * 25, *"a" * 25, *"b" * 25, *"c" * 25]
    assert independent(*month, *"c" * 1100) == pytest.approx(25.0)
    assert independent(*month, *"c" * 1100, at=datetime(2026, 1, 1, tzinfo=UTC)) == pytest.approx(
        50 * 50 / 1200
    )


def test_what_is_sold_at_different_times_is_as_independent_as_over_the_year() -> None:
    assert independent(*"a" * 100, *"b" * 100) == pytest.approx(50.0)


def test_two_seasonal_variants_are_no_pair() -> None:
    # Together as often as the others of their weeks, each in half of the orders of one month.
    month = [*["ab"] * 25, *["ac"] * 25, *["bd"] * 25, *["cd"] * 25]
    others = [*["ef", "gh", "eh", "gf"] * 275]
    baskets = encode_baskets(baskets_frame(*month, *others))
    tests = pair_tests(baskets, MiningParams())
    assert (tests.count[0], tests.pairs[0].tolist()) == (25, [0, 1])
    assert tests.expected[0] < 5
    # Half of the Poisson distribution lies at its mean or above, about.
    assert tests.p_values[0] == pytest.approx(0.5, abs=0.05)


@given(st.lists(st.sampled_from(["a", "b", "ab", "c"]), min_size=1, max_size=60))
def test_shares_multiply_in_a_small_shop(baskets: list[str]) -> None:
    held = [sum(variant in basket for basket in baskets) for variant in "ab"]
    if all(held):
        assert independent(*baskets) == pytest.approx(held[0] * held[1] / len(baskets))
