"""Candidates of a shop."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import dataframely as dy
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from bundle_pipeline.candidates.suggest import CandidateParams, suggest_bundles
from bundle_pipeline.schemas.bundles import KINDS, CandidateBundles
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline_tests.support.frames import order_lines_frame, orders_frame, shuffled
from bundle_pipeline_tests.support.known_shops import known_of_shop
from bundle_pipeline_tests.support.mined import (
    item_counts_frame,
    itemset,
    itemsets_frame,
    pair,
    pair_rules_frame,
)
from bundle_pipeline_tests.support.products import (
    catalog_entry,
    catalog_frame,
    inventory_frame,
    stocked,
    variant,
    variants_frame,
)

NOW = datetime(2026, 1, 31, tzinfo=UTC)
AB = pair("a", "b", count=20, counts=(50, 100), basket_total=1000)


def suggested(
    params: CandidateParams | None = None, /, **frames: pl.DataFrame
) -> dy.DataFrame[CandidateBundles]:
    """Candidates of the pair a -> b of two plain variants, with other frames where named."""
    defaults: dict[str, pl.DataFrame] = {
        "pair_rules": pair_rules_frame(AB),
        "itemsets": itemsets_frame(),
        "item_counts": item_counts_frame({"a": 50, "b": 100, "c": 200}, basket_total=1000),
        "orders": orders_frame(1, ordered_at=[NOW]),
        "order_lines": order_lines_frame(["a", "b"]),
        "variants": variants_frame(variant("a"), variant("b")),
        "catalog": catalog_frame(),
        "inventory": inventory_frame(),
    }
    known = known_of_shop(defaults | frames)
    return suggest_bundles(shop_id("corner"), known, params or CandidateParams())


def only(candidates: pl.DataFrame) -> dict[str, Any]:
    assert candidates.height == 1
    return candidates.row(0, named=True)


def test_a_pair_becomes_one_fbt_bundle_with_the_anchor_first() -> None:
    found = only(suggested())
    assert (found["kind"], found["currency"], found["is_on_sale"]) == ("FBT", "EUR", True)
    assert [item["variant_id"] for item in found["items"]] == ["a", "b"]
    assert [item["role"] for item in found["items"]] == ["anchor", "add_on"]
    assert [item["quantity"] for item in found["items"]] == [1, 1]
    assert found["objectives"] == ["increase_aov"]


def test_a_triple_lists_its_add_ons_by_variant_id() -> None:
    candidates = suggested(
        pair_rules=pair_rules_frame(),
        itemsets=itemsets_frame(itemset("abc", count=5, basket_total=1000)),
        item_counts=item_counts_frame({"a": 50, "b": 10, "c": 25}, basket_total=1000),
    )
    assert [item["variant_id"] for item in only(candidates)["items"]] == ["b", "a", "c"]


def test_titles_come_from_the_catalog_and_prices_from_the_variants() -> None:
    candidates = suggested(
        variants=variants_frame(
            variant("a", product_title="Old", price_minor=600, unit_cost_minor=200),
            variant("b", product_title="Only", sku=None),
        ),
        catalog=catalog_frame(catalog_entry("a", product_title="New", price_minor=900, sku="x")),
    )
    first, second = only(candidates)["items"]
    assert (first["title"], first["unit_price_minor"], first["unit_cost_minor"]) == (
        "New",
        600,
        200,
    )
    assert (first["sku"], second["title"], second["sku"]) == ("SKU-a", "Only", None)


def test_what_only_the_catalog_knows_is_taken_from_it() -> None:
    candidates = suggested(
        variants=variants_frame(),
        catalog=catalog_frame(
            catalog_entry("a", price_minor=700, unit_cost_minor=100, available_count=3),
            catalog_entry("b"),
        ),
    )
    found = only(candidates)
    assert found["items"][0]["unit_price_minor"] == 700
    assert found["items"][0]["unit_cost_minor"] == 100
    assert found["stock"]["feasible_quantity"] == 3


def test_an_unknown_variant_has_null_fields_and_the_currency_of_the_orders() -> None:
    found = only(
        suggested(
            variants=variants_frame(),
            orders=orders_frame(1, ordered_at=[NOW], currency="CHF"),
        )
    )
    assert found["currency"] == "CHF"
    assert found["is_on_sale"]
    assert found["items"][0] == {
        "variant_id": "a",
        "product_id": None,
        "sku": None,
        "title": None,
        "variant_title": None,
        "quantity": 1,
        "role": "anchor",
        "unit_price_minor": None,
        "unit_cost_minor": None,
        "product_type": None,
        "available_count": None,
        "days_of_cover": None,
    }


def test_a_price_in_another_currency_than_the_shops_is_unknown() -> None:
    candidates = suggested(
        variants=variants_frame(variant("a"), variant("b", currency="USD"), variant("c"))
    )
    found = only(candidates)
    assert found["currency"] == "EUR"
    assert [item["unit_price_minor"] for item in found["items"]] == [1000, None]


@pytest.mark.parametrize(
    ("status", "is_on_sale"), [("active", True), ("archived", False), ("unlisted", False)]
)
def test_an_item_off_sale_takes_the_bundle_off_sale(status: str, is_on_sale: bool) -> None:  # noqa: FBT001 - a parametrised value
    catalog = catalog_frame(catalog_entry("b", product_status=status))
    assert only(suggested(catalog=catalog))["is_on_sale"] is is_on_sale


def test_a_closed_variant_takes_the_bundle_off_sale() -> None:
    by_variant = suggested(variants=variants_frame(variant("a"), variant("b", is_current=False)))
    assert only(by_variant)["is_on_sale"] is False
    by_page = suggested(catalog=catalog_frame(catalog_entry("b", is_current=False)))
    assert only(by_page)["is_on_sale"] is False


def test_stock_sales_and_scarcity_come_from_their_files() -> None:
    # a: 12 - 2 = 10 units, b: 3; one unit of each sold in 60 days: b lasts 3 / (1 / 60) days
    candidates = suggested(
        inventory=inventory_frame(
            stocked("a", 12), stocked("a", -2, location_id="annex"), stocked("b", 3)
        ),
        catalog=catalog_frame(catalog_entry("b", available_count=99)),
    )
    assert only(candidates)["stock"] == {
        "feasible_quantity": 3,
        "days_of_cover": 180.0,
        "limited_by": "b",
    }


@pytest.mark.parametrize(
    ("first", "second", "objectives"),
    [
        (
            {"product_type": "Ladders"},
            {"product_type": "Ladders"},
            ["category_bundle", "increase_aov"],
        ),
        ({"product_type": "Ladders"}, {"product_type": None}, ["increase_aov"]),
        ({"product_type": None}, {"product_type": None}, ["increase_aov"]),
        # margin (2000 - 1200) / 2000 = 0.4 is just enough
        ({"unit_cost_minor": 200}, {"unit_cost_minor": 1000}, ["margin_guard", "increase_aov"]),
        ({"unit_cost_minor": 201}, {"unit_cost_minor": 1000}, ["increase_aov"]),
        ({"unit_cost_minor": 0}, {"unit_cost_minor": None}, ["increase_aov"]),
        (
            {"unit_cost_minor": 1, "product_type": "Ladders"},
            {"unit_cost_minor": 1, "product_type": "Ladders"},
            ["margin_guard", "category_bundle", "increase_aov"],
        ),
        (
            {"unit_cost_minor": 0, "price_minor": 0},
            {"unit_cost_minor": 0, "price_minor": 0},
            ["increase_aov"],
        ),
    ],
)
def test_objectives_are_those_the_items_settle_best_first(
    first: dict[str, object], second: dict[str, object], objectives: list[str]
) -> None:
    candidates = suggested(variants=variants_frame(variant("a", **first), variant("b", **second)))
    assert only(candidates)["objectives"] == objectives


def test_only_the_strongest_are_kept_and_the_rest_is_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rules = pair_rules_frame(
        pair("a", "b", count=5, counts=(9, 8), basket_total=99, p_value=0.0, adjusted_lift=2.0),
        pair("a", "c", count=5, counts=(9, 8), basket_total=99, p_value=0.0, adjusted_lift=3.0),
        pair("b", "c", count=5, counts=(9, 8), basket_total=99, p_value=0.01, adjusted_lift=9.0),
    )
    params = CandidateParams(max_candidates=2)
    with caplog.at_level(logging.INFO):
        candidates = suggested(params, pair_rules=rules)
    assert set(candidates.get_column("evidence").struct.field("p_value")) == {0.0}
    assert "3 suggested, 1 cut, 0 without an objective, 2 out" in caplog.text
    one = suggested(CandidateParams(max_candidates=1), pair_rules=rules)
    assert only(one)["evidence"]["adjusted_lift"] == 3.0


def shop_of_every_kind() -> dict[str, pl.DataFrame]:
    """Gifts bought together, some by the dozen, and a flavour that customers change."""
    goods = ["Gift A", "Gift B", "Gift C", "Tea mint", "Tea lemon", "Tea plum", "Old lamp"]
    ids = dict(zip("abcmlpo", goods, strict=True))
    tea = {"product_id": "tea", "product_type": "Tea"}
    rows: dict[str, Any] = {
        id_: {"product_title": title, "product_type": "Gifts"} | (tea if id_ in "mlp" else {})
        for id_, title in ids.items()
    }
    rows["b"] |= {"price_minor": 400}
    rows["o"] |= {"created_at": NOW - timedelta(days=400), "price_minor": 500}
    baskets = [*["ab"] * 30, *["a"] * 10, *["aa"] * 10, *["m", "l", "p"] * 6, "c"]
    return {
        "pair_rules": pair_rules_frame(pair("a", "b", count=20, counts=(50, 30), basket_total=69)),
        "item_counts": item_counts_frame({"a": 50, "b": 30, "c": 1, "m": 6}, basket_total=69),
        "orders": orders_frame(
            len(baskets),
            ordered_at=[NOW - timedelta(hours=hour) for hour in range(len(baskets))],
            customers=[f"c{place % 6}" if place > 49 else None for place in range(len(baskets))],
        ),
        "order_lines": order_lines_frame(*baskets),
        "variants": variants_frame(*[variant(id_, **row) for id_, row in rows.items()]),
        "inventory": inventory_frame(*[stocked(id_, 500) for id_ in ids]),
    }


def test_every_kind_is_suggested_and_no_offer_twice() -> None:
    candidates = suggested(**shop_of_every_kind())
    assert set(candidates.get_column("kind")) == set(KINDS)
    assert not candidates.get_column("bundle_id").is_duplicated().any()
    # The best seller is the anchor of the pair and the qualifier of its small companion.
    assert set(candidates.filter(kind="BXGY").get_column("backing")) == {"proven", "unproven"}
    assert candidates.filter(kind="MIX_MATCH").item(0, "pick_count") == 2
    (tier,) = candidates.filter(kind="VOLUME").item(0, "quantity_tiers").to_list()
    assert tier == {"min_quantity": 2, "order_count": 10}
    for row in candidates.to_dicts():
        assert len(row["objectives"]) == len(row["objective_fit"])


def test_stock_of_a_variant_in_two_items_is_counted_once() -> None:
    frames = shop_of_every_kind() | {"inventory": inventory_frame(stocked("o", 7))}
    found = suggested(**frames).filter(
        pl.col("items").list.eval(pl.element().struct.field("variant_id") == "o").list.all()
    )
    # Buy one, get one: seven units are three bundles.
    assert only(found)["stock"]["feasible_quantity"] == 3


def test_shuffled_frames_of_a_shop_of_every_kind_give_equal_candidates() -> None:
    frames = shop_of_every_kind()
    expected = suggested(**frames)
    for seed in range(2):
        mixed = {name: shuffled(frame, seed) for name, frame in frames.items()}
        assert_frame_equal(suggested(**mixed), expected, check_exact=True)


def test_an_empty_shop_has_no_candidates() -> None:
    candidates = suggested(
        pair_rules=pair_rules_frame(),
        item_counts=item_counts_frame(),
        orders=orders_frame(0),
        order_lines=order_lines_frame(),
        variants=variants_frame(),
    )
    assert candidates.is_empty()
    assert candidates.schema == CandidateBundles.create_empty().schema


def test_shuffled_inputs_give_equal_candidates() -> None:
    letters = "abcdefgh"
    frames: dict[str, pl.DataFrame] = {
        "pair_rules": pair_rules_frame(
            *[
                pair(x, y, count=4, counts=(9, 9), basket_total=99, p_value=0.0)
                for x in letters
                for y in letters
                if x < y
            ]
        ),
        "itemsets": itemsets_frame(
            *[itemset(["a", "b", x], count=3, basket_total=99) for x in letters[2:]]
        ),
        "item_counts": item_counts_frame(dict.fromkeys(letters, 9), basket_total=99),
        "orders": orders_frame(8),
        "order_lines": order_lines_frame(*["ab" + x for x in letters]),
        "variants": variants_frame(*[variant(x) for x in letters]),
        "catalog": catalog_frame(*[catalog_entry(x) for x in letters]),
        "inventory": inventory_frame(
            *[stocked(x, 5, location_id=place) for x in letters for place in "12"]
        ),
    }
    params = CandidateParams(max_candidates=20)
    expected = suggested(params, **frames)
    assert expected.height == 20
    for seed in range(3):
        mixed = {name: shuffled(frame, seed) for name, frame in frames.items()}
        assert_frame_equal(suggested(params, **mixed), expected, check_exact=True)
