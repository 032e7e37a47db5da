"""What every price promises, whatever the kind, the currency, the rounding and the settings."""

from itertools import combinations, pairwise

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.pricing.params import (
    BASIS_POINTS,
    DiscountCaps,
    PricingParams,
    RateRange,
    in_basis_points,
)
from bundle_pipeline.schemas.bundles import OBJECTIVES
from bundle_pipeline_tests.support.bundles import (
    Row,
    bundle_item,
    candidate,
    evidence,
    scored,
    scored_bundles,
    uptake,
)
from bundle_pipeline_tests.support.pricing import priced_without_history

AMOUNTS = st.one_of(st.integers(0, 20), st.integers(0, 10_000), st.integers(0, 10**9))
COSTS = st.one_of(st.none(), AMOUNTS)
RATES = st.floats(min_value=0.0, max_value=1.0, allow_nan=False)
PARAMS = st.builds(
    PricingParams,
    discount_rule=st.sampled_from(["expected_margin", "fixed_weights"]),
    discount_step_rate=st.sampled_from([0.01, 0.05, 0.25]),
    min_discount_rate=st.sampled_from([0.0, 0.03, 0.2]),
    stacked_discount_rate=st.sampled_from([0.0, 0.1, 0.5]),
    bundles_stack=st.booleans(),
    reward_rates=st.sampled_from([(0.25, 0.5, 1.0), (0.333,)]),
    charm_step_minor=st.sampled_from([None, 10, 100, 1000]),
    charm_tolerance_rate=st.sampled_from([0.0, 0.01, 0.1]),
    default_discount_rate=RATES,
    min_price_share=RATES,
    min_margin_rate=st.floats(min_value=0.0, max_value=0.95),
    discount_caps=st.builds(
        DiscountCaps,
        gift_box=st.tuples(RATES, RATES).map(lambda rates: RateRange(min(rates), max(rates))),
        increase_aov=st.just(RateRange(0.0, 0.9)),
    ),
)


@st.composite
def offers(draw: st.DrawFn) -> Row:
    """A bundle of any kind, in a currency of 0, 2 or 3 decimals."""
    kind = draw(st.sampled_from(["FBT", "FIXED", "VOLUME", "BXGY", "BXGY of one", "MIX_MATCH"]))
    most = {"VOLUME": 1, "BXGY": 2, "BXGY of one": 1, "MIX_MATCH": 5}.get(kind, 4)
    count = draw(st.integers(min(2, most), most))
    # Variants that several bundles may hold, each with one price and cost everywhere.
    numbers = draw(st.lists(st.integers(0, 7), min_size=count, max_size=count, unique=True))
    amounts = [(draw(AMOUNTS), draw(COSTS)) for _ in numbers]
    facts: Row = {
        "currency": draw(st.sampled_from(["EUR", "JPY", "KWD"])),
        "objectives": [draw(st.sampled_from(OBJECTIVES))],
        "evidence": draw(st.sampled_from([None, evidence()])),
        "uptake": draw(st.sampled_from([None, uptake()])),
    }
    quantities = st.integers(1, 3)
    parts = [
        bundle_item(f"v{number}", unit_price_minor=price, unit_cost_minor=cost)
        for number, (price, cost) in zip(numbers, amounts, strict=True)
    ]
    if kind == "VOLUME":
        tiers = sorted(draw(st.sets(st.integers(2, 20), min_size=1, max_size=3)))
        facts["quantity_tiers"] = [{"min_quantity": n, "order_count": 5} for n in tiers]
        parts[0] |= {"quantity": tiers[0], "role": "item"}
    elif kind == "MIX_MATCH":
        facts["pick_count"] = draw(st.integers(2, count))
        parts = [part | {"role": "option"} for part in parts]
    elif kind.startswith("BXGY"):
        parts = [
            parts[0] | {"role": "qualifier", "quantity": draw(quantities)},
            parts[-1] | {"role": "reward", "quantity": draw(quantities)},
        ]
    else:
        parts = [part | {"quantity": draw(quantities)} for part in parts]
    return candidate(*parts, kind=kind.split()[0], items=parts, **facts)


