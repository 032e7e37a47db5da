import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bundle_pipeline.mining.multiplicity import benjamini_hochberg


def test_q_values_match_the_hand_calculation() -> None:
    # Family of 10: 0.001 * 10 / 1 = 0.01; 0.01 * 10 / 2 = 0.05; 0.012 * 10 / 3 = 0.04, which the
    # one before can't exceed; 0.5 * 10 / 4 = 1.25, at most 1.
    q_values = benjamini_hochberg(np.array([0.01, 0.5, 0.001, 0.012]), family_size=10)
    assert q_values.tolist() == pytest.approx([0.04, 1.0, 0.01, 0.04])


def test_equal_p_values_have_equal_q_values() -> None:
    q_values = benjamini_hochberg(np.array([0.01, 0.01, 0.01]), family_size=3)
    assert q_values.tolist() == pytest.approx([0.01] * 3)


def test_nothing_tested_gives_nothing() -> None:
    assert benjamini_hochberg(np.empty(0), family_size=0).size == 0


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=20),
    st.integers(0, 30),
    st.floats(0.001, 0.2),
)
def test_q_within_a_level_is_the_step_up_rule(
    p_values: list[float], untested: int, level: float
) -> None:
    family = len(p_values) + untested
    q_values = benjamini_hochberg(np.array(p_values), family_size=family)
    passed = [p for p, q in zip(p_values, q_values, strict=True) if q <= level]
    ordered = sorted(p_values)
    steps = [i for i, p in enumerate(ordered, 1) if p * (family / i) <= level]
    assert len(passed) == (max(steps) if steps else 0)
