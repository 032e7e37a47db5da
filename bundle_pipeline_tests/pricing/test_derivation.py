from bundle_pipeline.pricing.params import PricingParams
from bundle_pipeline_tests.support.bundles import bundle_item, candidate, scored, scored_bundles
from bundle_pipeline_tests.support.pricing import priced_without_history

CHARGED_LIST = "charged 20.00 EUR instead of 20.00 EUR, 0.0 % off."


PRIOR = "at a price elasticity of 1.88 per item, assumed, because no price of the shop moved"


def test_known_costs_within_the_caps() -> None:
    assert derivation(cost=400) == (
        "Every cost is known: of a joint margin of 12.00 EUR most is earned with 1.40 EUR off, "
        f"{PRIOR}; "
        "within the 5 to 20 % that increase_aov allows; "
        "the floor of 8.00 EUR (the costs) is kept; "
        "charged 18.60 EUR instead of 20.00 EUR, 7.0 % off."
    )


def test_unknown_costs() -> None:
    assert derivation(cost=None) == (
        "A cost is unknown: the default (no discount was seen), 10.0 %, is 2.00 EUR off; "
        "within the 5 to 20 % that increase_aov allows; "
        "the floor of 6.00 EUR (30 % of the list total) is kept; "
        "charged 18.00 EUR instead of 20.00 EUR, 10.0 % off."
    )


def test_a_cap_that_bites_is_named() -> None:
    low = PricingParams(default_discount_rate=0.02)
    high = PricingParams(default_discount_rate=0.5)
    allowed = "by the 5 to 20 % that increase_aov allows"
    assert f"raised to 1.00 EUR {allowed}" in derivation(cost=None, params=low)
    assert f"lowered to 4.00 EUR {allowed}" in derivation(cost=None, params=high)


def test_a_floor_that_bites_is_named() -> None:
    text = derivation(cost=None, params=PricingParams(min_price_share=0.96))
    assert "the floor of 19.20 EUR (96 % of the list total) leaves 0.80 EUR off" in text
    text = derivation(cost=None, params=PricingParams(min_price_share=0.99))
    assert "(99 % of the list total) leaves less than 3 %, so nothing off" in text


def test_nothing_off_is_a_choice_that_is_named() -> None:
    text = derivation(cost=900)
    assert (
        "nothing within the 5 to 20 % that increase_aov allows earns more than nothing off" in text
    )


def test_a_price_that_ends_as_set_is_named() -> None:
    params = PricingParams(charm_step_minor=100, charm_tolerance_rate=0.02)
    text = derivation(cost=None, params=params)
    assert (
        "moved to 2.01 EUR off for a price that ends as set, within 2 %; charged 17.99 EUR" in text
    )


def test_a_minimum_margin_is_named_with_the_floor() -> None:
    assert "the floor of 18.95 EUR (the costs and 5 % margin) is kept" in derivation(
        cost=900, params=PricingParams(min_margin_rate=0.05)
    )


def test_costs_above_the_list_total_are_named() -> None:
    text = derivation(cost=1100)
    assert "The costs of 22.00 EUR leave no margin to give" in text
    assert "the floor of 22.00 EUR (the costs) is above the list total, so nothing off" in text
    assert text.endswith(CHARGED_LIST)


def test_a_minor_unit_that_bites_is_named() -> None:
    assert "no whole minor unit lies within the 5 to 20 %" in derivation(cost=None, price=1)


def derivation(*, cost: int | None, price: int = 1000, params: PricingParams | None = None) -> str:
    items = [bundle_item(id_, unit_price_minor=price, unit_cost_minor=cost) for id_ in "ab"]
    frame = priced_without_history(
        scored_bundles(scored(candidate(*items))), params or PricingParams()
    )
    return frame.get_column("pricing").struct.field("derivation").item()
