"""Usable lines come in one order, however the files that hold them were read."""

import polars as pl
import pytest

from bundle_pipeline.pricing.usable_lines import usable_lines, usable_orders
from bundle_pipeline_tests.support.frames import order_id, order_lines_frame, orders_frame, shuffled

BASKETS = ("ab", "a", "cab", "b")


@pytest.mark.parametrize("seed", range(3))
def test_lines_stand_by_order_and_line_in_whatever_order_they_were_read(seed: int) -> None:
    lines = shuffled(order_lines_frame(*map(list, BASKETS)), seed)
    usable = usable_lines(orders_frame(4), lines.lazy(), currency="EUR")
    assert usable.get_column("order").to_list() == [0, 0, 1, 2, 2, 2, 3]
    assert "".join(usable.get_column("variant_id")) == "".join(BASKETS)


def test_each_order_with_usable_lines_stands_once_with_its_size() -> None:
    lines = order_lines_frame(*map(list, BASKETS)).with_columns(
        # The second order was paid in another currency, and the third holds a twice.
        currency=pl.when(pl.col("order_id") == order_id(2))
        .then(pl.lit("USD"))
        .otherwise("currency"),
        variant_id=pl.col("variant_id").replace("c", "a"),
    )
    usable = usable_lines(orders_frame(4), lines.lazy(), currency="EUR")
    found = usable_orders(usable)
    assert found.get_column("order").to_list() == [0, 2, 3]
    assert found.get_column("basket_size").to_list() == [2, 2, 1]
