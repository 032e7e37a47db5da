"""The files in ``data/landing`` are what the programs make, and hold what they claim to hold."""

import csv
import gzip
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from bundle_pipeline_tests.samples.__main__ import make
from bundle_pipeline_tests.samples.significance import significant_pairs

ROOT = Path(__file__).parents[2]
LANDING = ROOT / "data" / "landing"
TRUTH = Path(__file__).with_name("corner_shop_truth.json")
GENERATED = ("coffee-shop", "corner-shop")
BASE, DELTA = "2026-03-30_orders.csv", "2026-04-02_orders_delta.csv"


def records(path: Path) -> list[dict[Any, Any]]:
    """Rows of a CSV file by the standard library's reader."""
    content = path.read_bytes()
    plain = gzip.decompress(content) if path.suffix == ".gz" else content
    return list(csv.DictReader(io.StringIO(plain.decode("utf-8-sig"), newline="")))


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    return json.loads(TRUTH.read_bytes())


@pytest.fixture(scope="module")
def base() -> list[dict[Any, Any]]:
    return records(LANDING / "corner-shop" / BASE)


@pytest.fixture(scope="module")
def delta() -> list[dict[Any, Any]]:
    return records(LANDING / "corner-shop" / DELTA)


def test_generated_shops_come_out_as_they_are_kept(tmp_path: Path) -> None:
    make(landing=tmp_path, truth=tmp_path / "truth.json")
    for shop in GENERATED:
        kept = {path.name: path.read_bytes() for path in (LANDING / shop).iterdir()}
        assert {path.name: path.read_bytes() for path in (tmp_path / shop).iterdir()} == kept
    assert (tmp_path / "truth.json").read_bytes() == TRUTH.read_bytes()


def test_the_samples_stay_small() -> None:
    assert sum(path.stat().st_size for path in LANDING.rglob("*") if path.is_file()) < 3_000_000


def test_no_sample_has_anything_personal_in_it() -> None:
    rows = records(LANDING / "bike-shop" / "orders_export.csv.gz")
    for column in ("customerEmail", "shippingProvince", "shippingCity"):
        assert {row[column] for row in rows} == {""}


@pytest.mark.parametrize(
    ("path", "order", "item"),
    [
        ("gift-shop/orders.csv", "order_id", "sku"),
        ("bike-shop/orders_export.csv.gz", "order_id", "variantId"),
    ],
)
def test_slices_of_real_shops_have_pairs_to_find(path: str, order: str, item: str) -> None:
    rows = records(LANDING / path)
    lines = pl.DataFrame({"order": [r[order] for r in rows], "item": [r[item] for r in rows]})
    assert len(significant_pairs(lines)) >= 15


def test_coffee_shop_has_no_pair_to_find() -> None:
    rows = records(LANDING / "coffee-shop" / "Orders.csv")
    lines = pl.DataFrame({"order": [r["Order ID"] for r in rows], "item": [r["SKU"] for r in rows]})
    assert significant_pairs(lines) == set()


def test_pairs_of_corner_shop_are_the_planted_ones(
    base: list[dict[Any, Any]], truth: dict[str, Any]
) -> None:
    planted = {
        frozenset((one, other))
        for itemset in truth["planted"]
        for one in itemset["variant_ids"]
        for other in itemset["variant_ids"]
        if one < other
    }
    lines = pl.DataFrame(
        {
            "order": [row["orderId"] for row in base],
            "item": [row["variantId"] or None for row in base],
        }
    )
    assert significant_pairs(lines) == planted


def test_planted_itemsets_are_in_as_many_orders_as_the_truth_says(
    base: list[dict[Any, Any]], delta: list[dict[Any, Any]], truth: dict[str, Any]
) -> None:
    variant_of = {
        row["sku"]: row["variant_id"]
        for row in records(LANDING / "corner-shop" / "products_variants.csv")
    }
    unsold = {r["order_id"] for r in delta if r["displayFinancialStatus"] != "PAID"}
    sold: dict[str, set[str]] = {}
    for order, sku in [(r["orderId"], r["sku"]) for r in base] + [
        (r["order_id"], r["sku"]) for r in delta
    ]:
        if order not in unsold:
            sold.setdefault(order, set()).add(variant_of.get(sku, ""))
    assert len(sold) == truth["sold_order_count"]
    for itemset in truth["planted"]:
        holding = sum(set(itemset["variant_ids"]) <= variants for variants in sold.values())
        assert holding == itemset["order_count"]


def test_the_truth_accounts_for_every_row_of_corner_shop(
    base: list[dict[Any, Any]], delta: list[dict[Any, Any]], truth: dict[str, Any]
) -> None:
    assert truth["files"] == {BASE: len(base), DELTA: len(delta)}
    rows = truth["order_rows"]
    assert rows["total"] == len(base) + len(delta)
    outcomes = ("loaded", "superseded", "excluded", "quarantined")
    assert rows["total"] == sum(rows[outcome] for outcome in outcomes)


def test_the_dirt_of_corner_shop_is_in_its_files(
    base: list[dict[Any, Any]], delta: list[dict[Any, Any]], truth: dict[str, Any]
) -> None:
    counts = {dirt["kind"]: dirt["row_count"] for dirt in truth["dirt"]}
    quantities = Counter(row["lineItemQuantity"] for row in base)
    prices = Counter(row["originalUnitPrice"] for row in base)
    statuses = Counter(row["displayFinancialStatus"] for row in delta)
    # DictReader keeps what stands beyond the last header under None.
    ragged = sum(None in row for row in base)
    assert quantities["0"] == counts["quantity_zero"]
    assert quantities["-1"] == counts["quantity_negative"]
    assert quantities["two"] == counts["quantity_not_a_number"]
    assert prices["free"] == counts["price_not_a_number"]
    assert sum(row["currency"] == "ZZZ" for row in base) == counts["currency_unknown"]
    assert ragged == counts["too_many_fields"]
    assert statuses["REFUNDED"] == counts["refunded_line"]
    assert statuses["VOIDED"] == counts["voided_line"] + counts["later_voided_line"]
    assert sum(row["isGiftCard"] == "true" for row in delta) == counts["gift_card_line"]
    again = {row["lineItemId"] for row in base} & {row["lineItemId"] for row in delta}
    kinds = ("redelivered_line", "corrected_line", "later_voided_line")
    assert len(again) == sum(counts[kind] for kind in kinds)
    corrected = {r["lineItemId"]: int(r["lineItemQuantity"]) for r in delta}
    assert truth["corrected_quantities"].items() <= corrected.items()
