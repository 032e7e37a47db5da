"""How many orders bought what a bundle asks for, beside counting them one by one."""

import numpy as np
import polars as pl

from bundle_pipeline.pricing.bundle_sales import Wanted, joint_order_counts, units_bought
from bundle_pipeline.pricing.sales import WeeklySales, weekly_sales
from bundle_pipeline.pricing.usable_lines import usable_lines
from bundle_pipeline_tests.support.frames import order_lines_frame, orders_frame

LETTERS = "abcdef"
RANDOM = np.random.default_rng(5)
BASKETS = [
    {letter: int(RANDOM.geometric(0.5)) for letter in LETTERS if RANDOM.random() < 0.4} or {"a": 1}
    for _ in range(300)
]


def test_joint_orders_match_brute_force() -> None:
    # Variants with the units of each, and of how many that must be true.
    bundles: list[tuple[dict[str, int], int]] = [
        ({"a": 1, "b": 1}, 2),
        ({"a": 1, "c": 1, "f": 1}, 3),
        ({"b": 2, "d": 1, "e": 3}, 3),
        ({"e": 4}, 1),
        (dict.fromkeys("abcd", 1), 2),
        (dict.fromkeys("abcdef", 1), 4),
    ]
    rows = [(number, *pair) for number, (b, _) in enumerate(bundles) for pair in b.items()]
    wanted = Wanted(
        bundle=np.array([number for number, _, _ in rows]),
        variant=np.array([LETTERS.index(letter) for _, letter, _ in rows]),
        units=np.array([units for _, _, units in rows]),
        needed=np.array([needed for _, needed in bundles]),
    )
    counts = [
        sum(sum(b.get(v, 0) >= n for v, n in asked.items()) >= needed for b in BASKETS)
        for asked, needed in bundles
    ]
    assert joint_order_counts(sales(), wanted).tolist() == counts
    some = np.array([True, False, True, False, False, True])
    assert joint_order_counts(sales(), wanted.of(some)).tolist() == [
        counts[0],
        counts[2],
        counts[5],
    ]
    assert joint_order_counts(sales(), wanted.of(~some & some)).tolist() == []


def test_units_bought_match_brute_force() -> None:
    ranges = [(v, first, end) for v in LETTERS for first, end in [(1, 2), (2, 4), (3, 0), (50, 0)]]
    found = units_bought(
        sales(),
        variant=np.array([LETTERS.index(v) for v, _, _ in ranges]),
        least=np.array([first for _, first, _ in ranges]),
        below=np.array([end for _, _, end in ranges]),
    )
    for row, (v, first, end) in enumerate(ranges):
        within = [b[v] for b in BASKETS if v in b and first <= b[v] and (not end or b[v] < end)]
        fewer = [b[v] for b in BASKETS if v in b and b[v] < first]
        assert found.order_counts[row] == len(within)
        assert found.mean_units[row] == (np.mean(within) if within else first)
        assert found.mean_units_below[row] == (np.mean(fewer) if fewer else 1)


def sales() -> WeeklySales:
    lines = order_lines_frame(*(list(basket) for basket in BASKETS)).with_columns(
        quantity=pl.Series([units for basket in BASKETS for units in basket.values()])
    )
    usable = usable_lines(orders_frame(len(BASKETS)), lines.lazy(), currency="EUR")
    return weekly_sales(pl.Series("variant_id", list(LETTERS)), usable)
