"""The definitions load, and every asset says what it is."""

import dagster as dg
import pytest
from dagster._core.definitions.assets.graph.asset_graph import AssetNode

from bundle_pipeline.definitions import defs
from bundle_pipeline.schemas.registry import FRAMES

ASSETS = sorted(key.to_user_string() for key in defs.resolve_asset_graph().get_all_asset_keys())

# What each frame is made from, as the design's picture has it.
FLOW = {
    "baskets": {"orders", "order_lines"},
    "item_counts": {"baskets"},
    "pair_rules": {"baskets"},
    "itemsets": {"baskets", "pair_rules"},
    "pair_periods": {"baskets", "pair_rules"},
    "pair_trends": {"baskets", "pair_rules"},
    "item_neighbours": {"baskets"},
    "neighbour_quality": {"baskets"},
    "product_features": {"orders", "order_lines", "variants", "catalog", "inventory"},
    "customer_features": {"orders", "order_lines", "variants", "catalog", "inventory"},
    "category_features": {
        "orders", "order_lines", "variants", "catalog", "inventory", "product_features",
    },
    "pair_features": {
        "orders", "order_lines", "variants", "catalog", "inventory", "baskets", "pair_rules",
    },
    "product_event_features": {
        "orders", "order_lines", "variants", "catalog", "inventory", "events",
    },
    "pair_event_features": {
        "orders", "order_lines", "variants", "catalog", "inventory", "events",
    },
    "objective_plan": {"orders", "product_features", "category_features", "pair_features"},
    "candidate_bundles": {
        "pair_rules", "itemsets", "item_counts", "orders", "order_lines", "variants", "catalog",
        "inventory", "product_features", "objective_plan", "substitutes", "duplicate_products",
        "baskets", "item_neighbours", "neighbour_quality", "content_neighbours",
    },
    "duplicate_products": {"catalog", "variants"},
    "content_neighbours": {"catalog", "variants"},
    "substitutes": {"content_neighbours", "baskets", "catalog", "variants"},
    "scored_bundles": {
        "candidate_bundles",
        "baskets",
        "item_neighbours",
        "content_neighbours",
    },
    "priced_bundles": {"scored_bundles", "orders", "order_lines", "variants", "catalog"},
    "ranked_bundles": {
        "priced_bundles", "baskets", "duplicate_products", "substitutes", "objective_plan",
    },
    "dropped_candidates": {
        "priced_bundles", "baskets", "duplicate_products", "substitutes", "objective_plan",
    },
    "evaluation": {
        "baskets", "pair_rules", "itemsets", "item_counts", "orders", "order_lines", "variants",
        "catalog", "inventory", "product_features", "objective_plan", "content_neighbours",
        "duplicate_products", "substitutes", "neighbour_quality",
    },
}  # fmt: skip


def node(asset: str) -> AssetNode:
    return defs.resolve_asset_graph().get(dg.AssetKey(asset))


def test_every_declared_frame_is_an_asset_and_nothing_else_is() -> None:
    assert sorted(FRAMES) == ASSETS


@pytest.mark.parametrize("asset", ASSETS)
def test_every_asset_is_labelled(asset: str) -> None:
    labelled = node(asset)
    assert labelled.description == FRAMES[asset].one_row
    assert labelled.group_name != "default"
    assert labelled.kinds
    assert labelled.owners
    assert labelled.code_version
    assert labelled.tags["layer"] in {"raw", "clean", "derived", "out"}
    columns = labelled.metadata["dagster/column_schema"].columns
    assert [column.name for column in columns] == FRAMES[asset].column_names()
    assert all(column.description for column in columns)


@pytest.mark.parametrize("asset", ASSETS)
def test_every_asset_is_partitioned_by_shop(asset: str) -> None:
    partitions = node(asset).partitions_def
    assert isinstance(partitions, dg.DynamicPartitionsDefinition)
    assert partitions.name == "shops"


@pytest.mark.parametrize("asset", sorted(FLOW))
def test_assets_are_made_from_what_the_design_says(asset: str) -> None:
    assert {key.to_user_string() for key in node(asset).parent_keys} == FLOW[asset]


def test_every_check_belongs_to_an_asset_and_is_partitioned() -> None:
    checks = defs.resolve_asset_graph().asset_check_keys
    assert len(checks) >= len(ASSETS)
    assert {key.asset_key.to_user_string() for key in checks} <= set(ASSETS)
