import polars as pl
import pytest
from pydantic import ValidationError

from bundle_pipeline.baskets.build import baskets_of
from bundle_pipeline.baskets.encoded import EncodedBaskets, encode_baskets
from bundle_pipeline.baskets.segments import (
    SegmentSummary,
    WholesaleParams,
    in_segment,
    summarize_segments,
    wholesale_orders,
)
from bundle_pipeline.baskets.size_limit import BasketParams
from bundle_pipeline_tests.support.frames import (
    baskets_frame,
    order_id,
    order_lines_frame,
    orders_frame,
)

# Orders 1 and 2 are customer 0's, 3 customer 1's, 4 of nobody known.
FACTS = pl.DataFrame(
    {
        "order_id": ["1", "2", "3", "4"],
        "customer": [0, 0, 1, None],
        "basket_size": [40, 2, 3, 5],
        "unit_count": [400, 100, 60, 900],
    }
)


@pytest.mark.parametrize(
    ("rules", "wholesale"),
    [
        ({}, []),
        ({"min_variants": 40}, ["1"]),
        ({"min_variants": 41}, []),
        ({"min_units": 100}, ["1", "2", "4"]),
        # Customer 0's median order has 250 units; the order of nobody known isn't judged by it.
        ({"min_median_units": 250}, ["1", "2"]),
        ({"min_median_units": 251}, []),
        ({"min_variants": 40, "min_units": 500}, ["1", "4"]),
    ],
)
def test_an_order_is_wholesale_if_any_rule_says_so(
    rules: dict[str, int], wholesale: list[str]
) -> None:
    judged = wholesale_orders(FACTS, WholesaleParams.model_validate(rules))
    assert FACTS.filter(judged).get_column("order_id").to_list() == wholesale


@pytest.mark.parametrize(
    ("segment", "kept"),
    [
        ("together", ["1", "2", "3", "4"]),
        ("without_wholesale", ["2", "3", "4"]),
        ("only_wholesale", ["1"]),
    ],
)
def test_the_chosen_segment_is_kept_and_the_other_one_counted(
    segment: str, kept: list[str]
) -> None:
    params = WholesaleParams.model_validate({"segment": segment, "min_variants": 40})
    judged = wholesale_orders(FACTS, params)
    assert FACTS.filter(in_segment(judged, params)).get_column("order_id").to_list() == kept
    assert summarize_segments(judged, params) == SegmentSummary(1, 3, 4 - len(kept))


@pytest.mark.parametrize("segment", ["without_wholesale", "only_wholesale"])
def test_a_segment_without_a_rule_is_refused(segment: str) -> None:
    with pytest.raises(ValidationError, match="needs min_variants"):
        WholesaleParams.model_validate({"segment": segment})


def _opened(baskets: pl.DataFrame, **wholesale: object) -> EncodedBaskets:
    params = WholesaleParams.model_validate(wholesale)
    return encode_baskets(baskets, BasketParams(wholesale=params))


def _orders(baskets: EncodedBaskets) -> list[str]:
    return baskets.orders.get_column("order_id").to_list()


def test_counted_baskets_are_those_of_the_segment_and_both_together_are_all() -> None:
    # Lines that can't be resolved make no order wholesale.
    lines = order_lines_frame(["a", "b", "c"], ["a", None, None], ["a", "b"])
    baskets = baskets_of(orders_frame(3, customers=["anna", "bea", None]), lines)
    only, without, together = (
        _opened(baskets, segment=segment, min_variants=3)
        for segment in ("only_wholesale", "without_wholesale", "together")
    )
    assert _orders(only) == [order_id(1)]
    assert _orders(without) == [order_id(2), order_id(3)]
    assert _orders(together) == [order_id(1), order_id(2), order_id(3)]
    assert without.variant_ids.to_list() == ["a", "b"]
    assert without.variant.tolist() == [0, 0, 1]
    assert without.segments == SegmentSummary(1, 2, 1)
    assert _opened(baskets).segments is None


def test_units_of_all_lines_of_an_order_add_up() -> None:
    lines = order_lines_frame(["a", "a"], ["b"]).with_columns(quantity=pl.lit(6, dtype=pl.Int64))
    baskets = baskets_of(orders_frame(2), lines)
    assert baskets.get_column("unit_count").to_list() == [12, 6]
    assert _orders(_opened(baskets, segment="only_wholesale", min_units=12)) == [order_id(1)]


def test_the_size_limit_is_that_of_the_segment() -> None:
    # Of 100 baskets of one variant and one of 200, the largest is the 99.9th percentile.
    wide = [f"v{number:03}" for number in range(200)]
    baskets = baskets_frame(*["a"] * 100, wide)
    assert _opened(baskets).capped.size_limit == 200
    retail = _opened(baskets, segment="without_wholesale", min_variants=50)
    assert (retail.capped.size_limit, retail.basket_count) == (100, 100)


def test_an_empty_shop_has_no_segments() -> None:
    empty = _opened(baskets_frame(), segment="only_wholesale", min_units=12)
    assert empty.basket_count == 0
    assert empty.segments == SegmentSummary(0, 0, 0)
