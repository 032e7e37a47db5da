import polars as pl

from bundle_pipeline.candidates.units import units_per_order
from bundle_pipeline_tests.support.frames import order_lines_frame, orders_frame


def test_units_of_an_order_are_added_up_over_its_lines_for_the_variants_asked() -> None:
    orders = orders_frame(3, customers=["x", None, "x"])
    lines = order_lines_frame(["a", "b", "a"], ["a", None], ["b", "c"])
    asked = pl.Series("variant_id", ["b", "a", "z"])
    units = units_per_order(orders, lines.lazy(), variant_ids=asked)
    assert units.sort("variant_id", "unit_count", "customer").rows() == [
        ("a", None, 1),
        ("a", 1, 2),
        ("b", 1, 1),
        ("b", 1, 1),
    ]


def test_lines_of_bundles_and_of_orders_that_do_not_count_are_left_out() -> None:
    lines = order_lines_frame("a", "a", "a").with_columns(
        is_bundle_component=pl.Series([True, False, False])
    )
    asked = pl.Series("variant_id", ["a"])
    assert units_per_order(orders_frame(2), lines.lazy(), variant_ids=asked).height == 1


def test_without_variants_there_are_no_units() -> None:
    nothing = pl.Series("variant_id", [], dtype=pl.String)
    lines = order_lines_frame("a").lazy()
    assert units_per_order(orders_frame(1), lines, variant_ids=nothing).is_empty()
