"""The nightly schedule requests what is missing, whatever became of earlier requests."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.events import StepMaterializationData
from dagster._core.storage.tags import PARTITION_NAME_TAG
from dagster._core.test_utils import create_run_for_test

from bundle_pipeline.defs import reconciliation
from bundle_pipeline.defs.assembly import assembled
from bundle_pipeline.defs.delivery import Delivery
from bundle_pipeline.defs.jobs import shop_bundles
from bundle_pipeline.defs.reconciliation import missing
from bundle_pipeline.defs.requests import DELIVERY_TAG
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.defs.schedules import nightly
from bundle_pipeline.errors import ConfigError
from bundle_pipeline.schemas.bundles import PublishedBundles
from bundle_pipeline.schemas.ingest import IngestLedger
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline_tests.support.sites import failure_of, land, run_shop, site_with

ORDERS = (
    "order_id,created_at,variant_id,line_item_quantity,original_unit_price\n1,2025-01-01,v,1,2\n"
)
SHOP_COUNT = 50
# Well after everything that tests land.
NIGHT = datetime(2099, 11, 22, 2, tzinfo=UTC)


def missing_shops(site: Site, instance: dg.DagsterInstance) -> list[str]:
    """Shops that a night requests."""
    return [found.shop_id for found in missing(site, instance, as_of=NIGHT)]


def delivery(site: Site, shop: str) -> Delivery:
    """What a shop has landed."""
    return Delivery(shop_id(shop), tuple(site.landing.listed(shop)))


def record_success(site: Site, instance: dg.DagsterInstance, shop: str) -> str:
    """Record the materialisations that a whole run of a shop leaves; the run's id."""
    run = create_run_for_test(instance, status=dg.DagsterRunStatus.SUCCESS)
    version = {"dagster/data_version": delivery(site, shop).data_version(site.rules())}
    for name, tags in ((IngestLedger.name, version), (PublishedBundles.name, {})):
        made = dg.AssetMaterialization(name, partition=shop, tags=tags)
        instance.report_dagster_event(
            dg.DagsterEvent(
                event_type_value=dg.DagsterEventType.ASSET_MATERIALIZATION.value,
                job_name=shop_bundles.name,
                event_specific_data=StepMaterializationData(made),
            ),
            run_id=run.run_id,
        )
    return run.run_id


def test_every_registered_shop_that_is_not_paused_is_requested_if_nothing_is_published(
    tmp_path: Path,
) -> None:
    site = site_with(tmp_path)
    for shop in ("a", "b", "unregistered"):
        land(site, shop, {"orders.csv": ORDERS})
    land(site, "paused", {"orders.csv": ORDERS, "settings.yaml": "enabled: false"})
    with dg.instance_for_test() as instance:
        instance.add_dynamic_partitions("shops", ["b", "a", "paused", "no-longer-landed"])
        context = dg.build_schedule_context(
            instance=instance,
            scheduled_execution_time=NIGHT,
            repository_def=assembled(site).get_repository_def(),
            resources={"site": site},
        )
        requests = nightly.evaluate_tick(context).run_requests or []
    assert [(request.partition_key, request.run_key) for request in requests] == [
        ("a", "nightly:2099-11-22:a"),
        ("b", "nightly:2099-11-22:b"),
    ]


def test_a_run_of_the_shop_settles_it_until_files_settings_or_release_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, instance: dg.DagsterInstance
) -> None:
    site = site_with(tmp_path, ["corner-shop"])
    result = run_shop(site, "corner-shop", instance)
    assert result.success, failure_of(result)
    assert missing_shops(site, instance) == []
    with monkeypatch.context() as patched:
        patched.setattr("bundle_pipeline.defs.resources.CODE_VERSION", "another")
        assert len(missing_shops(site, instance)) == 1
    settings = tmp_path / "settings.yaml"
    settings.write_text("mining: {max_q: 0.01}")
    other = Site(site.deployment.model_copy(update={"settings": settings}))
    assert len(missing_shops(other, instance)) == 1
    land(site, "corner-shop", {"settings.yaml": "mining: {max_q: 0.01}"})
    assert len(missing_shops(site, instance)) == 1
    # A run that fails after its ingest leaves the shop unsettled.
    land(site, "corner-shop", {"orders-2.csv": b"\x89PNG"})
    assert not run_shop(site, "corner-shop", instance).success
    assert len(missing_shops(site, instance)) == 1


def test_what_a_tenth_of_the_runs_had_made_is_requested_again_when_they_are_deleted(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    site = site_with(tmp_path)
    shops = [f"shop-{number:02}" for number in range(SHOP_COUNT)]
    for shop in shops:
        land(site, shop, {"orders.csv": ORDERS})
    instance.add_dynamic_partitions("shops", shops)
    run_ids = {shop: record_success(site, instance, shop) for shop in shops}
    assert missing_shops(site, instance) == []
    lost = random.Random(7).sample(shops, SHOP_COUNT // 10)  # noqa: S311 not a secret
    for shop in lost:
        instance.delete_run(run_ids[shop])
    assert missing_shops(site, instance) == sorted(lost)


def test_what_is_under_way_is_not_requested_again(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    site = site_with(tmp_path)
    for shop in ("running", "of-older-files"):
        land(site, shop, {"orders.csv": ORDERS})
        tags = {PARTITION_NAME_TAG: shop, DELIVERY_TAG: delivery(site, shop).fingerprint}
        create_run_for_test(instance, status=dg.DagsterRunStatus.STARTED, tags=tags)
    instance.add_dynamic_partitions("shops", ["running", "of-older-files"])
    assert missing_shops(site, instance) == []
    land(site, "of-older-files", {"orders.csv": ORDERS * 2})
    assert missing_shops(site, instance) == ["of-older-files"]


def test_an_upload_that_has_not_ended_waits_for_another_night(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    site = site_with(tmp_path)
    land(site, "coming", {"orders.csv": ORDERS})
    land(site, "marked", {"orders.csv": ORDERS, "_SUCCESS": ""})
    land(site, "lacking", {"manifest.json": '{"files": [{"name": "x.csv", "size": 1}]}'})
    instance.add_dynamic_partitions("shops", ["coming", "marked", "lacking"])
    landed_at = max(file.modified_at for file in site.landing.walked())
    for minutes, expected in ((9, ["marked"]), (11, ["coming", "marked"])):
        found = missing(site, instance, as_of=landed_at + timedelta(minutes=minutes))
        assert [each.shop_id for each in found] == expected


def test_a_landing_zone_too_large_for_one_night_is_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, instance: dg.DagsterInstance
) -> None:
    site = site_with(tmp_path)
    land(site, "a", {"orders.csv": ORDERS})
    monkeypatch.setattr(reconciliation, "EVALUATION_SECONDS", 0.0)
    with pytest.raises(ConfigError, match=r"BP-LANDING-SLOW.*at folder 'a'"):
        list(missing(site, instance, as_of=NIGHT))
