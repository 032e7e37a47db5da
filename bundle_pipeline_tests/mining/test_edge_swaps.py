from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from bundle_pipeline.baskets.encoded import EncodedBaskets, encode_baskets
from bundle_pipeline.mining.edge_swaps import edge_swapped, swapped_items
from bundle_pipeline.mining.kernel.swaps import swap_items
from bundle_pipeline.mining.pair_counts import variant_counts
from bundle_pipeline_tests.support.frames import baskets_frame
from bundle_pipeline_tests.support.generators import Noise, noise_shop, planted_shop
from bundle_pipeline_tests.support.oracles import set_counts

NOISE = Noise(order_count=2000, variant_count=50, mean_size=4)


def test_lines_swap_unless_a_basket_would_hold_an_item_twice() -> None:
    # Baskets (0 1) (0 2) (3). Lines 1 and 3 swap: (0 2) (0 1) (3). Lines 1 and 4: (0 3) (0 1) (2).
    # Not lines 0 and 3: basket 0 would hold 0, and basket 1 a second 0. Not lines 0 and 1.
    start, item = np.array([0, 2, 4, 5]), np.array([0, 1, 0, 2, 3])
    start, item = start.astype(np.uint32), item.astype(np.uint32)
    pairs = np.array([[1, 3], [1, 4], [0, 3], [0, 1]]).T
    assert swap_items(start, item, np.ascontiguousarray(pairs, dtype=np.uint32)) == 2
    assert item.tolist() == [0, 3, 0, 1, 2]


@given(
    st.lists(st.sets(st.integers(0, 7), min_size=1), min_size=1, max_size=8), st.integers(0, 1000)
)
def test_swaps_are_those_of_plain_sets(baskets: list[set[int]], seed: int) -> None:
    item = np.array([i for basket in baskets for i in sorted(basket)], dtype=np.uint32)
    start = np.cumsum([0, *map(len, baskets)]).astype(np.uint32)
    lines = np.random.default_rng(seed).integers(item.size, size=(2, 200), dtype=np.uint32)
    expected, swaps = _plainly_swapped(baskets, lines)
    assert swap_items(start, item, lines) == swaps
    assert item.tolist() == expected


def _plainly_swapped(baskets: list[set[int]], lines: np.ndarray) -> tuple[list[int], int]:
    held = [set(basket) for basket in baskets]
    item = [i for basket in baskets for i in sorted(basket)]
    holder = [number for number, basket in enumerate(baskets) for _ in basket]
    swaps = 0
    for one, other in lines.T:
        a, b, left, right = item[one], item[other], held[holder[one]], held[holder[other]]
        if b not in left and a not in right:
            left.symmetric_difference_update({a, b})
            right.symmetric_difference_update({a, b})
            item[one], item[other] = b, a
            swaps += 1
    return item, swaps


def _sets(baskets: EncodedBaskets) -> list[list[str]]:
    lines = [baskets.variant[first:last] for first, last in pairwise(baskets.start)]
    return [baskets.variant_ids.gather(line).to_list() for line in lines]


def test_sizes_popularity_times_and_customers_stay_exactly() -> None:
    baskets = encode_baskets(noise_shop(NOISE, seed=1))
    swapped = edge_swapped(baskets, seed=2)
    assert (swapped.start == baskets.start).all()
    assert (variant_counts(swapped) == variant_counts(baskets)).all()
    assert_frame_equal(swapped.orders, baskets.orders)
    assert (swapped.customer == baskets.customer).all()
    # Ascending, so that no order holds a variant twice.
    assert all(sorted(set(held)) == held for held in _sets(swapped))


def test_pairs_are_as_frequent_as_in_a_random_draw() -> None:
    # 800 baskets of 4 out of 40, always the same four: every pair of a four in 80 baskets. Drawn
    # at random a line is in its basket with 4 / 40, and any pair in 800 * 12 / (40 * 39) = 6.15.
    fours = ["".join(chr(0x4E00 + 4 * block + i) for i in range(4)) for block in range(10)]
    baskets = encode_baskets(baskets_frame(*fours * 80))
    swapped = edge_swapped(baskets, seed=1)
    before, after = _sets(baskets), _sets(swapped)
    same = sum(len(set(old) & set(new)) for old, new in zip(before, after, strict=True))
    assert same / swapped.line_count == pytest.approx(0.1, abs=4 * (0.09 / 3200) ** 0.5)
    counts = set_counts(after, 2)
    pair_counts = np.array([*counts.values(), *[0] * (780 - len(counts))])
    assert pair_counts.mean() == pytest.approx(800 * 6 / 780)
    # As spread as a Poisson count, within four standard errors.
    assert pair_counts.var() == pytest.approx(6.15, rel=4 * (2 / 780) ** 0.5)


@pytest.mark.parametrize(
    ("baskets", "ways"),
    [(("ab", "cd"), 6), (("ab", "ac"), 2), (("a", "b", "c"), 6), (("ab", "b", "ac"), 5)],
)
def test_every_way_to_fill_the_baskets_comes_as_often(baskets: tuple[str, ...], ways: int) -> None:
    # ab b ac: a, a, b, b, c in sizes 2 1 2 is (ab a bc) (ab b ac) (ab c ab) (ac b ab) (bc a ab).
    item = np.array([ord(i) for basket in baskets for i in basket], dtype=np.uint32)
    start = np.cumsum([0, *map(len, baskets)]).astype(np.uint32)
    seen = Counter(
        tuple(tuple(sorted(basket)) for basket in np.split(swapped, start[1:-1]))
        for swapped in (swapped_items(start, item, seed=seed) for seed in range(200 * ways))
    )
    assert len(seen) == ways
    # Chi-square with 1 to 5 degrees of freedom: 25 is beyond 1 in 5000.
    assert sum((count - 200) ** 2 / 200 for count in seen.values()) < 25


def test_nothing_is_left_of_planted_pairs() -> None:
    frame, pairs = planted_shop(NOISE, pair_count=3, planted_share=0.3, seed=1)
    baskets = encode_baskets(frame)
    before, after = (
        set_counts(_sets(shop), 2) for shop in (baskets, edge_swapped(baskets, seed=2))
    )
    for pair in pairs:
        assert after[pair] < before[pair] / 1.5


def test_the_seed_decides_and_the_order_of_rows_does_not() -> None:
    shop = noise_shop(NOISE, seed=1)
    swapped = edge_swapped(encode_baskets(shop), seed=3)
    mixed = encode_baskets(shop.sample(fraction=1, shuffle=True, seed=0))
    assert _sets(edge_swapped(mixed, seed=3)) == _sets(swapped)
    assert _sets(edge_swapped(encode_baskets(shop), seed=4)) != _sets(swapped)


@pytest.mark.parametrize("baskets", [(), ("a",), ("ab", "ab")])
def test_where_nothing_can_swap_nothing_changes(baskets: tuple[str, ...]) -> None:
    shop = encode_baskets(baskets_frame(*baskets))
    assert _sets(edge_swapped(shop, seed=1)) == [list(basket) for basket in baskets]
