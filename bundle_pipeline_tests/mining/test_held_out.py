import numpy as np
import pytest

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.mining.held_out import (
    Evidence,
    held_out_verdicts,
    split_position,
    untested,
)
from bundle_pipeline_tests.support.frames import FIRST_ORDER_AT, baskets_frame


def _evidence(count: int, expected: float) -> Evidence:
    return Evidence(np.array([count]), np.array([expected]))


@pytest.mark.parametrize(
    ("older", "newest", "verdict"),
    [
        (_evidence(40, 10.0), _evidence(10, 2.5), "replicated"),
        (_evidence(40, 10.0), _evidence(10, 10.0), "faded"),
        (_evidence(40, 10.0), _evidence(0, 0.1), "untested"),
        (_evidence(40, 10.0), _evidence(0, 0.0), "untested"),
        # Nothing was claimed before, so there is nothing to see again.
        (_evidence(1, 1.0), _evidence(10, 2.5), "untested"),
        (_evidence(0, 0.0), _evidence(10, 2.5), "untested"),
    ],
)
def test_verdicts(older: Evidence, newest: Evidence, verdict: str) -> None:
    assert held_out_verdicts(older, newest).item(0, "held_out") == verdict


def test_power_is_that_of_the_lower_end_of_the_older_lift() -> None:
    # Older: 40 seen, 10 expected: lower end of the lift is 28.964 / 10. Newest: 2 expected, so 5
    # are needed (P(X >= 5) = 0.0527 is too much, so 6); P(Poisson(5.793) >= 6) = 0.520.
    power = held_out_verdicts(_evidence(40, 10.0), _evidence(3, 2.0)).item(0, "held_out_power")
    mean = 2 * 2.8964
    below = sum(mean**k / np.prod(np.arange(1.0, k + 1)) for k in range(6)) * np.exp(-mean)
    assert power == pytest.approx(1 - below, abs=1e-3)


def test_what_the_newest_baskets_hold_is_kept() -> None:
    found = held_out_verdicts(_evidence(40, 10.0), _evidence(3, 2.0))
    assert found.select("held_out_count", "held_out_expected_count").row(0) == (3, 2.0)
    nothing = untested(2).select("held_out_count", "held_out_expected_count")
    assert nothing.rows() == [(None, None)] * 2


def test_the_newest_fifth_is_held_out() -> None:
    assert split_position(encode_baskets(baskets_frame(*["ab"] * 11)), 0.2) == 9


def test_orders_of_one_time_can_not_be_split() -> None:
    baskets = baskets_frame("ab", "ab", ordered_at=[FIRST_ORDER_AT] * 2)
    assert split_position(encode_baskets(baskets), 0.2) is None
    assert split_position(encode_baskets(baskets_frame()), 0.2) is None
