"""The products that are in most orders, and baskets of their variants alone."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.baskets.encoded import EncodedBaskets, encode_baskets
from bundle_pipeline.baskets.size_limit import BasketParams
from bundle_pipeline.baskets.top_products import variants_of_top_products
from bundle_pipeline_tests.support.frames import baskets_frame

PRODUCTS = pl.DataFrame({"variant_id": ["a1", "a2", "b", "c"], "product_id": ["A", "A", "B", "C"]})


def top(lines: list[tuple[str, str | None]], product_count: int) -> list[str]:
    schema = {"order_id": pl.String, "variant_id": pl.String}
    frame = pl.DataFrame(lines, schema=schema, orient="row")
    return variants_of_top_products(frame.lazy(), PRODUCTS, product_count).to_list()


def held(baskets: EncodedBaskets) -> list[tuple[str, list[str]]]:
    """Order and variants of each basket."""
    names = baskets.variant_ids.gather(baskets.variant).to_list()
    start = baskets.start.tolist()
    return [
        (order, names[first:last])
        for order, first, last in zip(
            baskets.orders.get_column("order_id"), start, start[1:], strict=False
        )
    ]


def test_a_product_counts_once_per_order_and_comes_with_all_its_variants() -> None:
    # A is in 2 orders by either variant, B in 2 (3 lines), C in 1, the unknown x in 3.
    lines = [
        ("1", "a1"), ("1", "a2"), ("2", "a2"), ("2", "b"), ("3", "b"), ("3", "b"), ("3", "c"),
        ("1", "x"), ("2", "x"), ("3", "x"), ("4", None),
    ]  # fmt: skip
    assert top(lines, 1) == ["x"]
    # Of A and B, which are in as many orders, the smaller id comes first.
    assert top(lines, 2) == ["a1", "a2", "x"]
    assert top(lines, 3) == ["a1", "a2", "b", "x"]
    assert top(lines, 99) == ["a1", "a2", "b", "c", "x"]
    assert top(list(reversed(lines)), 2) == ["a1", "a2", "x"]


def test_a_shop_without_resolved_lines_has_no_top_products() -> None:
    assert top([], 5) == []
    assert top([("1", None)], 5) == []


def test_baskets_of_some_variants_lose_the_others_and_empty_baskets_go() -> None:
    baskets = encode_baskets(baskets_frame("abc", "c", "bd", "a"))
    orders = baskets.orders.get_column("order_id").to_list()
    kept = baskets.of_variants(pl.Series(["a", "b", "never sold"]))
    assert held(kept) == [(orders[0], ["a", "b"]), (orders[2], ["b"]), (orders[3], ["a"])]
    assert kept.variant_ids.to_list() == ["a", "b"]


def test_what_is_too_large_was_decided_before() -> None:
    baskets = encode_baskets(baskets_frame("abcd", "ab"), BasketParams(max_basket_size=3))
    kept = baskets.of_variants(pl.Series(["a", "b"]))
    assert kept.basket_count == 1
    assert kept.capped == baskets.capped


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.sets(st.sampled_from("abcdef"), min_size=1), max_size=12),
    st.sets(st.sampled_from("abcdef")),
)
def test_baskets_of_variants_are_those_that_were_made_of_them_alone(
    variants: list[set[str]], chosen: set[str]
) -> None:
    baskets = encode_baskets(baskets_frame(*("".join(sorted(each)) for each in variants)))
    kept = baskets.of_variants(pl.Series(sorted(chosen), dtype=pl.String))
    expected = [
        (order, [each for each in names if each in chosen])
        for order, names in held(baskets)
        if chosen & set(names)
    ]
    assert held(kept) == expected
