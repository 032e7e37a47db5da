"""As many rows as there are distinct entities, and the checks that would tell otherwise."""

from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.baskets.build import baskets_of
from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.features.categories import category_features
from bundle_pipeline.features.customers import customer_features
from bundle_pipeline.features.entities import (
    categories_unlike_products,
    customers_unlike_orders,
    pairs_unlike_rules,
    rows_unlike_entities,
    variants_not_of_one_product,
)
from bundle_pipeline.features.objective_plan import plan_objectives
from bundle_pipeline.features.pairs import pair_features
from bundle_pipeline.features.params import FeatureParams
from bundle_pipeline.features.products import product_features
from bundle_pipeline.mining.pair_rules import mine_pair_rules
from bundle_pipeline.mining.params import MiningParams
from bundle_pipeline.schemas.base import checked
from bundle_pipeline.schemas.features import (
    CategoryFeatures,
    CustomerFeatures,
    ObjectivePlan,
    PairFeatures,
    ProductFeatures,
)
from bundle_pipeline_tests.support.frames import shuffled
from bundle_pipeline_tests.support.products import catalog_entry, stocked, variant
from bundle_pipeline_tests.support.sold import Sale, SoldShop, sold_shop

PARAMS = FeatureParams()
ALL = MiningParams(min_basket_count=1, max_p_value=1.0)


def test_missing_extra_and_repeated_rows_are_told() -> None:
    found = rows_unlike_entities(pl.Series(["a", "b", "b", "x"]), pl.Series(["a", "a", "b", "c"]))
    assert found.get_column("key").to_list() == ["b", "c", "x"]
    assert rows_unlike_entities(pl.Series(["a"]), pl.Series(["a", "a"])).is_empty()


def test_a_variant_of_two_products_or_of_none_is_told() -> None:
    shop = sold_shop(Sale("a"), Sale("b"))
    products = product_features(shop.sales(), PARAMS)
    files = {"variants": shop.variants, "catalog": shop.catalog}
    without_b = products.filter(~pl.col("variant_ids").list.contains("b"))
    twice_a = pl.concat([products, without_b])
    for rows, astray in ((without_b, ["b"]), (twice_a, ["a"]), (products, [])):
        found = variants_not_of_one_product(rows, order_lines=shop.order_lines.lazy(), **files)
        assert found.get_column("key").to_list() == astray


def measured(shop: SoldShop) -> dict[str, pl.DataFrame]:
    """All frames, checked, and what the checks find."""
    baskets = encode_baskets(baskets_of(shop.orders, shop.order_lines))
    rules = mine_pair_rules(baskets, ALL)
    sales = shop.sales()
    products = product_features(sales, PARAMS)
    customers = customer_features(sales, PARAMS)
    categories = category_features(sales, products, PARAMS)
    pairs = pair_features(sales, rules, baskets, PARAMS)
    plan = plan_objectives(
        products,
        category_features=categories,
        pair_features=pairs,
        as_of=sales.as_of,
        params=PARAMS.plan,
    )
    astray = variants_not_of_one_product(
        products, order_lines=shop.order_lines.lazy(), variants=shop.variants, catalog=shop.catalog
    )
    assert astray.is_empty()
    assert customers_unlike_orders(customers, shop.orders).is_empty()
    assert categories_unlike_products(categories, products).is_empty()
    assert pairs_unlike_rules(pairs, rules).is_empty()
    return {
        "products": checked(ProductFeatures, products),
        "customers": checked(CustomerFeatures, customers),
        "categories": checked(CategoryFeatures, categories),
        "pairs": checked(PairFeatures, pairs),
        "plan": checked(ObjectivePlan, plan),
    }


IDS = st.sampled_from("abcde")
SALES = st.builds(
    Sale,
    variant_id=st.none() | IDS,
    days_ago=st.integers(0, 900).map(float),
    quantity=st.integers(1, 9),
    price=st.integers(0, 5000),
    discount=st.integers(0, 6000),
    customer=st.none() | st.sampled_from("xyz"),
    refunded=st.none() | st.integers(0, 9000),
    currency=st.sampled_from(["EUR", "EUR", "USD"]),
    product_id=st.none() | st.sampled_from(["p", "q"]),
    is_bundle_component=st.booleans(),
)
ORDERS = st.lists(st.lists(SALES, min_size=1, max_size=4), max_size=12)
FILES = st.fixed_dictionaries(
    {
        "variants": st.sets(IDS).map(lambda ids: [variant(name, product_id="p") for name in ids]),
        "catalog": st.sets(IDS).map(
            lambda ids: [catalog_entry(name, product_type=f"type-{name}") for name in ids]
        ),
        "inventory": st.sets(IDS).map(lambda ids: [stocked(name, ord(name) - 98) for name in ids]),
    }
)


def shop_of(orders: list[list[Sale]], files: dict[str, Any]) -> SoldShop:
    sales = [
        Sale(**{**vars(sale), "order": f"o{place}", "days_ago": held[0].days_ago})
        for place, held in enumerate(orders)
        for sale in held
    ]
    return sold_shop(*sales, **files)


@settings(max_examples=25, deadline=None)
@given(ORDERS, FILES)
def test_rows_are_the_distinct_entities_and_every_frame_is_as_declared(
    orders: list[list[Sale]], files: dict[str, Any]
) -> None:
    measured(shop_of(orders, files))


@settings(max_examples=10, deadline=None)
@given(ORDERS, FILES, st.integers(0, 9))
def test_the_order_of_rows_changes_nothing(
    orders: list[list[Sale]], files: dict[str, Any], seed: int
) -> None:
    shop = shop_of(orders, files)
    mixed = SoldShop(**{name: shuffled(frame, seed) for name, frame in vars(shop).items()})
    for name, frame in measured(shop).items():
        assert frame.equals(measured(mixed)[name]), name


def test_rooms_never_change_their_inputs() -> None:
    shop = sold_shop(Sale("a", customer="x"), variants=[variant("a")])
    before = {name: frame.clone() for name, frame in vars(shop).items()}
    shop.sales()
    assert all(frame.equals(before[name]) for name, frame in vars(shop).items())
