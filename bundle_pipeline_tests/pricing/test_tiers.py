from itertools import pairwise, product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.pricing.tiers import Tiers, best_tiers, rising

PRICE = 1000
OFF = np.array([0, 50, 100, 250, 400])
BUNDLES = st.lists(
    st.lists(
        st.lists(st.integers(-20, 20), min_size=len(OFF), max_size=len(OFF)),
        min_size=1,
        max_size=3,
    ),
    min_size=1,
    max_size=4,
)


def test_deeper_tiers_that_earn_less_take_the_first_tier_s_price() -> None:
    # Alone 10 % would earn most in the first tier and 0 % in the second; together 0 and 0 earn 0,
    # 5 and 5 earn 6 - 1, 10 and 10 earn 8 - 4.
    gains = np.array([[0.0, 6, 8, 0, 0], [0.0, -1, -4, -9, -9]])
    assert best_of(gains, [2, 5]).tolist() == [50, 50]


def test_an_order_never_costs_less_for_one_unit_more() -> None:
    # 10 units at 25 % off cost 7.5, 9 at list price 9: 5 % before them doesn't do, 25 % does.
    gains = np.array([[0.0, 0, 0, 0, 0], [0.0, 1, 2, 9, 9]])
    first, second = best_of(gains, [2, 10])
    assert 10 * (PRICE - second) >= 9 * (PRICE - first)
    assert (first, second) == (250, 250)


@given(BUNDLES)
@settings(deadline=None)
def test_no_admissible_tiers_earn_more(bundles: list[list[list[int]]]) -> None:
    quantities = [[2, 4, 11][: len(tiers)] for tiers in bundles]
    gains = np.array([row for tiers in bundles for row in tiers], np.float64)
    gains[:, 0] = 0
    chosen = best_of(gains, *quantities).tolist()
    for tiers, units in zip(bundles, quantities, strict=True):
        own, chosen = chosen[: len(tiers)], chosen[len(tiers) :]
        assert is_admissible(own, units)
        assert earned(tiers, own) == max(
            earned(tiers, off)
            for off in product(OFF.tolist(), repeat=len(tiers))
            if is_admissible(off, units)
        )


@given(st.lists(st.integers(0, PRICE), min_size=1, max_size=4))
@settings(deadline=None)
def test_habits_are_lowered_until_tiers_are_admissible(off: list[int]) -> None:
    units = [2, 3, 7, 20][: len(off)]
    noticed = np.full(len(off), 30)
    kept = rising(tiers_of(units), np.array(sorted(off)), noticed=noticed).tolist()
    assert is_admissible(kept, units)
    assert all(amount == 0 or amount >= 30 for amount in kept)
    assert all(lowered <= wanted for lowered, wanted in zip(kept, sorted(off), strict=True))


def is_admissible(off: list[int] | tuple[int, ...], units: list[int]) -> bool:
    return all(
        before <= after and least * (PRICE - after) >= (least - 1) * (PRICE - before)
        for (before, after), least in zip(pairwise((0, *off)), units, strict=True)
    )


def earned(gains: list[list[int]], off: list[int] | tuple[int, ...]) -> float:
    return sum(
        row[OFF.tolist().index(amount)] if amount else 0
        for row, amount in zip(gains, off, strict=True)
    )


def best_of(gains: np.ndarray, *quantities: list[int]) -> np.ndarray:
    off = np.tile(OFF, (gains.shape[0], 1))
    nothing, best = best_tiers(tiers_of(*quantities), off, [np.full_like(gains, -np.inf), gains])
    assert not nothing.any()
    return best


def tiers_of(*quantities: list[int]) -> Tiers:
    units = np.array([least for bundle in quantities for least in bundle])
    return Tiers(
        row=np.arange(units.size),
        tier=np.array([tier for bundle in quantities for tier in range(len(bundle))]),
        least_units=units,
        unit_price=np.full(units.size, PRICE),
    )
