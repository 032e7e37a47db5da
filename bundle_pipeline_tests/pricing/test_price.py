import math
from typing import Any

import pytest

from bundle_pipeline.pricing.params import (
    DiscountCaps,
    PricingParams,
    RateRange,
)
from bundle_pipeline.schemas.bundles import ScoredBundles
from bundle_pipeline_tests.support.bundles import (
    Row,
    bundle_item,
    candidate,
    evidence,
    scored,
    scored_bundles,
)
from bundle_pipeline_tests.support.frames import shuffled
from bundle_pipeline_tests.support.pricing import priced_without_history

DEFAULTS = PricingParams()


def test_ten_percent_come_off_where_a_cost_is_unknown() -> None:
    pricing = priced(item("a", 1250), item("b", 750, cost=100))
    assert pricing["list_total_minor"] == 2000
    assert pricing["discount_minor"] == 200
    assert pricing["bundle_price_minor"] == 1800
    assert pricing["discount_rate"] == 0.1
    assert pricing["item_prices_minor"] == [1125, 675]
    assert pricing["margin_minor"] is None


def test_what_earns_most_comes_off_where_costs_are_known() -> None:
    # 30.00 at a margin of 18.00: nothing else within the caps earns more, by the stated prior.
    items = (item("a", 1000, cost=500), item("b", 2000, cost=700))
    pricing = priced(*items)
    assert 150 <= pricing["discount_minor"] <= 600
    assert pricing["margin_minor"] == 1800 - pricing["discount_minor"]
    narrow = DiscountCaps(increase_aov=RateRange(0.1, 0.1))
    other = priced(*items, params=PricingParams(discount_caps=narrow))
    assert other["discount_minor"] in (0, 300)


def test_quantities_count_in_list_total_costs_and_item_prices() -> None:
    pricing = priced(item("a", 1000, quantity=2), item("b", 1000, cost=800))
    # List 30.00, 10 % off; two thirds of 27.00 is 18.00.
    assert pricing["list_total_minor"] == 3000
    assert pricing["item_prices_minor"] == [1800, 900]


def test_the_first_objective_decides_the_caps() -> None:
    rich = (item("a", 1000, cost=0), item("b", 1000, cost=0))
    guarded = priced(*rich, objectives=["margin_guard", "increase_aov"])["discount_rate"]
    assert guarded == 0.10 < priced(*rich, objectives=["increase_aov"])["discount_rate"] <= 0.20


def test_nothing_comes_off_a_thin_margin() -> None:
    # The least discount of 5 % would be 1.00 of a margin of 2.00.
    pricing = priced(item("a", 1000, cost=900), item("b", 1000, cost=900))
    assert pricing["discount_minor"] == 0
    assert pricing["break_even_attach_rate"] == 0.4
    assert "earns more than nothing off" in pricing["derivation"]


def test_stock_that_must_go_is_discounted_further() -> None:
    items = (item("a", 1000, cost=600), item("b", 1000, cost=600))
    caps = DiscountCaps(increase_aov=RateRange(0.0, 0.4), clear_slow_movers=RateRange(0.0, 0.4))
    params = PricingParams(discount_caps=caps)
    kept = priced(*items, params=params, objectives=["increase_aov"])
    cleared = priced(*items, params=params, objectives=["clear_slow_movers"])
    assert cleared["discount_minor"] > kept["discount_minor"]


def test_the_floor_wins_over_the_least_discount() -> None:
    params = PricingParams(min_price_share=0.965)
    pricing = priced(item("a", 1000), item("b", 1000), params=params)
    assert pricing["discount_minor"] == 70
    assert pricing["floor_reason"] == "min_price_share"


def test_a_discount_that_nobody_notices_is_none() -> None:
    params = PricingParams(min_price_share=0.98)
    assert priced(item("a", 1000), item("b", 1000), params=params)["discount_minor"] == 0
    params = PricingParams(min_price_share=0.98, min_discount_rate=0.02)
    assert priced(item("a", 1000), item("b", 1000), params=params)["discount_minor"] == 40


def test_a_floor_holds_after_another_discount() -> None:
    # 15.00 of costs after another 20 % off: 15.00 / 0.8 = 18.75.
    params = PricingParams(stacked_discount_rate=0.2)
    pricing = priced(item("a", 1000, cost=750), item("b", 1000, cost=750), params=params)
    assert pricing["floor_minor"] == 1875
    assert pricing["floor_reason"] == "cost_under_stacking"


def test_fixed_weights_take_their_shop_default_where_nothing_was_sold() -> None:
    pricing = priced(
        item("a", 1000, cost=100),
        item("b", 1000),
        params=PricingParams(discount_rule="fixed_weights"),
    )
    assert pricing["discount_rate"] == 0.1


