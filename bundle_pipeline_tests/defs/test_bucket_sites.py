"""Landing zone and lake in a real S3 server: the sensor at some scale, and a shop end to end."""

import multiprocessing
import time
from pathlib import Path

import dagster as dg
import pytest

from bundle_pipeline.defs.resources import Site
from bundle_pipeline.defs.sensors import TICK_SECONDS
from bundle_pipeline.ingest.kept_files import forget
from bundle_pipeline.schemas.catalog import Catalog, Inventory, Variants
from bundle_pipeline.schemas.ingest import IngestLedger, Quarantine
from bundle_pipeline.schemas.orders import OrderLines, Orders
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline_tests.golden.__main__ import GOLDEN
from bundle_pipeline_tests.support.bucket_sites import bucket_site, land_all, land_folder
from bundle_pipeline_tests.support.sensor_ticks import SensorTicks, run_counts, tick_forever
from bundle_pipeline_tests.support.sites import (
    SAMPLE_SHOPS,
    current_document,
    failure_of,
    run_shop,
)

ORDERS = (
    b"order_id,created_at,variant_id,line_item_quantity,original_unit_price\n1,2025-01-01,v,1,2\n"
)
INGESTED = (Orders, OrderLines, Variants, Inventory, Catalog, Quarantine, IngestLedger)
SHOP_COUNT = 1000
FILES_PER_SHOP = 5
KILL_COUNT = 4
SHOPS_PER_KILL = 5


@pytest.fixture
def site(bucket_url: str) -> Site:
    return bucket_site(bucket_url)


def test_a_shop_in_a_bucket_is_published_with_the_bytes_of_a_local_run(
    site: Site, instance: dg.DagsterInstance
) -> None:
    shop = "corner-shop"
    land_folder(site, SAMPLE_SHOPS / shop)
    result = run_shop(site, shop, instance)
    assert result.success, failure_of(result)
    # Which local runs publish too, see test_sample_shops.
    assert current_document(site, shop) == (GOLDEN / f"{shop}.json").read_bytes()


def test_a_night_in_a_bucket_reads_what_is_new_and_comes_to_a_rebuild(
    site: Site, instance: dg.DagsterInstance
) -> None:
    shop = shop_id("corner-shop")
    land_folder(site, SAMPLE_SHOPS / shop)
    run_shop(site, shop, instance)
    orders = (SAMPLE_SHOPS / shop / "2026-03-30_orders.csv").read_bytes()
    header, *lines = orders.splitlines(keepends=True)
    # The last orders again, corrected, and one of them spelled so that it has to wait.
    corrected = [*lines[-20:-1], lines[-1].replace(b",", b", ", 1)]
    land_all(site, {f"{shop}/2026-04-03_orders.csv": b"".join([header, *corrected])})
    assert run_shop(site, shop, instance).success
    by_night = {schema.name: site.lake.read(schema, shop) for schema in INGESTED}
    document = current_document(site, shop)
    assert by_night["ingest_ledger"].get_column("superseded_count").sum() > 0
    forget(site.documents, shop)
    assert run_shop(site, shop, instance).success
    for schema in INGESTED:
        assert site.lake.read(schema, shop).equals(by_night[schema.name]), schema.name
    assert current_document(site, shop) == document


def test_each_of_a_thousand_shops_is_requested_once_per_content(
    site: Site, instance: dg.DagsterInstance
) -> None:
    names = [f"shop-{number:04}" for number in range(SHOP_COUNT)]
    files = {f"{name}/{part}.csv": b"" for name in names for part in range(FILES_PER_SHOP - 1)}
    land_all(site, {**files, **{f"{name}/orders.csv": ORDERS for name in names}})
    land_all(site, {"Bad Name/orders.csv": ORDERS, "orders.csv": ORDERS})
    ticks = SensorTicks(site, instance)
    started = time.monotonic()
    requested = [ticks.requested() for _ in range(3)]
    assert time.monotonic() - started < TICK_SECONDS
    assert requested == [[], names, []]
    assert run_counts(instance) == dict.fromkeys(names, 1)

    # New content in one, and one whose name sorts before all that was seen.
    land_all(site, {"shop-0500/orders.csv": ORDERS + b"2,2025-01-01,v,1,2\n"})
    land_all(site, {"a-late-shop/orders.csv": ORDERS, "shop-0007/orders.csv": ORDERS})
    assert [sorted(ticks.requested()) for _ in range(3)] == [[], ["a-late-shop", "shop-0500"], []]
    assert run_counts(instance) == {
        **dict.fromkeys(names, 1), "shop-0500": 2, "a-late-shop": 1,
    }  # fmt: skip


def test_killed_sensors_lose_no_shop_and_run_none_twice(site: Site, tmp_path: Path) -> None:
    names = [f"shop-{number:02}" for number in range(SHOPS_PER_KILL * KILL_COUNT)]
    # A server of forks would stay for the tests of this process, with all that a sensor loads; a
    # fork that inherits threads of Polars waits for them for ever.
    context = multiprocessing.get_context("spawn")
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        for kill in range(KILL_COUNT):
            batch = names[kill * SHOPS_PER_KILL : (kill + 1) * SHOPS_PER_KILL]
            land_all(site, {f"{name}/orders.csv": ORDERS for name in batch})
            land_all(site, {f"{name}/_SUCCESS": b"" for name in batch})
            ticks = context.Value("i", 0)
            process = context.Process(target=tick_forever, args=(site, tmp_path, ticks))
            process.start()
            while ticks.value == 0:
                assert process.is_alive()
                time.sleep(0.001)
            # Somewhere from the first tick's beginning to some ticks later.
            time.sleep(0.08 * kill)
            process.kill()
            process.join()
        last = SensorTicks(site, instance, cursor_file=tmp_path / "cursor.json")
        for _ in range(2):
            last.tick()
        assert run_counts(instance) == dict.fromkeys(names, 1)
