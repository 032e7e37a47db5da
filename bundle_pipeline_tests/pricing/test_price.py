import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.pricing.params import (
    BASIS_POINTS,
    DiscountCaps,
    PricingParams,
    RateRange,
    in_basis_points,
)
from bundle_pipeline.pricing.price import price_bundles
from bundle_pipeline.schemas.bundles import OBJECTIVES, ScoredBundles
from bundle_pipeline_tests.support.bundles import (
    Row,
    bundle_item,
    candidate,
    scored,
    scored_bundles,
)
from bundle_pipeline_tests.support.frames import shuffled

DEFAULTS = PricingParams()


def test_ten_percent_come_off_where_a_cost_is_unknown() -> None:
    pricing = priced(item("a", 1250), item("b", 750, cost=100))
    assert pricing["list_total_minor"] == 2000
    assert pricing["discount_minor"] == 200
    assert pricing["bundle_price_minor"] == 1800
    assert pricing["discount_rate"] == 0.1
    assert pricing["item_prices_minor"] == [1125, 675]
    assert pricing["margin_minor"] is None


def test_thirty_percent_of_the_joint_margin_come_off_where_costs_are_known() -> None:
    # List 30.00, costs 12.00: 30 % of the margin of 18.00 is 5.40, or 18 % of the list total.
    pricing = priced(item("a", 1000, cost=500), item("b", 2000, cost=700))
    assert pricing["discount_minor"] == 540
    assert pricing["discount_rate"] == 0.18
    assert pricing["margin_minor"] == 1800 - 540


def test_quantities_count_in_list_total_costs_and_item_prices() -> None:
    pricing = priced(item("a", 1000, cost=500, quantity=2), item("b", 1000, cost=800))
    # List 30.00, costs 18.00: 30 % of 12.00 is 3.60; two thirds of 26.40 is 17.60.
    assert pricing["list_total_minor"] == 3000
    assert pricing["item_prices_minor"] == [1760, 880]
    assert pricing["margin_minor"] == 840


def test_the_first_objective_decides_the_caps() -> None:
    rich = (item("a", 1000, cost=0), item("b", 1000, cost=0))
    assert priced(*rich, objectives=["margin_guard", "increase_aov"])["discount_rate"] == 0.10
    assert priced(*rich, objectives=["increase_aov", "margin_guard"])["discount_rate"] == 0.20


def test_a_thin_margin_is_raised_to_the_least_discount() -> None:
    # 30 % of the margin of 2.00 is 0.60, below 5 % of 20.00.
    pricing = priced(item("a", 1000, cost=900), item("b", 1000, cost=900))
    assert pricing["discount_minor"] == 100


def test_the_floor_of_costs_wins_over_the_least_discount() -> None:
    pricing = priced(item("a", 1000, cost=990), item("b", 1000, cost=980))
    assert pricing["floor_minor"] == 1970
    assert pricing["floor_reason"] == "cost"
    assert pricing["discount_minor"] == 30
    assert pricing["margin_minor"] == 0


def test_a_minimum_margin_lifts_the_floor() -> None:
    # Costs of 18.00 are 90 % of 20.00: with 10 % margin nothing may come off; with 5 %, 18.95.
    items = (item("a", 1000, cost=900), item("b", 1000, cost=900))
    assert priced(*items, params=PricingParams(min_margin_rate=0.1))["discount_minor"] == 0
    at_five = priced(*items, params=PricingParams(min_margin_rate=0.05))
    assert at_five["floor_minor"] == math.ceil(1800 / 0.95) == 1895
    assert at_five["discount_minor"] == 100


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
    frame = price_bundles(scored_bundles(row), DEFAULTS)
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
    assert price_bundles(ScoredBundles.create_empty(), DEFAULTS).is_empty()


def test_later_steps_find_their_columns_empty() -> None:
    pricing = priced(item("a", 1000), item("b", 1000))
    assert pricing["tiers"] is None
    assert pricing["reward"] is None
    assert pricing["break_even_attach_rate"] is None
    assert pricing["incremental_margin_minor"] is None


