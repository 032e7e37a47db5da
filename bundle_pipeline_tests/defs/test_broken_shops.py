"""A broken shop beside good ones: it gets a message to act on, and changes nothing else."""

import shutil
from pathlib import Path

import dagster as dg
import pytest

from bundle_pipeline.defs.resources import Site
from bundle_pipeline_tests.support.sites import (
    current_document,
    current_manifest,
    failure_of,
    land,
    run_shop,
    site_with,
)

SHOP = "corner-shop"
HEADER = "order_id,created_at,variant_id,line_item_quantity,original_unit_price,currency"
GOOD_ROW = "1,2025-01-01T00:00:00Z,v1,1,9.99,EUR"

# What is landed as orders, and what the message must name: place, finding, expectation.
BROKEN = {
    "a quote that is never closed": (
        f'{HEADER}\n{GOOD_ROW}\n2,2025-01-02T00:00:00Z,"v1,1,9.99,EUR\n',
        ["orders.csv", "line 3", "quote"],
    ),
    "required columns missing": (
        "order_id,created_at,variant_id,currency\n1,2025-01-01T00:00:00Z,v1,EUR\n",
        ["orders.csv", "line_item_quantity", "original_unit_price"],
    ),
    "binary": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" * 50, ["orders.csv", "expected"]),
    "another encoding": (
        f"{HEADER},title\n{GOOD_ROW},\u043a\u0440\u0435\u0441\u043b\u043e\n".encode("cp1251"),
        ["orders.csv", "line 2", "Windows-1251", "UTF-8"],
    ),
    "an error page": (
        "<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>",
        ["orders.csv"],
    ),
    "no usable time in any row": (
        f"{HEADER}\n" + "1,soon,v1,1,9.99,EUR\n" * 20,
        ["orders", "created_at"],
    ),
}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return site_with(tmp_path, [SHOP])


@pytest.mark.parametrize("case", sorted(BROKEN))
def test_the_message_names_file_and_place_and_what_was_expected(
    site: Site, instance: dg.DagsterInstance, case: str
) -> None:
    content, named = BROKEN[case]
    land(site, "broken", {"orders.csv": content})
    result = run_shop(site, "broken", instance)
    message = failure_of(result)
    assert not result.success
    assert message.startswith("BP-")
    assert [word for word in named if word not in message] == []
    assert current_manifest(site, "broken") is None


def test_a_broken_shop_leaves_the_good_one_as_it_would_be_alone(
    site: Site, tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    land(site, "broken", {"orders.csv": BROKEN["binary"][0]})
    assert not run_shop(site, "broken", instance).success
    assert run_shop(site, SHOP, instance).success
    alone = site_with(tmp_path / "alone", [SHOP])
    assert run_shop(alone, SHOP, instance).success
    assert current_document(site, SHOP) == current_document(alone, SHOP)


def test_a_shop_that_breaks_keeps_what_it_had_published(
    site: Site, instance: dg.DagsterInstance
) -> None:
    assert run_shop(site, SHOP, instance).success
    before = current_document(site, SHOP)
    shutil.rmtree(Path(site.deployment.landing) / SHOP)
    land(site, SHOP, {"orders.csv": BROKEN["a quote that is never closed"][0]})
    assert not run_shop(site, SHOP, instance).success
    assert current_document(site, SHOP) == before
    manifest = current_manifest(site, SHOP)
    assert manifest is not None
    assert manifest.sequence == 1


def test_a_shop_without_any_orders_publishes_no_bundles_and_says_why(
    site: Site, instance: dg.DagsterInstance
) -> None:
    land(site, "quiet", {"orders.csv": f"{HEADER}\n"})
    result = run_shop(site, "quiet", instance)
    assert result.success, failure_of(result)
    document = current_document(site, "quiet").decode()
    assert '"bundles": []' in document


def test_a_paused_shop_is_refused_with_the_setting_to_change(
    site: Site, instance: dg.DagsterInstance
) -> None:
    land(site, SHOP, {"settings.yaml": "enabled: false"})
    result = run_shop(site, SHOP, instance)
    assert not result.success
    assert "enabled: true" in failure_of(result)


def test_an_unknown_setting_is_refused_with_the_nearest_known_one(
    site: Site, instance: dg.DagsterInstance
) -> None:
    land(site, SHOP, {"settings.yaml": "mining: {max_qq: 0.1}"})
    result = run_shop(site, SHOP, instance)
    assert not result.success
    assert "did you mean max_q" in failure_of(result)