def test_a_minimum_margin_lifts_the_floor() -> None:
    # Costs of 18.00 are 90 % of 20.00: with 10 % margin nothing may come off; with 5 %, 18.95.
    items = (item("a", 1000, cost=900), item("b", 1000, cost=900))
    assert priced(*items, params=PricingParams(min_margin_rate=0.1))["discount_minor"] == 0
    at_five = priced(*items, params=PricingParams(min_margin_rate=0.05))
    assert at_five["floor_minor"] == math.ceil(1800 / 0.95) == 1895
    assert at_five["floor_reason"] == "cost"


def test_the_least_share_of_the_list_total_is_a_floor_of_its_own() -> None:
    params = PricingParams(min_price_share=0.95)
    pricing = priced(item("a", 1000), item("b", 1000), params=params)
    assert pricing["floor_reason"] == "min_price_share"
    assert pricing["bundle_price_minor"] == pricing["floor_minor"] == 1900


def test_costs_above_the_list_total_take_nothing_off_and_say_so() -> None:
    pricing = priced(item("a", 1000, cost=1500), item("b", 1000, cost=900))
    assert pricing["discount_minor"] == 0
    assert pricing["bundle_price_minor"] == 2000 < pricing["floor_minor"] == 2400
    assert pricing["floor_reason"] == "cost_above_list"
    assert pricing["margin_minor"] == -400


def test_a_bundle_with_an_unknown_price_has_no_pricing() -> None:
    row = scored(candidate(item("a", 1000), bundle_item("b", unit_price_minor=None)))
    frame = priced_without_history(scored_bundles(row), DEFAULTS)
    assert frame.get_column("pricing").to_list() == [None]


def test_a_total_too_small_for_its_caps_stays_at_its_list_price() -> None:
    # 5 to 20 % of 3 minor units is 0.15 to 0.6: none of it, for 1 would be 33 %.
    pricing = priced(item("a", 1), item("b", 2))
    assert pricing["discount_minor"] == 0
    assert pricing["item_prices_minor"] == [1, 2]


def test_free_items_are_a_bundle_without_discount() -> None:
    pricing = priced(item("a", 0), item("b", 0, cost=0))
    assert pricing["list_total_minor"] == pricing["bundle_price_minor"] == 0
    assert pricing["discount_rate"] == 0.0
    assert pricing["item_prices_minor"] == [0, 0]


def test_totals_in_the_millions_of_rupiah_are_exact() -> None:
    pricing = priced(item("a", 3_000_000_01), item("b", 40_000_000_00), currency="IDR")
    assert pricing["currency"] == "IDR"
    assert sum(pricing["item_prices_minor"]) == pricing["bundle_price_minor"] == 3_870_000_001


def test_an_empty_shop_has_empty_prices() -> None:
    assert priced_without_history(ScoredBundles.create_empty(), DEFAULTS).is_empty()


def test_later_steps_find_their_columns_empty() -> None:
    pricing = priced(item("a", 1000), item("b", 1000))
    assert pricing["tiers"] is None
    assert pricing["reward"] is None


def test_an_unknown_cost_states_no_margin() -> None:
    pricing = priced(item("a", 1000), item("b", 1000, cost=10))
    names = ("margin_minor", "incremental_margin_minor", "break_even_attach_rate")
    assert [pricing[name] for name in names] == [None] * 3


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_bundles_are_priced_alike(seed: int) -> None:
    rows = [scored(candidate(item("a", 7), item(f"b{i}", 10 * i + 1))) for i in range(20)]
    frame = scored_bundles(*rows)
    assert priced_without_history(shuffled(frame, seed), DEFAULTS).equals(
        priced_without_history(frame, DEFAULTS)
    )


def item(variant_id: str, price: int, *, cost: int | None = None, quantity: int = 1) -> Row:
    return bundle_item(variant_id, unit_price_minor=price, unit_cost_minor=cost, quantity=quantity)


def priced(
    *items: Row,
    params: PricingParams = DEFAULTS,
    objectives: list[str] | None = None,
    currency: str = "EUR",
) -> dict[str, Any]:
    bundle = candidate(*items, objectives=objectives or ["increase_aov"], currency=currency)
    return (
        priced_without_history(scored_bundles(scored(bundle)), params).get_column("pricing").item()
    )


@pytest.mark.parametrize("confidence", [0.1, 0.3, 0.6, 0.8, 0.95])
def test_an_assumed_answer_never_asks_for_more_than_all_buyers_of_the_rarest_item(
    confidence: float,
) -> None:
    items = [bundle_item(id_, unit_price_minor=1000, unit_cost_minor=400) for id_ in "ab"]
    seen = evidence(confidence=confidence, reverse_confidence=confidence / 2)
    row = scored(candidate(*items, evidence=seen))
    pricing = priced_without_history(scored_bundles(row), PricingParams()).get_column("pricing")
    found = pricing.item()
    assert found["discount_minor"] == 0 or found["break_even_attach_rate"] < 1
    assert (found["discount_minor"] > 0) == (confidence < 0.5)
