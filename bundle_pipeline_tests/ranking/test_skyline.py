import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.ranking import skyline
from bundle_pipeline.ranking.skyline import crowding_distances, front_numbers

Point = tuple[float, ...]


def test_fronts_of_a_hand_drawn_picture() -> None:
    # (3, 3) beats all but (4, 1) and (1, 4); (2, 2) is beaten by it alone; (1, 1) by (2, 2) too.
    assert fronts([(1, 1), (3, 3), (4, 1), (2, 2), (1, 4)]) == [3, 1, 1, 2, 1]


def test_equal_points_share_a_front() -> None:
    assert fronts([(1, 1), (1, 1), (2, 2), (2, 2)]) == [2, 2, 1, 1]


def test_a_third_measure_saves_a_point_that_two_would_lose() -> None:
    assert fronts([(3, 3, 1), (2, 2, 2), (1, 1, 0)]) == [1, 1, 2]


def test_one_measure_is_an_order() -> None:
    assert fronts([(1,), (3,), (2,), (3,)]) == [3, 1, 2, 1]


def test_minus_infinity_is_less_than_any_number() -> None:
    assert fronts([(-math.inf, 1), (0, 1), (-math.inf, 2)]) == [2, 1, 1]


def test_a_long_chain_has_a_front_per_point() -> None:
    # More than one block, so that a chain goes on from block to block.
    assert fronts([(i, i, i) for i in range(1500)]) == list(range(1500, 0, -1))


def test_points_on_a_plane_that_falls_are_one_front() -> None:
    points = [(i, j, -i - j) for i in range(40) for j in range(40)]
    assert set(fronts(points)) == {1}


def test_no_points_have_no_fronts() -> None:
    assert fronts([]) == []


COORDINATES = st.one_of(st.integers(0, 3).map(float), st.just(-math.inf), st.floats(-5, 5))
POINTS = st.integers(1, 5).flatmap(
    lambda size: st.lists(st.tuples(*[COORDINATES] * size), max_size=40)
)


@given(points=POINTS)
@settings(max_examples=60, deadline=None)
@pytest.mark.parametrize(("block_points", "block_pairs"), [(512, 1 << 20), (2, 3)])
def test_fronts_are_those_of_peeling_one_after_the_other(
    block_points: int, block_pairs: int, points: list[Point]
) -> None:
    # Small blocks, so that few points are split as often as many would be.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(skyline, "_BLOCK_POINTS", block_points)
        patch.setattr(skyline, "_BLOCK_PAIRS", block_pairs)
        assert fronts(points) == peeled(points)


@pytest.mark.parametrize("most", [3, 10, 10**6])
def test_many_points_have_the_fronts_of_comparing_all_with_all(most: int) -> None:
    points = np.random.default_rng(most).integers(0, most, size=(3000, 5)).astype(float)
    found = front_numbers(points)
    at_least = (points[:, None, :] >= points[None, :, :]).all(axis=2)
    beats = at_least & ~at_least.T
    # The front of each point is one behind the last front of those that beat it.
    behind = np.where(beats, found[:, None], 0).max(axis=0)
    assert (found == behind + 1).all()


def test_crowding_adds_up_the_room_in_each_measure() -> None:
    # Of (2, 3): from 0 to 4 of a range of 8, and from 2 to 9 of a range of 9.
    points = [(0, 9), (2, 3), (4, 2), (8, 0)]
    assert crowding(points) == [math.inf, 4 / 8 + 7 / 9, 6 / 8 + 3 / 9, math.inf]


def test_crowding_looks_at_one_front_alone() -> None:
    points = [(0, 9), (2, 3), (8, 0), (1, 1)]
    assert crowding(points) == [math.inf, 2.0, math.inf, math.inf]


def test_a_measure_that_is_the_same_everywhere_gives_no_room() -> None:
    assert crowding([(0, 4, 7), (1, 3, 7), (4, 0, 7)]) == [math.inf, 2.0, math.inf]


def test_crowding_does_not_depend_on_the_order_of_rows() -> None:
    points = np.random.default_rng(5).integers(0, 6, size=(200, 3)).astype(float)
    numbers = front_numbers(points)
    turned = crowding_distances(points[::-1], numbers[::-1])
    assert (turned[::-1] == crowding_distances(points, numbers)).all()


def peeled(points: Sequence[Point]) -> list[int]:
    """Brute force: take away what nothing beats, number it, repeat."""
    left = dict(enumerate(points))
    numbers: dict[int, int] = {}
    front = 0
    while left:
        front += 1
        best = [i for i, p in left.items() if not any(beats(q, p) for q in left.values())]
        for i in best:
            numbers[i] = front
            del left[i]
    return [numbers[i] for i in range(len(points))]


def beats(one: Point, other: Point) -> bool:
    return one != other and all(x >= y for x, y in zip(one, other, strict=True))


def fronts(points: Sequence[Point]) -> list[int]:
    size = len(points[0]) if points else 2
    return front_numbers(np.array(points, np.float64).reshape(-1, size)).tolist()


def crowding(points: Sequence[Point]) -> list[float]:
    measures = np.array(points, np.float64)
    return crowding_distances(measures, front_numbers(measures)).tolist()
