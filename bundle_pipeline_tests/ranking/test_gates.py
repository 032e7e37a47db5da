import polars as pl
import pytest

from bundle_pipeline.ranking.gates import with_failed_gate
from bundle_pipeline.ranking.params import RankingParams
from bundle_pipeline.schemas.bundles import DROP_CODES, PricedBundles
from bundle_pipeline_tests.support.bundles import (
    Row,
    bundle_item,
    candidate,
    evidence,
    priced,
    priced_bundles,
    scored,
    stock,
    uptake,
)

A, B = bundle_item("a"), bundle_item("b")
ALIKE = ("duplicate_items", "substitute_items")

# Each breaks one gate only, in the order in which the gates are asked.
FAILING: dict[str, Row] = {
    "UNRESOLVED_ITEM": {"items": (A, bundle_item("b", title=None))},
    "NO_PRICE": {"is_priced": False},
    "NOT_FOR_SALE": {"is_on_sale": False},
    "SAME_PRODUCT": {"items": (A, bundle_item("b", product_id="product-a"))},
    "DUPLICATE_PRODUCTS": {"duplicate_items": "product-a and product-b"},
    "SUBSTITUTES": {"substitute_items": "product-a and product-b"},
    "OUT_OF_STOCK": {"stock": stock(feasible_quantity=0, limited_by="b")},
    "BELOW_FLOOR": {"floor_minor": 1801},
    "NO_OFFER": {"kind": "BXGY", "discount_rate": 0.0},
    "LOSES_MARGIN": {"backing": "pooled", "incremental_margin_minor": -59},
    "FEW_CUSTOMERS": {"evidence": evidence(customer_count=4)},
    "FADED": {"evidence": evidence(held_out="faded")},
}


@pytest.mark.parametrize("code", FAILING)
def test_each_gate_drops_what_it_names(code: str) -> None:
    assert failed(FAILING[code])[0] == code


def test_a_sound_bundle_passes_every_gate() -> None:
    assert failed({}) == (None, None)


def test_the_first_failing_gate_in_the_declared_order_is_named() -> None:
    same_product = bundle_item("b", product_id="product-a")
    hopeless: Row = {
        "items": (A, same_product | {"title": None}),
        "is_priced": False,
        "is_on_sale": False,
        "duplicate_items": "product-a and product-b",
        "substitute_items": "product-a and product-b",
        "stock": stock(feasible_quantity=0),
        "floor_minor": 2001,
        "discount_rate": 0.0,
        "backing": "unproven",
        "incremental_margin_minor": -1,
        "evidence": evidence(customer_count=4, held_out="faded"),
    }
    repairs: list[Row] = [
        {"items": (A, same_product)},
        {"is_priced": True},
        {"is_on_sale": True},
        {"items": (A, B), "kind": "BXGY"},
        {"duplicate_items": None},
        {"substitute_items": None},
        {"stock": stock()},
        {"floor_minor": 0},
        {"discount_rate": 0.1},
        {"backing": "proven"},
        {"evidence": evidence(held_out="faded")},
    ]
    codes = [failed(hopeless)[0]]
    for repair in repairs:
        hopeless |= repair
        codes.append(failed(hopeless)[0])
    assert codes == list(FAILING) == list(DROP_CODES[: len(codes)])


def test_an_unknown_price_is_an_unresolved_item() -> None:
    code, detail = failed({"items": (A, bundle_item("b", unit_price_minor=None))})
    assert code == "UNRESOLVED_ITEM"
    assert detail == "no price or no title is known of b"


def test_unknown_products_are_not_the_same_product() -> None:
    unknown = (bundle_item("a", product_id=None), bundle_item("b", product_id=None))
    assert failed({"items": unknown}) == (None, None)


def test_stock_that_is_not_tracked_is_no_reason() -> None:
    assert failed({"stock": stock(feasible_quantity=None)}) == (None, None)


def test_a_price_at_its_floor_is_no_reason() -> None:
    assert failed({"floor_minor": 1800}) == (None, None)


def test_unknown_customers_are_no_reason() -> None:
    assert failed({"evidence": evidence(customer_count=None)}) == (None, None)


def test_gates_can_be_set() -> None:
    params = RankingParams(min_customer_count=0, drop_faded=False)
    weak = {"evidence": evidence(customer_count=0, held_out="faded")}
    assert failed(weak, params) == (None, None)