@given(bundles=st.lists(offers(), min_size=1, max_size=12), params=PARAMS)
@settings(max_examples=40, deadline=None)
def test_promises_of_a_price_hold_whatever_the_shop(
    bundles: list[Row], params: PricingParams
) -> None:
    currency = bundles[0]["currency"]
    rows = [
        scored(bundle | {"bundle_id": str(number), "currency": currency})
        for number, bundle in enumerate(bundles)
    ]
    priced = priced_without_history(scored_bundles(*rows), params)
    for bundle in priced.to_dicts():
        assert_amounts_add_up(bundle)
        assert_discount_is_allowed(bundle, params)
        {"VOLUME": assert_tiers_hold, "MIX_MATCH": assert_picks_hold}.get(
            bundle["kind"], assert_order_holds
        )(bundle, params)
    if params.bundles_stack:
        assert_bundles_stack(priced, params)


def assert_amounts_add_up(bundle: Row) -> None:
    pricing: Row = bundle["pricing"]
    list_total, discount = pricing["list_total_minor"], pricing["discount_minor"]
    assert pricing["bundle_price_minor"] == list_total - discount >= 0
    assert pricing["discount_rate"] == (discount / list_total if list_total else 0.0)
    for charged, part in zip(pricing["item_prices_minor"], bundle["items"], strict=True):
        assert 0 <= charged <= part["quantity"] * part["unit_price_minor"]
    assert (pricing["tiers"] is not None) == (bundle["kind"] == "VOLUME")
    assert (pricing["reward"] is not None) == (bundle["kind"] == "BXGY")


def assert_discount_is_allowed(bundle: Row, params: PricingParams) -> None:
    pricing: Row = bundle["pricing"]
    list_total, discount = pricing["list_total_minor"], pricing["discount_minor"]
    caps = params.discount_caps.by_objective()[bundle["objectives"][0]]
    assert discount * BASIS_POINTS <= in_basis_points(caps.max_rate) * list_total
    least = in_basis_points(params.min_discount_rate) * list_total
    assert discount == 0 or discount * BASIS_POINTS >= least
    assert pricing["bundle_price_minor"] >= min(pricing["floor_minor"], list_total)
    share = in_basis_points(params.min_price_share)
    assert discount == 0 or pricing["bundle_price_minor"] * BASIS_POINTS >= share * list_total
    if discount and pricing["margin_minor"] is not None and bundle["evidence"]:
        assert pricing["break_even_attach_rate"] is None or pricing["break_even_attach_rate"] >= 0.4


def assert_order_holds(bundle: Row, params: PricingParams) -> None:
    """FBT, FIXED and BXGY: one order of the bundle, or the reward taken any number of times."""
    pricing: Row = bundle["pricing"]
    items: list[Row] = bundle["items"]
    list_total = sum(part["quantity"] * part["unit_price_minor"] for part in items)
    assert pricing["list_total_minor"] == list_total
    assert sum(pricing["item_prices_minor"]) == pricing["bundle_price_minor"]
    costs = [part["unit_cost_minor"] for part in items]
    if None not in costs:
        cost = sum(part["quantity"] * part["unit_cost_minor"] for part in items)
        assert pricing["margin_minor"] == pricing["bundle_price_minor"] - cost
        if pricing["discount_minor"]:
            assert pays(pricing["bundle_price_minor"], cost, params)
    if bundle["kind"] == "BXGY":
        reward: Row = pricing["reward"]
        units, price = items[1]["quantity"], items[1]["unit_price_minor"]
        assert reward["quantity"] == units
        assert pricing["item_prices_minor"][1] == units * reward["unit_price_minor"]
        assert pricing["discount_minor"] == units * (price - reward["unit_price_minor"])
        off = price - reward["unit_price_minor"]
        assert reward["discount_rate"] == (off / price if price else 0)


