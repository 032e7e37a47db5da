import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bundle_pipeline.statistics.shares import wilson_low


def low(successes: int, trials: int) -> float:
    frame = pl.DataFrame({"successes": [successes], "trials": [trials]})
    return frame.select(wilson_low(pl.col("successes"), pl.col("trials"))).item()


def test_it_matches_published_values() -> None:
    # Newcombe, Statistics in Medicine 1998, table I, method 3.
    assert low(81, 263) == pytest.approx(0.2553, abs=1e-4)
    assert low(15, 148) == pytest.approx(0.0624, abs=1e-4)
    assert low(0, 20) == 0.0
    assert low(1, 29) == pytest.approx(0.0061, abs=1e-4)


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 10**6))
# Unbounded, rounding leaves 9e-19 of it.
@example(0, 417)
def test_it_is_a_share_below_the_one_that_was_seen(successes: int, trials: int) -> None:
    successes = min(successes, trials)
    assert 0 <= low(successes, trials) <= successes / trials
