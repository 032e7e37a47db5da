"""A preview: the same assets on the top products, marked as one, never in the way of the result."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from bundle_pipeline.defs.assembly import assembled
from bundle_pipeline.defs.checks import expectation_specs
from bundle_pipeline.defs.jobs import preview, shop_bundles
from bundle_pipeline.defs.partitions import SHOPS
from bundle_pipeline.defs.quick_look import NOT_MADE
from bundle_pipeline.defs.reconciliation import missing
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.defs.site_of_run import PREVIEW_TAG
from bundle_pipeline.schemas.bundles import RankedBundles
from bundle_pipeline.schemas.catalog import Variants
from bundle_pipeline.schemas.features import CustomerFeatures
from bundle_pipeline.schemas.mining import PairRules
from bundle_pipeline.schemas.orders import OrderLines, Orders
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline_tests.support.sensor_ticks import SensorTicks
from bundle_pipeline_tests.support.sites import (
    current_document,
    current_manifest,
    failure_of,
    land,
    run_shop,
    site_with,
)

SHOP = "bike-shop"
NIGHT = datetime(2099, 11, 22, 2, tzinfo=UTC)
ORDERS = (
    "order_id,created_at,variant_id,line_item_quantity,original_unit_price\n1,2025-01-01,v,1,2\n"
)
LOOK = "preview: {product_count: 12, bundle_count: 3}"
FIRST_LOOK = "preview: {min_byte_count: 0}"


@pytest.fixture(scope="module", name="previewed")
def _previewed(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Site, dg.DagsterInstance]]:
    """A shop of which a preview was made, and nothing else."""
    site = site_with(tmp_path_factory.mktemp("preview"), [SHOP])
    land(site, SHOP, {"settings.yaml": LOOK})
    with dg.DagsterInstance.ephemeral() as instance:
        result = run_shop(replace(site, is_preview=True), SHOP, instance)
        assert result.success, failure_of(result)
        assert result.dagster_run.tags[PREVIEW_TAG] == "true"
        yield site, instance


def test_a_preview_is_published_marked_and_small(
    previewed: tuple[Site, dg.DagsterInstance],
) -> None:
    site, instance = previewed
    document = json.loads(current_document(site, SHOP))
    assert document["preview"] == {"product_count": 12, "bundle_count": 3}
    assert 0 < len(document["bundles"]) <= 3
    manifest = current_manifest(site, SHOP)
    assert manifest is not None
    assert manifest.is_preview
    for name in ("pair_rules", "ranked_bundles", "published_bundles"):
        event = instance.get_latest_materialization_event(dg.AssetKey(name))
        assert event is not None
        assert event.asset_materialization is not None
        assert event.asset_materialization.metadata["bundle/is_preview"].value is True


def test_a_preview_looks_at_the_products_in_most_orders_only(
    previewed: tuple[Site, dg.DagsterInstance],
) -> None:
    site, _ = previewed
    variants = site.lake.read(Variants, shop_id(SHOP))
    product_of = dict(variants.select("variant_id", "product_id").rows())
    lines = site.lake.read(OrderLines, shop_id(SHOP)).drop_nulls("variant_id")
    sold = {
        (order, product_of[variant])
        for order, variant in lines.select("order_id", "variant_id").rows()
    }
    ranked = Counter(product for _, product in sold).most_common()
    least = ranked[11][1]
    assert ranked[12][1] < least, "a tie would leave it open which are the top products"
    rules = site.lake.read(PairRules, shop_id(SHOP))
    looked_at = {product_of[variant] for variant in rules.get_column("antecedent_id")}
    assert looked_at <= {product for product, count in ranked if count >= least}
    # Whatever came in is stored: the full run has nothing to read again.
    assert variants.get_column("product_id").n_unique() > 12


def test_a_preview_leaves_to_the_full_run_what_its_bundles_do_not_need(
    previewed: tuple[Site, dg.DagsterInstance],
) -> None:
    site, instance = previewed
    left_out = {dg.AssetKey(schema.name) for schema in NOT_MADE}
    assert not any(instance.get_latest_materialization_event(key) for key in left_out)
    (run,) = instance.get_runs()
    entries = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    shown = {
        entry.get_dagster_event().asset_check_evaluation_data.asset_check_key for entry in entries
    }
    known = assembled(site).resolve_asset_graph().asset_check_keys
    expectations = {spec.key for spec in expectation_specs()}
    # Of all facts that bundles depend on each is still asked, and shown.
    assert shown == {key for key in known - expectations if key.asset_key not in left_out}


def test_the_night_still_asks_for_the_full_run(
    previewed: tuple[Site, dg.DagsterInstance],
) -> None:
    site, instance = previewed
    assert [found.shop_id for found in missing(site, instance, as_of=NIGHT)] == [SHOP]


def test_the_full_run_takes_its_place_and_a_later_preview_changes_nothing(
    tmp_path: Path, published_samples: tuple[Site, dg.DagsterInstance]
) -> None:
    site = site_with(tmp_path, [SHOP])
    look = replace(site, is_preview=True)
    with dg.DagsterInstance.ephemeral() as instance:
        assert run_shop(look, SHOP, instance).success
        assert run_shop(look, SHOP, instance).success
        assert run_shop(site, SHOP, instance).success
        full = current_manifest(site, SHOP)
        assert full is not None
        assert not full.is_preview
        assert json.loads(current_document(site, SHOP))["preview"] is None
        # As if there had been no preview.
        assert current_document(site, SHOP) == current_document(published_samples[0], SHOP)
        ranked = site.lake.read(RankedBundles, shop_id(SHOP))
        late = run_shop(look, SHOP, instance)
        assert "BP-PREVIEW-LATE" in failure_of(late)
        assert current_manifest(site, SHOP) == full
        assert site.lake.read(RankedBundles, shop_id(SHOP)).equals(ranked)
        assert list(missing(site, instance, as_of=NIGHT)) == []


def requested(site: Site, instance: dg.DagsterInstance) -> list[tuple[str | None, str | None]]:
    """Job and priority of what one tick of the sensor requests."""
    requests = SensorTicks(site, instance).tick().run_requests or []
    return [(each.job_name, each.tags.get("dagster/priority")) for each in requests]


def test_the_sensor_has_a_look_first_where_nothing_is_published(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    site = site_with(tmp_path)
    land(site, "corner", {"o.csv": ORDERS, "settings.yaml": FIRST_LOOK, "_SUCCESS": ""})
    assert requested(site, instance) == [(preview.name, "1"), (shop_bundles.name, None)]


@pytest.mark.parametrize("settings", ["", "preview: {min_byte_count: 0, enabled: false}"])
def test_a_small_shop_and_one_that_wants_none_are_run_in_full_at_once(
    tmp_path: Path, instance: dg.DagsterInstance, settings: str
) -> None:
    site = site_with(tmp_path)
    land(site, "corner", {"o.csv": ORDERS, "settings.yaml": settings, "_SUCCESS": ""})
    assert requested(site, instance) == [(shop_bundles.name, None)]


def test_a_shop_that_has_something_published_needs_no_look(
    previewed: tuple[Site, dg.DagsterInstance],
) -> None:
    site, _ = previewed
    land(site, SHOP, {"settings.yaml": FIRST_LOOK, "_SUCCESS": ""})
    with dg.DagsterInstance.ephemeral() as instance:
        assert requested(site, instance) == [(shop_bundles.name, None)]


def test_an_expectation_stops_a_preview_as_it_stops_a_full_run(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    site = site_with(tmp_path)
    land(site, "corner", {"o.csv": ORDERS.replace("2025-01-01", "soon")})
    look, full = (
        failure_of(run_shop(one, "corner", instance))
        for one in (replace(site, is_preview=True), site)
    )
    assert "BP-QUALITY-STRUCTURE" in look
    assert look == full


def test_some_frames_of_a_delivery_are_not_stored_without_the_others(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    site = site_with(tmp_path)
    land(site, "corner", {"o.csv": ORDERS})
    assert "BP-INGEST-PART" in failure_of(part_of_run(site, "corner", ["orders"], instance))


def test_what_a_preview_has_left_out_can_be_measured_alone(
    previewed: tuple[Site, dg.DagsterInstance],
) -> None:
    site, instance = previewed
    result = part_of_run(site, SHOP, ["customer_features"], instance)
    assert result.success, failure_of(result)
    customers = site.lake.read(Orders, shop_id(SHOP)).get_column("customer_key").drop_nulls()
    assert site.lake.read(CustomerFeatures, shop_id(SHOP)).height == customers.n_unique()
    assert not instance.get_latest_materialization_event(dg.AssetKey("pair_event_features"))


def part_of_run(
    site: Site, shop: str, assets: list[str], instance: dg.DagsterInstance
) -> dg.ExecuteInProcessResult:
    """A run that makes some assets only."""
    instance.add_dynamic_partitions(str(SHOPS.name), [shop])
    return (
        assembled(site)
        .resolve_job_def(shop_bundles.name)
        .execute_in_process(
            instance=instance,
            partition_key=shop,
            asset_selection=[dg.AssetKey(asset) for asset in assets],
            raise_on_error=False,
        )
    )