@pytest.mark.parametrize(
    ("code", "detail"),
    [
        ("SAME_PRODUCT", "several variants of product product-a"),
        ("OUT_OF_STOCK", "stock for 0 bundles, limited by variant b"),
        ("BELOW_FLOOR", "price 18.00 EUR is below the floor of 18.01 EUR (no cost known)"),
        ("NO_OFFER", "a bundle of kind BXGY at 0 % off offers nothing"),
        ("FEW_CUSTOMERS", "distinct customers: 4 of at least 5"),
    ],
)
def test_details_carry_the_numbers(code: str, detail: str) -> None:
    assert failed(FAILING[code])[1] == detail


@pytest.mark.parametrize("code", ["DUPLICATE_PRODUCTS", "SUBSTITUTES"])
def test_products_alike_are_only_kept_apart_in_bundles_bought_together(code: str) -> None:
    allowed = RankingParams(drop_duplicate_products=False, drop_substitutes=False)
    assert failed(FAILING[code], allowed) == (None, None)
    assert failed(FAILING[code] | {"kind": "MIX_MATCH"}) == (None, None)


def test_a_reward_may_be_more_of_the_same_and_options_variants_of_one_product() -> None:
    more = bundle_item("a", role="reward")
    assert failed({"kind": "BXGY", "items": (A, more)}) == (None, None)
    flavour = bundle_item("b", product_id="product-a")
    assert failed({"kind": "MIX_MATCH", "items": (A, flavour)}) == (None, None)
    assert failed({"kind": "FIXED", "items": (A, flavour)})[0] == "SAME_PRODUCT"


def test_customers_are_counted_by_uptake_where_there_is_no_evidence() -> None:
    by_uptake: Row = {"evidence": None, "kind": "VOLUME", "items": (A,)}
    assert failed(by_uptake | {"uptake": uptake(customer_count=4)})[0] == "FEW_CUSTOMERS"
    assert failed(by_uptake | {"uptake": uptake(customer_count=5)}) == (None, None)
    assert failed(by_uptake | {"backing": "unproven"}) == (None, None)


def test_what_orders_show_may_cost_margin_to_clear_stock() -> None:
    assert failed({"incremental_margin_minor": -59}) == (None, None)
    assert failed({"backing": "unproven", "incremental_margin_minor": 0}) == (None, None)
    assert failed({"backing": "unproven"}) == (None, None)


@pytest.mark.parametrize("kind", ["FBT", "FIXED"])
def test_what_goes_together_is_worth_showing_at_list_price(kind: str) -> None:
    assert failed({"kind": kind, "discount_rate": 0.0}) == (None, None)


@pytest.mark.parametrize(("deepest", "code"), [(0.0, "NO_OFFER"), (0.05, None)])
def test_units_are_an_offer_if_any_tier_costs_less(deepest: float, code: str | None) -> None:
    tiers = [
        {"min_quantity": n, "unit_price_minor": 1000, "discount_rate": rate, "unit_margin_minor": 1}
        for n, rate in ((2, 0.0), (4, deepest))
    ]
    by_uptake: Row = {"evidence": None, "kind": "VOLUME", "items": (A,), "uptake": uptake()}
    assert failed(by_uptake | {"discount_rate": 0.0, "tiers": tiers})[0] == code


def test_no_bundles_fail_no_gates() -> None:
    none = with_alike(PricedBundles.create_empty(), {})
    assert with_failed_gate(none, RankingParams()).is_empty()


def failed(changes: Row, params: RankingParams | None = None) -> tuple[str | None, str | None]:
    items: tuple[Row, ...] = changes.get("items", (A, B))
    of_pricing = {"floor_minor", "discount_rate", "tiers", "incremental_margin_minor"}
    apart = {"items", "is_priced", *of_pricing, *ALIKE}
    of_candidate = {k: v for k, v in changes.items() if k not in apart}
    pricing = {k: v for k, v in changes.items() if k in of_pricing}
    row = priced(scored(candidate(*items, **of_candidate)), **pricing)
    frame = priced_bundles(row if changes.get("is_priced", True) else row | {"pricing": None})
    (row,) = with_failed_gate(with_alike(frame, changes), params or RankingParams()).to_dicts()
    return row["code"], row["detail"]


def with_alike(frame: pl.DataFrame, changes: Row) -> pl.DataFrame:
    named = {column: pl.lit(changes.get(column), pl.String) for column in ALIKE}
    return frame.with_columns(**named)
