import polars as pl
import pytest
from polars.testing import assert_frame_equal

from bundle_pipeline.baskets.build import (
    BasketParams,
    basket_size_limit,
    build_baskets,
    summarize_baskets,
)
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
    baskets = build_baskets(orders, lines, BasketParams())
    assert baskets.select("order_id", "variant_id", "basket_size").rows() == [
        (order_id(1), "b", 2),
        (order_id(1), "m", 2),
        (order_id(2), "t", 1),
    ]
    assert baskets.get_column("customer_key").to_list() == ["anna", "anna", None]
    assert baskets.item(0, "ordered_at") == FIRST_ORDER_AT
    assert baskets.get_column("is_counted").all()


def test_an_order_without_a_resolved_variant_has_no_basket() -> None:
    baskets = build_baskets(orders_frame(2), order_lines_frame([None, None], []), BasketParams())
    assert baskets.is_empty()


def test_lines_of_orders_that_are_no_sale_are_left_out() -> None:
    baskets = build_baskets(orders_frame(1), order_lines_frame(["a"], ["b"]), BasketParams())
    assert baskets.get_column("variant_id").to_list() == ["a"]


def test_components_of_bundles_already_sold_are_no_evidence() -> None:
    is_component = pl.col("variant_id") == "b"
    lines = order_lines_frame(["a", "b"]).with_columns(is_bundle_component=is_component)
    baskets = build_baskets(orders_frame(1), lines, BasketParams())
    assert baskets.get_column("variant_id").to_list() == ["a"]


def test_a_basket_above_the_limit_is_marked_whole_and_never_truncated() -> None:
    lines = order_lines_frame(["a", "b", "c"], ["a", "b"])
    params = BasketParams(max_basket_size=2)
    baskets = build_baskets(orders_frame(2), lines, params)
    assert baskets.get_column("is_counted").to_list() == [False] * 3 + [True] * 2
    summary = summarize_baskets(baskets, params)
    assert (summary.basket_count, summary.counted_basket_count) == (2, 1)
    assert (summary.capped_basket_count, summary.capped_line_count) == (1, 3)
    assert summary.size_limit == 2


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
    baskets = build_baskets(orders_frame(0), order_lines_frame(), BasketParams())
    assert baskets.is_empty()
    assert summarize_baskets(baskets, BasketParams()).basket_count == 0


def test_the_order_of_rows_does_not_matter() -> None:
    orders, lines = orders_frame(3), order_lines_frame(["a", "b"], ["c", "a"], ["b"])
    again = build_baskets(shuffled(orders, 1), shuffled(lines, 2), BasketParams())
    assert_frame_equal(build_baskets(orders, lines, BasketParams()), again)