AMOUNTS = st.one_of(st.integers(0, 20), st.integers(0, 10_000), st.integers(0, 10**9))
ITEMS = st.lists(
    st.tuples(AMOUNTS, st.one_of(st.none(), AMOUNTS), st.integers(1, 3)), min_size=2, max_size=4
)
RATES = st.floats(min_value=0.0, max_value=1.0, allow_nan=False)
PARAMS = st.builds(
    PricingParams,
    margin_share=RATES,
    default_discount_rate=RATES,
    min_price_share=RATES,
    min_margin_rate=st.floats(min_value=0.0, max_value=0.95),
    discount_caps=st.builds(
        DiscountCaps,
        gift_box=st.tuples(RATES, RATES).map(lambda rates: RateRange(min(rates), max(rates))),
    ),
)
BUNDLES = st.lists(
    st.tuples(ITEMS, st.sampled_from(OBJECTIVES), st.sampled_from(["EUR", "JPY", "KWD"])),
    min_size=1,
    max_size=15,
)


@given(bundles=BUNDLES, params=PARAMS)
@settings(max_examples=25, deadline=None)
def test_promises_of_a_price_hold_whatever_the_shop(
    bundles: list[tuple[list[tuple[int, int | None, int]], str, str]],
    params: PricingParams,
) -> None:
    frame = scored_bundles(*(row(number, *bundle) for number, bundle in enumerate(bundles)))
    for bundle in price_bundles(frame, params).to_dicts():
        assert_promises_hold(bundle, params)


def row(number: int, items: list[tuple[int, int | None, int]], objective: str, code: str) -> Row:
    lines = [
        item(f"v{i}", price, cost=cost, quantity=q) for i, (price, cost, q) in enumerate(items)
    ]
    return scored(candidate(*lines, bundle_id=str(number), objectives=[objective], currency=code))


def assert_promises_hold(bundle: Row, params: PricingParams) -> None:
    pricing: Row = bundle["pricing"]
    price, list_total = pricing["bundle_price_minor"], pricing["list_total_minor"]
    discount, floor = pricing["discount_minor"], pricing["floor_minor"]
    items: list[Row] = bundle["items"]
    # Stated = charged, and the parts add up.
    assert list_total == sum(part["quantity"] * part["unit_price_minor"] for part in items)
    assert price == list_total - discount
    assert pricing["discount_rate"] == (discount / list_total if list_total else 0.0)
    assert sum(pricing["item_prices_minor"]) == price
    # Nothing above its list price, nothing below the floor that the list total keeps.
    for charged, part in zip(pricing["item_prices_minor"], items, strict=True):
        assert 0 <= charged <= part["quantity"] * part["unit_price_minor"]
    assert price >= min(floor, list_total)
    costs = [part["unit_cost_minor"] for part in items]
    if all(cost is not None for cost in costs):
        total_cost = sum(p["quantity"] * c for p, c in zip(items, costs, strict=True))
        assert floor >= total_cost
        assert pricing["margin_minor"] == price - total_cost
    # Within the caps, except for less where the floor or the minor unit forces it.
    caps = params.discount_caps.by_objective()[bundle["objectives"][0]]
    least, most = in_basis_points(caps.min_rate), in_basis_points(caps.max_rate)
    assert discount * BASIS_POINTS <= most * list_total
    if discount * BASIS_POINTS < least * list_total:
        is_at_floor = price <= max(floor, 0) or list_total < floor
        is_at_minor_unit = (discount + 1) * BASIS_POINTS > most * list_total
        assert is_at_floor or is_at_minor_unit


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_bundles_are_priced_alike(seed: int) -> None:
    rows = [scored(candidate(item("a", 7), item(f"b{i}", 10 * i + 1))) for i in range(20)]
    frame = scored_bundles(*rows)
    assert price_bundles(shuffled(frame, seed), DEFAULTS).equals(price_bundles(frame, DEFAULTS))


def item(variant_id: str, price: int, *, cost: int | None = None, quantity: int = 1) -> Row:
    return bundle_item(variant_id, unit_price_minor=price, unit_cost_minor=cost, quantity=quantity)


def priced(
    *items: Row,
    params: PricingParams = DEFAULTS,
    objectives: list[str] | None = None,
    currency: str = "EUR",
) -> dict[str, Any]:
    bundle = candidate(*items, objectives=objectives or ["increase_aov"], currency=currency)
    return price_bundles(scored_bundles(scored(bundle)), params).get_column("pricing").item()
