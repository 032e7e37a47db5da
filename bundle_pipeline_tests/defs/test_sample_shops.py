"""The sample shops, from landed files to published documents."""

import json
from collections import Counter
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from bundle_pipeline.defs.resources import Site
from bundle_pipeline.schemas.bundles import (
    OBJECTIVES,
    SCORE_COMPONENTS,
    DroppedCandidates,
    PricedBundles,
    RankedBundles,
)
from bundle_pipeline.schemas.catalog import Inventory, Variants
from bundle_pipeline.schemas.features import ObjectivePlan, ProductFeatures
from bundle_pipeline.schemas.ingest import IngestLedger, Quarantine
from bundle_pipeline.schemas.orders import OrderLines
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline_tests.golden.__main__ import GOLDEN
from bundle_pipeline_tests.support.sites import (
    SAMPLE_SHOPS,
    current_document,
    current_manifest,
    run_shop,
    site_with,
)

SHOPS = sorted(folder.name for folder in SAMPLE_SHOPS.iterdir())
Published = tuple[Site, dg.DagsterInstance]


@pytest.mark.parametrize("shop", SHOPS)
def test_the_published_document_is_the_golden_one(published_samples: Published, shop: str) -> None:
    site, _ = published_samples
    assert current_document(site, shop) == (GOLDEN / f"{shop}.json").read_bytes()


@pytest.mark.parametrize("shop", SHOPS)
def test_every_row_that_came_in_is_accounted_for(published_samples: Published, shop: str) -> None:
    site, _ = published_samples
    ledger = site.lake.read(IngestLedger, shop_id(shop))
    outcomes = ("loaded_count", "superseded_count", "excluded_count", "quarantined_count")
    assert ledger.get_column("row_count").sum() == sum(ledger.select(outcomes).sum().row(0))
    assert ledger.get_column("quarantined_count").sum() == (
        site.lake.read(Quarantine, shop_id(shop)).height
    )


@pytest.mark.parametrize("shop", SHOPS)
def test_every_candidate_is_ranked_or_dropped_with_a_code(
    published_samples: Published, shop: str
) -> None:
    site, _ = published_samples
    priced = site.lake.read(PricedBundles, shop_id(shop)).get_column("bundle_id")
    ranked = site.lake.read(RankedBundles, shop_id(shop)).get_column("bundle_id")
    dropped = site.lake.read(DroppedCandidates, shop_id(shop)).get_column("bundle_id")
    assert sorted([*ranked, *dropped]) == sorted(priced)


@pytest.mark.parametrize("shop", SHOPS)
def test_what_every_component_contributes_adds_up_to_the_score(
    published_samples: Published, shop: str
) -> None:
    site, _ = published_samples
    for bundle in json.loads(current_document(site, shop))["bundles"]:
        total = 0.0
        for component in SCORE_COMPONENTS:
            assert 0 <= bundle["scores"][component] <= 1
            total += bundle["contributions"][component]
        assert bundle["score"] == total


@pytest.mark.parametrize("shop", SHOPS)
def test_every_objective_is_considered_and_every_sold_product_is_measured(
    published_samples: Published, shop: str
) -> None:
    site, _ = published_samples
    plan = site.lake.read(ObjectivePlan, shop_id(shop))
    assert sorted(plan.get_column("objective")) == sorted(OBJECTIVES)
    products = site.lake.read(ProductFeatures, shop_id(shop))
    held = set(products.get_column("variant_ids").explode())
    assert set(site.lake.read(OrderLines, shop_id(shop))["variant_id"].drop_nulls()) <= held


@pytest.mark.parametrize("shop", SHOPS)
def test_every_supporting_order_holds_every_item(published_samples: Published, shop: str) -> None:
    site, _ = published_samples
    lines = site.lake.read(OrderLines, shop_id(shop)).filter(pl.col("variant_id").is_not_null())
    sold = {
        order: set(variants)
        for order, variants in lines.group_by("order_id").agg("variant_id").iter_rows()
    }
    for bundle in json.loads(current_document(site, shop))["bundles"]:
        items = {item["variant_id"] for item in bundle["items"]}
        # A set is bought item by item, and options in turn: no order need hold all of them.
        is_of_orders = bundle["kind"] not in {"FIXED", "MIX_MATCH"}
        if is_of_orders and bundle["backing"] != "unproven":
            assert bundle["supporting_order_ids"]
        assert all(items <= sold[order] for order in bundle["supporting_order_ids"])


@pytest.mark.parametrize("shop", SHOPS)
def test_no_products_are_offered_twice_and_every_item_has_a_name_and_a_price(
    published_samples: Published, shop: str
) -> None:
    site, _ = published_samples
    bundles = json.loads(current_document(site, shop))["bundles"]
    offers = Counter(frozenset(item["product_id"] for item in b["items"]) for b in bundles)
    assert max(offers.values(), default=1) == 1
    items = [item for bundle in bundles for item in bundle["items"]]
    assert all(item["title"] and item["unit_price_minor"] is not None for item in items)


@pytest.mark.parametrize("shop", SHOPS)
def test_all_bundles_together_fit_the_stock_that_was_landed(
    published_samples: Published, shop: str
) -> None:
    site, _ = published_samples
    variants = site.lake.read(Variants, shop_id(shop)).select("variant_id", "inventory_item_id")
    stock = site.lake.read(Inventory, shop_id(shop)).filter("is_current")
    units = dict(
        variants.join(stock, on="inventory_item_id", validate="1:m")
        .drop_nulls("available_count")
        .group_by("variant_id")
        .agg(pl.col("available_count").sum())
        .rows()
    )
    promised = Counter[str]()
    for bundle in json.loads(current_document(site, shop))["bundles"]:
        for item in bundle["items"]:
            promised[item["variant_id"]] += item["quantity"] * (bundle["offered_quantity"] or 0)
    over = {id_: count for id_, count in promised.items() if count > units.get(id_, count)}
    assert not over


@pytest.mark.parametrize("shop", SHOPS)
def test_no_product_has_more_than_three_bundles_on_its_page(
    published_samples: Published, shop: str
) -> None:
    site, _ = published_samples
    bundles = json.loads(current_document(site, shop))["bundles"]
    anchors = Counter(bundle["items"][0]["product_id"] for bundle in bundles)
    assert max(anchors.values(), default=0) <= 3


def test_a_second_run_publishes_the_same_bytes_under_the_next_number(
    published_samples: Published,
) -> None:
    site, instance = published_samples
    before = current_manifest(site, SHOPS[0])
    assert run_shop(site, SHOPS[0], instance).success
    after = current_manifest(site, SHOPS[0])
    assert before is not None
    assert after is not None
    assert after.files == before.files
    assert after.sequence == before.sequence + 1


@pytest.mark.parametrize("shop", SHOPS)
def test_another_lake_and_another_landing_folder_give_the_same_bytes(
    published_samples: Published, shop: str, tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    site, _ = published_samples
    elsewhere = site_with(tmp_path / "elsewhere", [shop])
    assert run_shop(elsewhere, shop, instance).success
    for name in ("bundles.json", "bundles.csv"):
        assert current_document(elsewhere, shop, name) == current_document(site, shop, name)
