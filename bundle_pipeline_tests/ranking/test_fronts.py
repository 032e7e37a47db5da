from collections.abc import Sequence

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.ranking.fronts import with_front

Point = tuple[float, float]


def test_fronts_of_a_hand_drawn_picture() -> None:
    # (3, 3) beats all but (4, 1) and (1, 4); (2, 2) is beaten by it alone; (1, 1) by (2, 2) too.
    points = [(1, 1), (3, 3), (4, 1), (2, 2), (1, 4)]
    assert fronts(points) == [3, 1, 1, 2, 1]


def test_equal_points_share_a_front() -> None:
    assert fronts([(1, 1), (1, 1), (2, 2), (2, 2)]) == [2, 2, 1, 1]


def test_points_on_a_line_that_falls_are_one_front() -> None:
    assert fronts([(1, 3), (2, 2), (3, 1)]) == [1, 1, 1]


def test_points_that_differ_in_one_measure_follow_each_other() -> None:
    assert fronts([(1, 1), (1, 2), (1, 3)]) == [3, 2, 1]
    assert fronts([(1, 1), (2, 1), (3, 1)]) == [3, 2, 1]


def test_no_points_have_no_fronts() -> None:
    assert fronts([]) == []


COORDINATES = st.one_of(st.integers(-3, 3).map(float), st.floats(-5, 5, allow_nan=False))


@given(points=st.lists(st.tuples(COORDINATES, COORDINATES), max_size=40))
@settings(max_examples=100, deadline=None)
def test_fronts_are_those_of_peeling_one_after_the_other(points: list[Point]) -> None:
    assert fronts(points) == peeled(points)


def peeled(points: list[Point]) -> list[int]:
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
    return one[0] >= other[0] and one[1] >= other[1] and one != other


def fronts(points: Sequence[Point]) -> list[int]:
    frame = pl.DataFrame(points, schema={"x": pl.Float64, "y": pl.Float64}, orient="row")
    return with_front(frame, pl.col("x"), pl.col("y")).get_column("front").to_list()
