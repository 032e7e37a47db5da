from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.baskets.size_limit import BasketParams
from bundle_pipeline_tests.support.frames import FIRST_ORDER_AT, baskets_frame, shuffled


def test_baskets_are_numbered_by_time_then_order_id() -> None:
    early = FIRST_ORDER_AT
    late = early.replace(year=2025)
    encoded = encode_baskets(baskets_frame("b", "ac", "a", ordered_at=[late, late, early]))
    assert encoded.variant_ids.to_list() == ["a", "b", "c"]
    assert encoded.basket.tolist() == [0, 1, 2, 2]
    assert encoded.variant.tolist() == [0, 1, 0, 2]
    assert encoded.basket_size.tolist() == [1, 1, 2]
    assert encoded.is_ordered_in_time


def test_baskets_above_the_limit_and_their_variants_are_not_encoded() -> None:
    encoded = encode_baskets(baskets_frame("ab", "xyz"), BasketParams(max_basket_size=2))
    assert encoded.variant_ids.to_list() == ["a", "b"]
    assert (encoded.basket_count, encoded.line_count) == (1, 2)


def test_a_part_keeps_the_variants_and_numbers_its_baskets_from_zero() -> None:
    part = encode_baskets(baskets_frame("ab", "b", "bc", customers=["x", None, "y"])).part(1, 3)
    assert part.variant_count == 3
    assert part.basket.tolist() == [0, 1, 1]
    assert part.variant.tolist() == [1, 1, 2]
    assert part.customer.tolist() == [-1, 1]


def test_one_time_for_all_orders_is_no_order_in_time() -> None:
    encoded = encode_baskets(baskets_frame("a", "b", ordered_at=[FIRST_ORDER_AT] * 2))
    assert not encoded.is_ordered_in_time


def test_an_empty_shop_has_nothing_to_count() -> None:
    encoded = encode_baskets(baskets_frame())
    assert (encoded.basket_count, encoded.line_count, encoded.variant_count) == (0, 0, 0)
    assert not encoded.knows_customers


def test_the_order_of_rows_does_not_matter() -> None:
    frame = baskets_frame("ab", "c", "bca", customers=["x", "y", "x"])
    one, other = encode_baskets(frame), encode_baskets(shuffled(frame, 3))
    assert one.basket.tolist() == other.basket.tolist()
    assert one.variant.tolist() == other.variant.tolist()
    assert one.customer.tolist() == other.customer.tolist()
