import polars as pl
import pytest
from polars.testing import assert_frame_equal

from bundle_pipeline.baskets.build import baskets_of
from bundle_pipeline.baskets.encoded import Capped, encode_baskets
from bundle_pipeline.baskets.size_limit import BasketParams, basket_size_limit
from bundle_pipeline_tests.support.frames import (
    FIRST_ORDER_AT,
    order_id,
    order_lines_frame,
    orders_frame,
    shuffled,
)


def test_a_variant_counts_once_per_order_and_unresolved_lines_do_not_count() -> None:
    orders = orders_frame(2, customers=["anna", None])
    lines = order_lines_frame(["m", "b", "m", None], ["t"])
    baskets = baskets_of(orders, lines)
    assert baskets.drop("ordered_at").rows() == [
        (order_id(1), "anna", 3, ["b", "m"]),
        (order_id(2), None, 1, ["t"]),
    ]
    assert baskets.item(0, "ordered_at") == FIRST_ORDER_AT


def test_an_order_without_a_resolved_variant_has_no_basket() -> None:
    baskets = baskets_of(orders_frame(2), order_lines_frame([None, None], []))
    assert baskets.is_empty()


def test_lines_of_orders_that_are_no_sale_are_left_out() -> None:
    baskets = baskets_of(orders_frame(1), order_lines_frame(["a"], ["b"]))
    assert baskets.get_column("variant_ids").to_list() == [["a"]]


def test_components_of_bundles_already_sold_are_no_evidence() -> None:
    is_component = pl.col("variant_id") == "b"
    lines = order_lines_frame(["a", "b"]).with_columns(is_bundle_component=is_component)
    baskets = baskets_of(orders_frame(1), lines)
    assert baskets.get_column("variant_ids").to_list() == [["a"]]


def test_a_basket_above_the_limit_is_left_out_whole_and_counted() -> None:
    baskets = baskets_of(orders_frame(2), order_lines_frame(["a", "b", "c"], ["a", "b"]))
    encoded = encode_baskets(baskets, BasketParams(max_basket_size=2))
    assert encoded.orders.get_column("order_id").to_list() == [order_id(2)]
    assert encoded.capped == Capped(size_limit=2, basket_count=1, line_count=3)


@pytest.mark.parametrize(
    ("sizes", "limit"),
    [
        ([], 100),
        ([3, 4, 250], 250),
        ([2] * 10_000 + [500], 100),
        ([120] * 10_000 + [500], 120),
    ],
)
def test_the_limit_is_100_or_the_99_9th_percentile(sizes: list[int], limit: int) -> None:
    assert basket_size_limit(pl.Series(sizes, dtype=pl.Int64), BasketParams()) == limit


def test_an_empty_shop_has_no_baskets() -> None:
    baskets = baskets_of(orders_frame(0), order_lines_frame())
    assert baskets.is_empty()
    assert encode_baskets(baskets).capped == Capped(size_limit=100)


def test_the_order_of_rows_does_not_matter() -> None:
    orders, lines = orders_frame(3), order_lines_frame(["a", "b"], ["c", "a"], ["b"])
    again = baskets_of(shuffled(orders, 1), shuffled(lines, 2))
    assert_frame_equal(baskets_of(orders, lines), again)
