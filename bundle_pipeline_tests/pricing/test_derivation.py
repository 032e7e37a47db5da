from bundle_pipeline.pricing.params import PricingParams
from bundle_pipeline.pricing.price import price_bundles
from bundle_pipeline_tests.support.bundles import bundle_item, candidate, scored, scored_bundles

CHARGED_LIST = "charged 20.00 EUR instead of 20.00 EUR, 0.0 % off."


def test_known_costs_within_the_caps() -> None:
    assert derivation(cost=600) == (
        "Every cost is known: 30 % of the joint margin of 8.00 EUR is 2.40 EUR off; "
        "within the 5 to 20 % that increase_aov allows; "
        "the floor of 12.00 EUR (the costs) is kept; "
        "charged 17.60 EUR instead of 20.00 EUR, 12.0 % off."
    )


def test_unknown_costs() -> None:
    assert derivation(cost=None) == (
        "A cost is unknown: the default of 10 % is 2.00 EUR off; "
        "within the 5 to 20 % that increase_aov allows; "
        "the floor of 6.00 EUR (30 % of the list total) is kept; "
        "charged 18.00 EUR instead of 20.00 EUR, 10.0 % off."
    )


def test_a_cap_that_bites_is_named() -> None:
    assert "lowered to 4.00 EUR by the 5 to 20 % that increase_aov allows" in derivation(cost=100)
    assert "raised to 1.00 EUR by the 5 to 20 % that increase_aov allows" in derivation(cost=900)


def test_a_floor_that_bites_is_named() -> None:
    assert "the floor of 19.80 EUR (the costs) leaves 0.20 EUR off" in derivation(cost=990)


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
    frame = price_bundles(scored_bundles(scored(candidate(*items))), params or PricingParams())
    return frame.get_column("pricing").struct.field("derivation").item()
