"""Which chances of loss are taken, against every choice there is."""

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bundle_pipeline.pricing.losses import Prospects, price_of_loss

ALL = 25


def test_a_chance_of_loss_is_taken_where_it_earns_most() -> None:
    # Each may lose with 10 %, and only one may have it: the one of 90, if a sure loss costs 200.
    promised = single([10.0, 90.0, 20.0], [0.1, 0.1, 0.1])
    found = price(promised, max_losing_share=0.11 / 3)
    assert taken(promised, found) == [0, 1, 0]
    assert 200 <= found <= 201


def test_a_safer_discount_is_preferred_to_none() -> None:
    # 50 at 20 %, or 30 at 5 %: if a sure loss costs more than 133 the safer one is worth more.
    gains, chances = np.array([[0.0, 30.0, 50.0]]), np.array([[0.0, 0.05, 0.2]])
    promised = Prospects(gains, chances, np.ones(1))
    found = price(promised, max_losing_share=0.1)
    assert 133 <= found <= 134
    assert taken(promised, found) == [1]


def test_where_few_are_expected_to_lose_the_expectation_decides() -> None:
    promised = single([10.0, 90.0], [0.04, 0.05])
    assert price(promised, max_losing_share=0.05) == 0.0


def test_only_the_best_ones_are_judged() -> None:
    # The one of 90 is safe; that the one of 10 isn't doesn't matter where one is shown.
    promised = single([10.0, 90.0], [0.5, 0.0])
    assert price(promised, max_losing_share=0.1, most=1) == 0.0
    assert price(promised, max_losing_share=0.1, most=2) > 0.0


def test_what_no_order_shows_makes_no_room_for_losses() -> None:
    promised = single([50.0, 10.0, 10.0], [0.2, 0.0, 0.0])
    proven = np.array([True, False, False])
    assert price(promised, max_losing_share=0.1) == 0.0
    assert price(promised, max_losing_share=0.1, judged=proven) > 0.0
    # Where orders show nothing at all, all are judged.
    assert price(promised, max_losing_share=0.1, judged=np.zeros(3, np.bool_)) == 0.0


def test_a_loss_counts_by_what_is_known_of_it() -> None:
    gains, chances = [50.0], [0.2]
    shares = {known: single(gains, chances, known=known) for known in (0.0, 0.5, 1.0)}
    found = {known: price(promised, max_losing_share=0.12) for known, promised in shares.items()}
    assert found[0.0] == found[0.5] == 0.0 < found[1.0]
    # An assumption is worth its expectation at any price.
    assert shares[0.0].worths(1e9).max() == 50.0


def test_what_is_not_allowed_or_unknown_has_no_part_in_it() -> None:
    promised = single([50.0, np.nan], [0.2, 0.2])
    nothing = np.array([[True, False]] * 2)
    assert price(promised, max_losing_share=0.01, allowed=nothing) == 0.0
    assert price(single([np.nan], [1.0]), max_losing_share=0.0) == 0.0
    assert price(single([], []), max_losing_share=0.0) == 0.0


def test_nothing_that_may_lose_is_left_where_nothing_may_lose() -> None:
    promised = single([1e6, 5.0], [1e-6, 0.0])
    assert taken(promised, price(promised, max_losing_share=0.0)) == [0, 1]


SHOPS = st.lists(
    st.lists(st.tuples(st.integers(1, 100), st.integers(1, 50)), min_size=2, max_size=2),
    min_size=1,
    max_size=4,
)


@given(SHOPS, st.sampled_from([0.02, 0.05, 0.1, 0.3]))
def test_no_choice_that_loses_as_seldom_earns_more(
    shop: list[list[tuple[int, int]]], share: float
) -> None:
    gains = np.array([[0.0, *(float(gain) for gain, _ in row)] for row in shop])
    chances = np.array([[0.0, *(chance / 100 for _, chance in row)] for row in shop])
    promised = Prospects(gains, chances, np.ones(len(shop)))
    columns = taken(promised, price(promised, max_losing_share=share))
    earned, lost = totals(gains, chances, columns)
    assert lost <= share * len(shop) + 1e-9
    for other in product(range(3), repeat=len(shop)):
        other_earned, other_lost = totals(gains, chances, list(other))
        assert other_earned <= earned * (1 + 1e-3) + 1e-9 or other_lost > lost


def totals(gains: np.ndarray, chances: np.ndarray, columns: list[int]) -> tuple[float, float]:
    rows = range(len(columns))
    return float(gains[rows, columns].sum()), float(chances[rows, columns].sum())


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
    max_losing_share: float,
    most: int = ALL,
    judged: np.ndarray | None = None,
    allowed: np.ndarray | None = None,
) -> float:
    return price_of_loss(
        promised,
        np.ones(promised.gains.shape, np.bool_) if allowed is None else allowed,
        judged=np.ones(promised.knowledge.size, np.bool_) if judged is None else judged,
        most=most,
        max_losing_share=max_losing_share,
    )


def taken(promised: Prospects, price: float) -> list[int]:
    """The column of each bundle that is worth most."""
    return np.nan_to_num(promised.worths(price)).argmax(axis=1).tolist()
