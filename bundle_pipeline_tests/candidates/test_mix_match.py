"""Mixes: pick some of a group."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from bundle_pipeline.candidates.mix_match import MixMatchParams, suggested_mixes
from bundle_pipeline.schemas.base import checked
from bundle_pipeline.schemas.similar_products import Substitutes
from bundle_pipeline_tests.support.frames import shuffled
from bundle_pipeline_tests.support.offers import Row, members_of, offer, offers, units_of
from bundle_pipeline_tests.support.sold import Sale

PARAMS = MixMatchParams()


def substitutes(*pairs: str, is_substitute: bool = True) -> pl.DataFrame:
    rows = [
        {
            "first_product_id": f"product-{first}",
            "second_product_id": f"product-{second}",
            "similarity": 0.8,
            "basket_count": 0,
            "expected_count": 5.0,
            "reasons": ["same_type", "rarely_together"],
            "score": 0.8,
            "is_substitute": is_substitute,
        }
        for first, second in pairs
    ]
    return checked(Substitutes, pl.DataFrame(rows, schema=Substitutes.create_empty().schema))


def mixes(
    *rows: Row, near: pl.DataFrame, sales: tuple[Sale, ...] = (), params: MixMatchParams = PARAMS
) -> pl.DataFrame:
    return suggested_mixes(
        units=units_of(*sales), offerable=offers(*rows), substitutes=near, params=params
    )


def options(*variants: str) -> str:
    return " + ".join(f"1 {variant} option" for variant in variants)


def bought(customer: str, *variants: str) -> list[Sale]:
    """Each at another time."""
    return [Sale(variant, days_ago=day, customer=customer) for day, variant in enumerate(variants)]


BEST = offer("b", basket_count=30)
GROUP = (offer("a"), BEST, offer("c"), offer("d"))
NEAR = substitutes("ab", "bc", "bd")


def test_a_best_seller_and_what_is_bought_instead_of_it_are_a_group() -> None:
    # Three of four by 5 of 8 customers; two of four by 6.
    sales = [
        *(sale for n in range(5) for sale in bought(f"n{n}", "a", "b", "c")),
        *bought("two", "a", "d"),
        *bought("one", "a"),
        *bought("again", "b", "b"),
    ]
    found = mixes(*GROUP, near=NEAR, sales=tuple(sales))
    (row,) = found.to_dicts()
    assert members_of(found) == [options("b", "a", "c", "d")]
    assert (row["kind"], row["pick_count"], row["backing"]) == ("MIX_MATCH", 3, "proven")
    assert row["uptake"] == {
        "order_count": None,
        "customer_count": 5,
        "rate": pytest.approx(5 / 8),
        "rate_low": pytest.approx(0.305742, abs=1e-6),  # Wilson, 5 of 8
    }


def test_fewer_are_picked_where_fewer_customers_take_as_many() -> None:
    sales = tuple(sale for n in range(5) for sale in bought(f"n{n}", "a", "b"))
    (row,) = mixes(*GROUP, near=NEAR, sales=sales).to_dicts()
    assert (row["pick_count"], row["uptake"]["rate"], row["backing"]) == (2, 1.0, "proven")


def test_without_known_customers_a_group_is_unproven() -> None:
    (row,) = mixes(*GROUP, near=NEAR, sales=(Sale("a"), Sale("b"))).to_dicts()
    assert (row["pick_count"], row["uptake"], row["backing"]) == (2, None, "unproven")
    (row,) = mixes(*GROUP, near=NEAR, sales=tuple(bought("n", "a", "b"))).to_dicts()
    assert (row["uptake"]["customer_count"], row["backing"]) == (1, "unproven")


def test_two_products_are_no_choice_and_what_is_not_shown_is_no_substitute() -> None:
    assert mixes(offer("a"), offer("b"), near=substitutes("ab")).is_empty()
    assert mixes(*GROUP, near=substitutes("ab", "bc", "bd", is_substitute=False)).is_empty()


def test_options_are_worth_about_the_same() -> None:
    # 1.25 in all is 1.118 to either side of the best seller's 10.00
    dear, cheap = offer("c", unit_price_minor=1119), offer("d", unit_price_minor=895)
    assert members_of(mixes(offer("a"), BEST, dear, cheap, near=NEAR)) == [options("b", "a", "d")]


def test_each_variant_is_in_one_group_and_the_best_sellers_fill_it() -> None:
    letters = "abcdefgh"
    rows = [offer(x, basket_count=100 - place) for place, x in enumerate(letters)]
    pairs = [x + y for x in letters for y in letters if x < y]
    found = mixes(*rows, near=substitutes(*pairs), params=MixMatchParams(max_options=5))
    assert members_of(found) == [options(*"abcde"), options(*"fgh")]


def test_variants_of_one_product_are_a_group_too() -> None:
    flavours = [offer(x, product_id="tea", basket_count=n) for n, x in enumerate("xyz")]
    found = mixes(*flavours, near=substitutes())
    assert members_of(found) == [options("z", "y", "x")]
    assert found.get_column("provenance").to_list() == [["variants_of_one_product"]]


def test_shuffled_frames_suggest_the_same() -> None:
    sales = units_of(*[sale for n in range(9) for sale in bought(f"n{n}", "a", "b", "c", "d")])
    rows = offers(*GROUP)
    expected = suggested_mixes(units=sales, offerable=rows, substitutes=NEAR, params=PARAMS)
    for seed in range(3):
        found = suggested_mixes(
            units=shuffled(sales, seed),
            offerable=shuffled(rows, seed),
            substitutes=shuffled(NEAR, seed),
            params=PARAMS,
        )
        assert_frame_equal(found, expected)


def test_a_shop_without_products_has_no_mixes() -> None:
    assert mixes(near=NEAR).is_empty()