def assert_tiers_hold(bundle: Row, params: PricingParams) -> None:
    """Any number of units."""
    pricing: Row = bundle["pricing"]
    [item] = bundle["items"]
    tiers: list[Row] = pricing["tiers"]
    price, cost = item["unit_price_minor"], item["unit_cost_minor"]
    asked = [tier["min_quantity"] for tier in bundle["quantity_tiers"]]
    assert [tier["min_quantity"] for tier in tiers] == asked
    assert pricing["list_total_minor"] == asked[0] * price
    assert pricing["item_prices_minor"] == [pricing["bundle_price_minor"]]
    assert pricing["bundle_price_minor"] == asked[0] * tiers[0]["unit_price_minor"]
    charged = [
        ([price] + [t["unit_price_minor"] for t in tiers if t["min_quantity"] <= n])[-1]
        for n in range(1, 25)
    ]
    assert all(before >= after for before, after in pairwise(charged))
    orders = [units * unit_price for units, unit_price in enumerate(charged, start=1)]
    assert all(before <= after for before, after in pairwise(orders))
    for tier in tiers:
        unit_price = tier["unit_price_minor"]
        assert 0 <= unit_price <= price
        assert tier["unit_margin_minor"] == (None if cost is None else unit_price - cost)
        assert cost is None or unit_price == price or pays(unit_price, cost, params)


def assert_picks_hold(bundle: Row, params: PricingParams) -> None:
    """Every admissible pick."""
    pricing: Row = bundle["pricing"]
    options = list(zip(bundle["items"], pricing["item_prices_minor"], strict=True))
    caps = params.discount_caps.by_objective()[bundle["objectives"][0]]
    picks = list(combinations(options, bundle["pick_count"]))
    totals = [sum(option["unit_price_minor"] for option, _ in pick) for pick in picks]
    charged = [sum(price for _, price in pick) for pick in picks]
    assert pricing["list_total_minor"] == min(totals)
    assert pricing["bundle_price_minor"] in charged
    for pick, total, price in zip(picks, totals, charged, strict=True):
        assert price <= total
        assert (total - price) * BASIS_POINTS <= in_basis_points(caps.max_rate) * total
        costs = [option["unit_cost_minor"] for option, _ in pick]
        if price < total and None not in costs:
            assert pays(price, sum(costs), params)


def assert_bundles_stack(priced: pl.DataFrame, params: PricingParams) -> None:
    """Any other bundle's deepest discount on each item leaves the costs of those known."""
    bundles = priced.to_dicts()
    for bundle in bundles:
        pricing: Row = bundle["pricing"]
        if bundle["kind"] not in {"FBT", "FIXED"} or not pricing["discount_minor"]:
            continue
        items: list[Row] = bundle["items"]
        if any(part["unit_cost_minor"] is None for part in items):
            continue
        on_top = sum(
            part["quantity"] * max(0, *(unit_discount(o, part) for o in bundles if o != bundle), 0)
            for part in items
        )
        cost = sum(part["quantity"] * part["unit_cost_minor"] for part in items)
        assert pays(pricing["bundle_price_minor"] - on_top, cost, params)


def unit_discount(bundle: Row, part: Row) -> int:
    """What comes off a unit of the part's variant in a bundle, rounded down."""
    pricing: Row = bundle["pricing"]
    offs = [
        (item["quantity"] * item["unit_price_minor"] - price) // item["quantity"]
        for item, price in zip(bundle["items"], pricing["item_prices_minor"], strict=True)
        if item["variant_id"] == part["variant_id"]
    ]
    of_tiers = [
        bundle["items"][0]["unit_price_minor"] - tier["unit_price_minor"]
        for tier in pricing["tiers"] or []
        if bundle["items"][0]["variant_id"] == part["variant_id"]
    ]
    return max([0, *offs, *of_tiers])


def pays(price: int, cost: int, params: PricingParams) -> bool:
    """Whether a price covers costs and minimum margin, after another discount that may stack."""
    margin = BASIS_POINTS - in_basis_points(params.min_margin_rate)
    stacked = BASIS_POINTS - in_basis_points(params.stacked_discount_rate)
    return price * margin * stacked >= cost * BASIS_POINTS**2
