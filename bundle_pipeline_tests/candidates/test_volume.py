"""Volumes: more of one variant."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from bundle_pipeline.candidates.units import orders_with_at_least
from bundle_pipeline.candidates.volume import VolumeParams, suggested_volumes
from bundle_pipeline_tests.support.frames import shuffled
from bundle_pipeline_tests.support.offers import members_of, offer, offers, units_of
from bundle_pipeline_tests.support.sold import Sale

# Of 20 orders 12 hold one unit, 5 hold two, 2 hold four and 1 holds ten.
QUANTITIES = [1] * 12 + [2] * 5 + [4] * 2 + [10]
SALES = [
    Sale("a", quantity=quantity, customer=f"c{place % 16}")
    for place, quantity in enumerate(QUANTITIES)
]
PARAMS = VolumeParams(min_tier_order_count=2)


def suggested(
    *sales: Sale, params: VolumeParams = PARAMS, stock: int | None = None
) -> pl.DataFrame:
    offerable = offers(offer("a", available_count=stock), offer("b"))
    return suggested_volumes(units_of(*sales), offerable=offerable, params=params)


def test_tiers_start_at_quantities_that_customers_buy_and_match_the_hand_count() -> None:
    # Sorted, the values at 0.75 * 19 = 14.25 -> 2, 0.9 * 19 = 17.1 -> 4, 0.97 * 19 = 18.4 -> 10;
    # of ten there is one order only. Two or more are held by 8 of 20 orders, of customers 12-15
    # and 0-3.
    (row,) = suggested(*SALES).to_dicts()
    assert row["members"] == [{"variant_id": "a", "quantity": 2, "role": "item"}]
    assert row["quantity_tiers"] == [
        {"min_quantity": 2, "order_count": 8},
        {"min_quantity": 4, "order_count": 3},
    ]
    assert row["uptake"] == {
        "order_count": 8,
        "customer_count": 8,
        "rate": pytest.approx(0.4),
        "rate_low": pytest.approx(0.218807, abs=1e-6),  # Wilson, 8 of 20
    }
    assert (row["kind"], row["backing"], row["evidence"]) == ("VOLUME", "proven", None)


def test_what_most_buy_anyway_is_no_tier() -> None:
    # The median is 6, and so is the upper quartile.
    wholesale = [Sale("a", quantity=6)] * 30 + [Sale("a", quantity=24)] * 5
    assert members_of(suggested(*wholesale)) == ["24 a item"]


def test_single_units_suggest_nothing() -> None:
    assert suggested(*[Sale("a")] * 40).is_empty()


def test_too_few_orders_suggest_nothing() -> None:
    assert suggested(*SALES[1:]).is_empty()


def test_a_tier_above_the_stock_is_left_out() -> None:
    (row,) = suggested(*SALES, stock=3).to_dicts()
    assert [tier["min_quantity"] for tier in row["quantity_tiers"]] == [2]
    assert suggested(*SALES, stock=1).is_empty()


def test_lines_of_an_order_add_up_and_those_of_bundles_do_not_count() -> None:
    twice = [Sale("a", order=f"o{n}") for n in range(10) for _ in range(2)]
    assert members_of(suggested(*[Sale("a")] * 30, *twice)) == ["2 a item"]
    own = [Sale("a", quantity=2, is_bundle_component=True)] * 10
    assert suggested(*[Sale("a")] * 30, *own).is_empty()


def test_unknown_customers_are_not_counted_as_none() -> None:
    unknown = [Sale("a", quantity=quantity) for quantity in QUANTITIES]
    assert suggested(*unknown).to_dicts()[0]["uptake"]["customer_count"] is None


def test_variants_that_are_not_offerable_and_a_kind_switched_off_suggest_nothing() -> None:
    assert suggested(*[Sale("z", quantity=quantity) for quantity in QUANTITIES]).is_empty()
    assert suggested(*SALES, params=VolumeParams(max_candidates=0)).is_empty()
    assert suggested().is_empty()


def test_the_highest_share_comes_first_and_shuffled_sales_suggest_the_same() -> None:
    more = [Sale("b", quantity=quantity) for quantity in [1] * 11 + [2] * 9]
    expected = suggested(*SALES, *more)
    assert members_of(expected) == ["2 b item", "2 a item"]
    units = units_of(*SALES, *more)
    offerable = offers(offer("a"), offer("b"))
    for seed in range(3):
        found = suggested_volumes(
            shuffled(units, seed), offerable=shuffled(offerable, seed), params=PARAMS
        )
        assert_frame_equal(found, expected)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 5)), max_size=30))
def test_orders_with_at_least_so_many_match_counting_them(lines: list[tuple[str, int]]) -> None:
    units = units_of(*[Sale(variant, quantity=quantity) for variant, quantity in lines])
    asked = pl.DataFrame(
        [(variant, quantity) for variant in "ab" for quantity in (2, 4)],
        {"variant_id": pl.String, "min_quantity": pl.Int64},
        orient="row",
    )
    for row in orders_with_at_least(asked, units).to_dicts():
        held = [quantity for variant, quantity in lines if variant == row["variant_id"]]
        assert row["all_order_count"] == len(held)
        assert row["order_count"] == sum(quantity >= row["min_quantity"] for quantity in held)
