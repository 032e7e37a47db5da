"""Which chances of loss are taken."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bundle_pipeline.pricing.losses import Prospects, price_of_loss

ALL = 25


def test_a_loss_costs_a_multiple_of_what_a_typical_bundle_earns() -> None:
    # What earns nothing, whatever is off, isn't typical of anything.
    promised = single([10.0, 90.0, 20.0, -5.0, 0.0], [0.1] * 5)
    assert price(promised, loss_aversion=2.0) == 40.0
    assert price(promised, loss_aversion=0.0) == 0.0
    # 10 - 4 and 90 - 4 are left, and nothing of 3.
    assert taken(promised, 40.0) == [1, 1, 1, 0, 0]
    assert taken(single([3.0], [0.1]), 40.0) == [0]


def test_a_safer_discount_is_preferred_to_none() -> None:
    # 50 at 20 %, or 30 at 5 %: the safer one is worth more if a sure loss costs more than 133.
    gains, chances = np.array([[0.0, 30.0, 50.0]]), np.array([[0.0, 0.05, 0.2]])
    promised = Prospects(gains, chances, np.ones(1))
    assert taken(promised, price(promised, loss_aversion=2.6)) == [2]
    assert taken(promised, price(promised, loss_aversion=2.7)) == [1]


def test_the_best_ones_make_the_typical_one() -> None:
    promised = single([10.0, 90.0, 20.0], [0.0, 0.0, 0.0])
    assert price(promised, most=1) == 90.0
    assert price(promised, most=2) == 55.0


def test_what_no_order_shows_is_not_typical() -> None:
    promised = single([50.0, 10.0, 10.0], [0.2, 0.0, 0.0])
    assert price(promised, judged=np.array([True, False, False])) == 50.0
    # Where orders show nothing at all, all are judged.
    assert price(promised, judged=np.zeros(3, np.bool_)) == 10.0


def test_a_loss_counts_by_what_is_known_of_it() -> None:
    gains, chances = [50.0, 50.0], [0.8, 0.8]
    assert taken(single(gains, chances, known=1.0), 70.0) == [0, 0]
    assert taken(single(gains, chances, known=0.5), 70.0) == [1, 1]
    # An assumption is worth its expectation at any price.
    assert taken(single(gains, chances, known=0.0), 1e9) == [1, 1]


def test_what_is_not_allowed_or_unknown_has_no_part_in_it() -> None:
    promised = single([50.0, np.nan], [0.2, 0.2])
    assert price(promised) == 50.0
    assert price(promised, allowed=np.array([[True, False]] * 2)) == 0.0
    assert price(single([np.nan], [1.0])) == 0.0
    assert price(single([], [])) == 0.0


GAINS = st.lists(st.integers(1, 10_000), min_size=1, max_size=6)


@given(GAINS, st.integers(1, 4), st.sampled_from([0.5, 1.0, 2.0]), st.floats(0.01, 100.0))
def test_amounts_in_another_currency_change_nothing(
    gains: list[int], most: int, aversion: float, rate: float
) -> None:
    chances = [0.05 * (place % 7) for place in range(len(gains))]
    here = single([float(gain) for gain in gains], chances)
    there = single([rate * gain for gain in gains], chances)
    prices = [price(promised, most=most, loss_aversion=aversion) for promised in (here, there)]
    assert prices[1] == pytest.approx(rate * prices[0])
    worths = [promised.worths(at) for promised, at in zip((here, there), prices, strict=True)]
    assert worths[1] == pytest.approx(rate * worths[0], abs=1e-6 * rate)


def single(gains: list[float], chances: list[float], *, known: float = 1.0) -> Prospects:
    """Bundles that may have nothing off, or one discount."""
    return Prospects(
        np.array([[0.0, gain] for gain in gains]).reshape(-1, 2),
        np.array([[0.0, chance] for chance in chances]).reshape(-1, 2),
        np.full(len(gains), known),
    )


def price(
    promised: Prospects,
    *,
    loss_aversion: float = 1.0,
    most: int = ALL,
    judged: np.ndarray | None = None,
    allowed: np.ndarray | None = None,
) -> float:
    return price_of_loss(
        promised,
        np.ones(promised.gains.shape, np.bool_) if allowed is None else allowed,
        judged=np.ones(promised.knowledge.size, np.bool_) if judged is None else judged,
        most=most,
        loss_aversion=loss_aversion,
    )


def taken(promised: Prospects, price: float) -> list[int]:
    """The column of each bundle that is worth most."""
    return np.nan_to_num(promised.worths(price)).argmax(axis=1).tolist()
