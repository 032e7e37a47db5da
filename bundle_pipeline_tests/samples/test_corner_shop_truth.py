"""The ingest room does with every row of ``corner-shop`` what the truth says."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from bundle_pipeline_tests.support.landing import ReadShop, loaded_shop

LANDING = Path(__file__).parents[2] / "data" / "landing"
TRUTH = Path(__file__).with_name("corner_shop_truth.json")
# What ingest calls each kind of dirt that it sets aside.
REASONS = {
    "repeated_row": "later_row",
    "redelivered_line": "later_row",
    "corrected_line": "later_row",
    "quantity_zero": "non_positive_quantity",
    "quantity_negative": "non_positive_quantity",
    "quantity_not_a_number": "quantity_not_a_number",
    "price_not_a_number": "price_not_a_number",
    "time_unreadable": "ordered_at_not_a_time",
    "time_impossible": "ordered_at_not_a_time",
    "currency_unknown": "currency_unknown",
    "too_many_fields": "wrong_field_count",
    "later_voided_line": "voided_order",
    "voided_line": "voided_order",
    "refunded_line": "refunded_order",
    "gift_card_line": "gift_card",
}


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    return json.loads(TRUTH.read_bytes())


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> ReadShop:
    return loaded_shop(LANDING, "corner-shop", tmp_path_factory.mktemp("spool"))


def line_ids(truth: dict[str, Any], kind: str) -> list[str]:
    return next(dirt["line_ids"] for dirt in truth["dirt"] if dirt["kind"] == kind)


def test_as_many_order_rows_as_the_truth_says_end_each_way(
    shop: ReadShop, truth: dict[str, Any]
) -> None:
    ledger = shop.ingest_ledger.filter(pl.col("kind") == "orders")
    for outcome in ("loaded", "superseded", "excluded", "quarantined"):
        assert ledger.get_column(f"{outcome}_count").sum() == truth["order_rows"][outcome], outcome
    assert shop.orders.height == truth["sold_order_count"]


def test_every_kind_of_dirt_is_counted_under_its_reason(
    shop: ReadShop, truth: dict[str, Any]
) -> None:
    expected: dict[str, int] = {}
    for dirt in truth["dirt"]:
        if dirt["outcome"] != "loaded":
            reason = REASONS[dirt["kind"]]
            expected[reason] = expected.get(reason, 0) + dirt["row_count"]
    # The first export's copies of the order that was voided later.
    expected["later_row"] += len(line_ids(truth, "later_voided_line"))
    reasons = (
        shop.ingest_ledger.filter(pl.col("kind") == "orders")
        .explode("reasons")
        .drop_nulls("reasons")
        .select(pl.col("reasons").struct.unnest())
        .group_by("reason")
        .agg(pl.col("row_count").sum())
    )
    assert dict(zip(reasons["reason"], reasons["row_count"], strict=True)) == expected


def test_corrected_lines_have_their_new_quantity(shop: ReadShop, truth: dict[str, Any]) -> None:
    corrected = truth["corrected_quantities"]
    lines = shop.order_lines.filter(pl.col("line_id").is_in(list(corrected)))
    assert dict(zip(lines["line_id"], lines["quantity"], strict=True)) == corrected


def test_a_variant_is_found_by_its_sku_only_where_one_variant_has_it(
    shop: ReadShop, truth: dict[str, Any]
) -> None:
    variant_of = dict(zip(shop.order_lines["line_id"], shop.order_lines["variant_id"], strict=True))
    assert all(variant_of[line] is not None for line in line_ids(truth, "sku_only"))
    for kind in ("sku_ambiguous", "item_missing"):
        assert all(variant_of[line] is None for line in line_ids(truth, kind))
    (deleted,) = truth["variants"]["deleted"]
    assert {variant_of[line] for line in line_ids(truth, "variant_deleted")} == {deleted}


def test_ids_and_labels_stay_the_text_they_are(shop: ReadShop) -> None:
    assert {"00042", "1E5", "NA"} <= set(shop.order_lines["sku"])
    assert {"00042", "1E5", "NA"} <= set(shop.variants["sku"])


def test_stock_status_and_cost_are_as_planted(shop: ReadShop, truth: dict[str, Any]) -> None:
    planted = truth["variants"]
    assert shop.variants.height == planted["count"]
    costless = shop.variants.filter(pl.col("unit_cost_minor").is_null())
    assert sorted(costless["variant_id"]) == planted["without_cost"]
    for status in ("draft", "archived"):
        named = shop.catalog.filter(pl.col("product_status") == status)
        assert named["variant_id"].to_list() == planted[status]
    stock = shop.inventory.join(shop.variants, on="inventory_item_id").group_by("variant_id")
    units = stock.agg(pl.col("available_count").sum(), known=pl.col("available_count").count())
    untracked = units.filter(pl.col("known") == 0)
    sold_out = units.filter(pl.col("known") > 0, pl.col("available_count") == 0)
    assert sorted(untracked["variant_id"]) == planted["untracked_stock"]
    assert sorted(sold_out["variant_id"]) == planted["out_of_stock"]
