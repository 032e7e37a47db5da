"""What the UI is told: the graph, a shop's preview and its checks, the run in the list."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bundle_pipeline.schemas.registry import FRAMES
from bundle_pipeline_tests.support.sites import SAMPLE_SHOPS
from bundle_pipeline_tests.support.webserver import (
    command_line,
    environment,
    graphql,
    webserver,
)

SHOP = "gift-shop"

NODES = """query { assetNodes { assetKey { path } groupName description kinds
  dependencyKeys { path } } }"""

MATERIALISATION = """query($key: AssetKeyInput!, $shop: [String!]) {
  assetOrError(assetKey: $key) { ... on Asset { assetMaterializations(partitions: $shop, limit: 1) {
    metadataEntries { label ... on MarkdownMetadataEntry { mdStr }
      ... on IntMetadataEntry { intValue } } } } } }"""

CHECKS = """query($key: AssetKeyInput!) { assetNodeOrError(assetKey: $key) { ... on AssetNode {
  assetChecksOrError { ... on AssetChecks { checks { name blocking
    executionForLatestMaterialization { status } } } } } } }"""

RUNS = "query { runsOrError { ... on Runs { results { status pipelineName } } } }"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("deployment")
    env = environment(folder, SAMPLE_SHOPS)
    result = command_line("run", "--shop", SHOP, folder=folder, env=env)
    assert result.returncode == 0, result.stdout + result.stderr
    with webserver(folder, env) as running:
        yield running


def test_the_asset_graph_shows_every_frame_in_its_room(address: str) -> None:
    nodes = {node["assetKey"]["path"][0]: node for node in graphql(address, NODES)["assetNodes"]}
    assert sorted(nodes) == sorted(FRAMES)
    assert nodes["pair_rules"]["groupName"] == "mining"
    assert nodes["pair_rules"]["dependencyKeys"] == [{"path": ["baskets"]}]
    assert all(node["description"] and node["kinds"] for node in nodes.values())


def test_a_materialised_partition_shows_its_rows_as_a_table(address: str) -> None:
    data = graphql(address, MATERIALISATION, {"key": {"path": ["pair_rules"]}, "shop": [SHOP]})
    entries = {
        entry["label"]: entry
        for entry in data["assetOrError"]["assetMaterializations"][0]["metadataEntries"]
    }
    assert entries["dagster/partition_row_count"]["intValue"] > 0
    header, rule, *rows = entries["bundle/preview"]["mdStr"].splitlines()
    assert header.startswith("| antecedent")
    assert set(rule) <= set("| -")
    assert len(rows) == 10


def test_the_checks_of_landed_orders_are_shown_as_passed(address: str) -> None:
    data = graphql(address, CHECKS, {"key": {"path": ["orders"]}})
    checks = data["assetNodeOrError"]["assetChecksOrError"]["checks"]
    assert any(check["blocking"] for check in checks)
    blocking = [check for check in checks if check["blocking"]]
    assert {check["executionForLatestMaterialization"]["status"] for check in blocking} == {
        "SUCCEEDED"
    }


def test_the_run_of_the_command_line_is_in_the_list(address: str) -> None:
    runs = graphql(address, RUNS)["runsOrError"]["results"]
    assert [(run["status"], run["pipelineName"]) for run in runs] == [("SUCCESS", "shop_bundles")]
