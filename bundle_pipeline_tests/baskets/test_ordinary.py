"""Which baskets are ordinary."""

import polars as pl
import pytest

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.baskets.ordinary import largest_ordinary_size, ordinary_part
from bundle_pipeline_tests.support.frames import Basket, baskets_frame

# 30 letters: 435 pairs.
WHOLESALE = "abcdefghijklmnopqrstuvwxyzABCD"


@pytest.mark.parametrize(
    ("sizes", "largest"),
    [([], 3), ([1], 4), ([2, 2, 2, 2], 5), ([1, 2, 3, 3, 30], 6), ([2, 4, 8, 10], 34)],
    ids=["none", "one", "all the same", "one far out", "all sorts"],
)
def test_the_fence_is_three_times_the_middle_half_above_it(sizes: list[int], largest: int) -> None:
    # Quartiles are sizes that occur: 2 and 3 of the fourth, 2 and 10 of the last.
    assert largest_ordinary_size(pl.Series(sizes, dtype=pl.Int64)) == pytest.approx(largest)


def _sizes(*baskets: Basket) -> list[int] | None:
    part = ordinary_part(encode_baskets(baskets_frame(*baskets)))
    return None if part is None else part.basket_size.tolist()


def test_large_baskets_go_where_they_hold_most_pairs_of_lines() -> None:
    # 435 pairs of lines in the large one.
    assert _sizes(*["ab"] * 434, WHOLESALE) == [2] * 434
    assert _sizes(*["ab"] * 435, WHOLESALE) is None


def test_where_all_are_of_a_size_none_is_large() -> None:
    assert _sizes(*[WHOLESALE] * 20) is None
    assert _sizes("a", "b") is None
    assert _sizes() is None


def test_ordinary_baskets_keep_their_variants_orders_and_customers() -> None:
    frame = baskets_frame("ab", WHOLESALE, "c", "ab", "b", customers=["x", "y", "z", None, "x"])
    part = ordinary_part(encode_baskets(frame))
    assert part is not None
    assert part.variant_count == len(WHOLESALE)
    assert part.orders.get_column("order_id").to_list() == [
        frame.get_column("order_id")[row] for row in (0, 2, 3, 4)
    ]
    assert part.variant_ids.gather(part.variant).to_list() == list("abcabb")
    assert part.customer.tolist() == [0, 2, -1, 0]
