import polars as pl
import pytest
from polars.testing import assert_frame_equal

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.baskets.size_limit import BasketParams
from bundle_pipeline.mining.item_counts import count_items
from bundle_pipeline_tests.support.frames import baskets_frame, shuffled


def test_counts_companions_and_customers_match_the_hand_count() -> None:
    baskets = baskets_frame("bm", "bm", "b", "t", "bcd", customers=["x", "x", "y", None, "z"])
    counts = count_items(encode_baskets(baskets))
    bread = counts.row(by_predicate=pl.col("variant_id") == "b", named=True)
    # b in 4 of 5 baskets, beside 1 + 1 + 0 + 2 others, bought by x, y and z.
    assert bread["basket_count"] == 4
    assert bread["support"] == pytest.approx(4 / 5)
    assert bread["companion_count"] == 4
    assert bread["customer_count"] == 3
    tea = counts.row(by_predicate=pl.col("variant_id") == "t", named=True)
    assert (tea["companion_count"], tea["customer_count"]) == (0, 0)


def test_baskets_above_the_limit_count_neither_above_nor_below_the_line() -> None:
    counts = count_items(
        encode_baskets(baskets_frame("ab", "a", "abcdef"), BasketParams(max_basket_size=5))
    )
    assert counts.get_column("variant_id").to_list() == ["a", "b"]
    assert counts.get_column("support").to_list() == [1.0, 0.5]


def test_customer_count_is_null_where_the_shop_knows_no_customer() -> None:
    assert (
        count_items(encode_baskets(baskets_frame("ab"))).get_column("customer_count").null_count()
        == 2
    )


def test_an_empty_shop_has_no_items() -> None:
    assert count_items(encode_baskets(baskets_frame())).is_empty()
    nothing = encode_baskets(baskets_frame("abc"), BasketParams(max_basket_size=2))
    assert count_items(nothing).is_empty()


def test_the_order_of_rows_does_not_matter() -> None:
    baskets = baskets_frame("ab", "bc", "c", customers=["x", None, "y"])
    assert_frame_equal(
        count_items(encode_baskets(baskets)), count_items(encode_baskets(shuffled(baskets, 1)))
    )
