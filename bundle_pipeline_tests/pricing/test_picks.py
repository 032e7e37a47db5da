from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.pricing.picks import Options, cheapest_pick_discounts, worst_pick_leaves

RATES = np.array([[0, 1, 100, 1234, 5000, 10_000]])
BUNDLES = st.lists(
    st.tuples(
        st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 9999)), min_size=2, max_size=6),
        st.integers(2, 6),
    ),
    min_size=1,
    max_size=4,
)


def test_the_worst_of_three_picks_is_worked_out_by_hand() -> None:
    # At 10 %, 9.00 / 18.00 / 27.00 are left of 10.00 / 20.00 / 30.00; 8.00, 19.00 and 20.00 are
    # the floors. The second and the first leave 1.00 - 1.00 = 0.
    options = options_of([([(1000, 800), (2000, 1900), (3000, 2000)], 2)])
    assert worst_pick_leaves(options, np.array([[0, 1000]])).tolist() == [[300, 0]]
    assert cheapest_pick_discounts(options, np.array([[0, 1000]])).tolist() == [[0, 300]]


@given(BUNDLES)
@settings(deadline=None)
def test_no_pick_leaves_less_than_the_worst(
    bundles: list[tuple[list[tuple[int, int]], int]],
) -> None:
    bundles = [(options, min(count, len(options))) for options, count in bundles]
    rates = np.repeat(RATES, len(bundles), axis=0)
    left = worst_pick_leaves(options_of(bundles), rates)
    for row, (options, count) in enumerate(bundles):
        for column, rate in enumerate(RATES[0]):
            picks = [
                sum(price - price * int(rate) // 10_000 - floor for price, floor in pick)
                for pick in combinations(options, count)
            ]
            assert left[row, column] == min(picks)


def options_of(bundles: list[tuple[list[tuple[int, int]], int]]) -> Options:
    rows = [
        (number, price, floor, int(place < count))
        for number, (options, count) in enumerate(bundles)
        for place, (price, floor) in enumerate(sorted(options))
    ]
    columns = np.array(rows, np.int64).T
    return Options(*columns, pick_count=np.array([count for _, count in bundles]))
