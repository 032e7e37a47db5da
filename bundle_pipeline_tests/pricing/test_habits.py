import polars as pl
import pytest

from bundle_pipeline.pricing.fixed_weights import fixed_weight_discounts
from bundle_pipeline.pricing.habits import usual_discounts
from bundle_pipeline.pricing.params import PricingParams

DEFAULTS = PricingParams()
CATEGORIES = pl.DataFrame(
    {"variant_id": ["a", "b", "c", "d"], "category": ["x", "x", "y", None]},
    schema={"variant_id": pl.String, "category": pl.String},
)


def test_a_shop_without_discounts_is_given_the_default() -> None:
    found = usual(a=[0.0] * 50)
    assert found["usual_rate"].to_list() == [0.10] * 4
    assert found["usual_level"].to_list() == ["default"] * 4
    assert found["usual_count"].to_list() == [0] * 4


def test_products_that_differ_keep_their_own() -> None:
    found = usual(a=[0.1] * 40 + [0.12] * 40, b=[0.3] * 40 + [0.32] * 40)
    assert found["usual_rate"].to_list()[:2] == pytest.approx([0.11, 0.31], abs=0.002)
    assert found["usual_level"].to_list()[:2] == ["product"] * 2
    assert found["usual_count"].to_list()[:2] == [80, 80]


def test_lines_at_full_price_are_no_discounts() -> None:
    with_full = usual(a=[0.1, 0.12] * 40 + [0.0] * 400, b=[0.3, 0.32] * 40)
    assert with_full.equals(usual(a=[0.1, 0.12] * 40, b=[0.3, 0.32] * 40))


def test_a_product_of_one_discount_is_given_what_the_others_are() -> None:
    # Discounts within a product vary by 0.1: one of 0.35 says little beside eighty of 0.2.
    found = usual(a=[0.1, 0.3] * 40, b=[0.35], c=[0.1, 0.3] * 40)
    assert found["usual_rate"][1] < 0.3


def test_a_variant_without_discounts_goes_by_its_shop() -> None:
    found = usual(a=[0.2, 0.22] * 200, c=[0.2, 0.22] * 200)
    assert found["usual_rate"][3] == pytest.approx(0.21, abs=0.005)
    assert found["usual_level"][3] == "shop"


def test_fixed_weights_match_the_hand_count() -> None:
    # a: 20 lines count fully. b: 5 lines of 0.1 beside its category (25 lines, mean 0.18) and the
    # shop (29 lines, mean 0.155...). c: 4 lines only; its category has fewer than 5: 0.10.
    found = fixed_weight_discounts(lines(a=[0.2] * 20, b=[0.1] * 5, c=[0.0] * 4), CATEGORIES)
    shop = 4.5 / 29
    assert found["usual_rate"].to_list() == pytest.approx(
        [
            0.2,
            0.6 * 0.1 + 0.3 * 0.18 + 0.1 * shop,
            0.9 * 0.10 + 0.1 * shop,
            0.9 * 0.10 + 0.1 * shop,
        ]
    )


def test_fixed_weights_know_nothing_of_a_shop_that_sold_nothing() -> None:
    assert fixed_weight_discounts(lines(), CATEGORIES)["usual_rate"].null_count() == 4


def usual(**rates: list[float]) -> pl.DataFrame:
    return usual_discounts(lines(**rates), CATEGORIES, DEFAULTS)


def lines(**rates: list[float]) -> pl.DataFrame:
    rows = [(variant, rate) for variant, given in rates.items() for rate in given]
    return pl.DataFrame(rows, schema={"variant_id": pl.String, "rate": pl.Float64}, orient="row")
