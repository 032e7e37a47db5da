from collections.abc import Sequence

import dataframely as dy
import polars as pl
import pytest

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.features.substitutes import SubstituteParams, find_substitutes
from bundle_pipeline.schemas.base import checked
from bundle_pipeline.schemas.similar_products import ContentNeighbours, Substitutes
from bundle_pipeline_tests.support.frames import baskets_frame, shuffled

PRODUCTS = pl.DataFrame({"variant_id": list("abcdxyz"), "product_id": list("abcdxyz")})
# Teas a and b: each is bought beside c or d, never beside the other.
APART = ["ac", "bc", "ad", "bd"] * 25


def alike(*pairs: str, **changes: object) -> dy.DataFrame[ContentNeighbours]:
    rows = [
        {
            "product_id": one,
            "neighbour_id": other,
            "rank": 1,
            "similarity": 0.8,
            "text_similarity": 0.7,
            "price_similarity": 0.9,
            "is_same_type": True,
            "is_same_vendor": None,
        }
        | changes
        for pair in pairs
        for one, other in (pair, pair[::-1])
    ]
    schema = ContentNeighbours.create_empty().schema
    return checked(ContentNeighbours, pl.DataFrame(rows, schema=schema))


def substitutes(
    neighbours: pl.DataFrame, *baskets: str, customers: Sequence[str | None] | None = None
) -> dy.DataFrame[Substitutes]:
    found = find_substitutes(
        neighbours,
        baskets=encode_baskets(baskets_frame(*baskets, customers=customers)),
        products=PRODUCTS,
        params=SubstituteParams(),
    )
    return checked(Substitutes, found)


def test_products_that_are_never_together_are_substitutes() -> None:
    # 100 baskets of two, 200 lines; a and b are in 50 each with one companion a basket:
    # 50 * 50 / 200 = 12.5 expected. Of none seen the upper end is ln(40) = 3.6889.
    (pair,) = substitutes(alike("ab"), *APART).to_dicts()
    assert (pair["first_product_id"], pair["second_product_id"]) == ("a", "b")
    assert (pair["basket_count"], pair["expected_count"]) == (0, 12.5)
    assert pair["adjusted_lift_high"] == pytest.approx(3.6889 / 12.5, rel=1e-4)
    assert pair["reasons"] == ["same_type", "like_text", "close_price", "rarely_together"]
    assert (pair["is_substitute"], pair["score"]) == (True, pytest.approx(0.8))
    assert pair["shared_customer_count"] is None


def test_products_that_go_together_are_none() -> None:
    pairs = substitutes(alike("ab"), *["ab", "ac", "bd"] * 30)
    assert pairs.item(0, "basket_count") == 30
    assert not pairs.item(0, "is_substitute")
    assert pairs.item(0, "score") == pytest.approx(0.4)


def test_too_few_orders_tell_nothing() -> None:
    assert not substitutes(alike("ab"), "ac", "bc").item(0, "is_substitute")


def test_where_customers_are_known_they_must_have_bought_both() -> None:
    # Tea drinkers take a with c, then b with c; the others x with y, then x with z.
    baskets = ["ac", "bc", "xy", "xz"] * 25
    same = [f"{'tea' if i % 4 < 2 else 'other'} {i // 4}" for i in range(100)]
    (pair,) = substitutes(alike("ab"), *baskets, customers=same).to_dicts()
    assert pair["shared_customer_count"] == 25
    # 50 customers with 3 products each, 150 lines; 25 * (25 * 2) / 150 = 8.33 expected.
    assert pair["expected_customer_count"] == pytest.approx(25 * 50 / 150)
    assert pair["customer_lift_low"] > 1
    assert "same_customers" in pair["reasons"]
    strangers = [f"customer {i}" for i in range(100)]
    (apart,) = substitutes(alike("ab"), *baskets, customers=strangers).to_dicts()
    assert apart["shared_customer_count"] == 0
    assert not apart["is_substitute"]


@pytest.mark.parametrize(
    "changes",
    [{"is_same_type": False}, {"text_similarity": 0.2}, {"price_similarity": 0.5}],
)
def test_products_that_are_not_alike_are_not_looked_at(changes: dict[str, object]) -> None:
    assert substitutes(alike("ab", **changes), *APART).is_empty()


def test_counts_are_those_of_all_baskets_with_both() -> None:
    baskets = ["abc", "abd", "ab", "cd", "a", "xyz", "bcd"]
    counted = substitutes(alike("ab", "cd", "ax", "bz"), *baskets)
    expected = {
        pair: sum(set(pair) <= set(basket) for basket in baskets)
        for pair in ("ab", "cd", "ax", "bz")
    }
    found = {a + b: n for a, b, n in counted.select(
        "first_product_id", "second_product_id", "basket_count").iter_rows()}  # fmt: skip
    assert found == expected


def test_variants_of_a_product_are_the_product() -> None:
    products = pl.DataFrame({"variant_id": list("aAbB"), "product_id": list("aabb")})
    found = find_substitutes(
        alike("ab"), baskets=encode_baskets(baskets_frame("aB", "Ab", "aA")), products=products,
        params=SubstituteParams(),
    )  # fmt: skip
    assert found.item(0, "basket_count") == 2


def test_the_order_of_rows_does_not_matter() -> None:
    neighbours, baskets = alike("ab", "cd", "ax"), baskets_frame(*APART)
    once, again = (
        find_substitutes(n, baskets=encode_baskets(b), products=PRODUCTS, params=SubstituteParams())
        for n, b in ((neighbours, baskets), (shuffled(neighbours, 1), shuffled(baskets, 2)))
    )
    assert once.equals(again)


def test_products_that_nobody_bought_and_no_baskets_at_all_are_fine() -> None:
    pair = substitutes(alike("yz"), *APART)
    assert (pair.item(0, "expected_count"), pair.item(0, "adjusted_lift_high")) == (0.0, None)
    assert substitutes(alike("ab")).item(0, "is_substitute") is False
    assert substitutes(alike(), *APART).is_empty()
