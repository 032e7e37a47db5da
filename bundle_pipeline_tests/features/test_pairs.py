"""Pairs: what selling two variants together is worth."""

from datetime import timedelta
from itertools import combinations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.baskets.build import baskets_of
from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.baskets.size_limit import BasketParams
from bundle_pipeline.features.pairs import pair_features
from bundle_pipeline.features.params import FeatureParams
from bundle_pipeline.mining.pair_rules import mine_pair_rules
from bundle_pipeline.mining.params import MiningParams
from bundle_pipeline.schemas.base import checked
from bundle_pipeline.schemas.features import PairFeatures
from bundle_pipeline_tests.support.mined import Row, pair, pair_rules_frame
from bundle_pipeline_tests.support.products import catalog_entry, variant
from bundle_pipeline_tests.support.sold import NOW, Sale, SoldShop, sold_shop

_TOGETHER = (
    *(Sale("a", 30, price=1000, order="1"), Sale("b", 30, price=200, order="1")),
    *(Sale("a", 10, price=1000, quantity=2, discount=500, order="2"), Sale("b", 10, order="2")),
    *(Sale("b", 0, price=300, order="3"), Sale("c", 0, order="3")),
)


def features(
    shop: SoldShop, *pairs: list[Row], max_basket_size: int | None = None
) -> dict[tuple[str, str], Row]:
    baskets = encode_baskets(
        baskets_of(shop.orders, shop.order_lines), BasketParams(max_basket_size=max_basket_size)
    )
    found = pair_features(shop.sales(), pair_rules_frame(*pairs), baskets, FeatureParams())
    rows = checked(PairFeatures, found).iter_rows(named=True)
    return {(row["first_id"], row["second_id"]): row for row in rows}


def test_times_and_revenue_of_baskets_with_both_by_hand() -> None:
    shop = sold_shop(*_TOGETHER)
    row = features(shop, pair("b", "a", count=2, counts=(3, 2), basket_total=9))["a", "b"]
    assert row["first_bought_at"] == NOW - timedelta(days=30)
    assert row["last_bought_at"] == NOW - timedelta(days=10)
    assert row["days_since_last"] == 10
    # 1000 + 200, and 2000 - 500 + 1000; c and the third order add nothing.
    assert row["revenue_minor"] == 3700
    # One interval of 20 days, which is the usual one too.
    assert row["expected_interval_days"] == 20


def test_strength_is_that_of_the_rarer_variant() -> None:
    rows = pair("a", "b", count=2, counts=(2, 3), basket_total=9)
    row = features(sold_shop(*_TOGETHER), rows)["a", "b"]
    assert (row["co_purchase_rate"], row["basket_count"]) == (1.0, 2)
    assert row["co_purchase_rate_low"] == pytest.approx(0.7)
    assert row["single_basket_count"] == 1


def test_cross_selling_is_what_baskets_with_one_would_add() -> None:
    files = [variant("a", price_minor=1000), variant("b", price_minor=250)]
    rows = pair("a", "b", count=2, counts=(2, 12), basket_total=90)
    row = features(sold_shop(*_TOGETHER, variants=files), rows)["a", "b"]
    # No basket has a without b; ten have b without a, of which a low 0.7 * 2 / 12 would take a.
    assert row["cross_sell_minor"] == round(10 * 0.7 * 2 / 12 * 1000)


def test_an_unknown_price_makes_it_unknown() -> None:
    shop = sold_shop(*_TOGETHER, variants=[variant("a")])
    rows = pair("a", "b", count=2, counts=(2, 3), basket_total=9)
    assert features(shop, rows)["a", "b"]["cross_sell_minor"] is None


def test_likeness_is_unknown_where_either_says_nothing() -> None:
    catalog = [
        catalog_entry("a", product_type="Tea", vendor="Acme"),
        catalog_entry("b", product_type="Tea", vendor="Best"),
    ]
    shop = sold_shop(*_TOGETHER, catalog=catalog)
    found = features(
        shop,
        pair("a", "b", count=2, counts=(2, 3), basket_total=9),
        pair("b", "c", count=1, counts=(3, 1), basket_total=9),
    )
    likeness = ("is_same_product", "is_same_category", "is_same_vendor")
    assert [found["a", "b"][name] for name in likeness] == [False, True, False]
    assert [found["b", "c"][name] for name in likeness] == [False, None, None]


def test_giant_baskets_and_parts_of_bundles_do_not_count() -> None:
    giant = [Sale(name, 0, order="giant") for name in "abcdef"]
    bundled = [Sale(name, 1, order="bundle", is_bundle_component=True) for name in "ab"]
    shop = sold_shop(*_TOGETHER, *giant, *bundled)
    rows = pair("a", "b", count=2, counts=(2, 3), basket_total=9)
    row = features(shop, rows, max_basket_size=5)["a", "b"]
    assert row["last_bought_at"] == NOW - timedelta(days=10)


def test_a_shop_without_rules_has_no_pairs() -> None:
    assert features(sold_shop(*_TOGETHER)) == {}
    assert features(sold_shop()) == {}


BASKETS = st.lists(st.sets(st.sampled_from("abcdef"), min_size=1, max_size=5), max_size=25)


@settings(max_examples=25, deadline=None)
@given(BASKETS)
def test_pairs_are_those_of_brute_force(held: list[set[str]]) -> None:
    shop = sold_shop(
        *[
            Sale(name, place / 3, price=100 + ord(name), order=f"o{place}")
            for place, names in enumerate(held)
            for name in sorted(names)
        ]
    )
    baskets = encode_baskets(baskets_of(shop.orders, shop.order_lines))
    rules = mine_pair_rules(baskets, MiningParams(min_basket_count=1, max_p_value=1.0))
    found = pair_features(shop.sales(), rules, baskets, FeatureParams())
    expected = {}
    for first, second in combinations("abcdef", 2):
        both = [place for place, names in enumerate(held) if {first, second} <= names]
        if rules.filter(antecedent_id=first, consequent_id=second).height:
            paid = len(both) * (200 + ord(first) + ord(second))
            expected[first, second] = (len(both), both[0] / 3, both[-1] / 3, paid)
    latest, first = (
        (NOW - pl.col(f"{which}_bought_at")).dt.total_seconds() / 86_400
        for which in ("last", "first")
    )
    rows = found.select(
        "first_id", "second_id", "basket_count", latest.alias("latest"), first.alias("first"),
        "revenue_minor",
    )  # fmt: skip
    assert {(a, b): tuple(rest) for a, b, *rest in rows.iter_rows()} == {
        key: pytest.approx(values) for key, values in expected.items()
    }
