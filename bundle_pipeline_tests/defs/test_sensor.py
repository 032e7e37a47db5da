"""The sensor requests a shop once per content, when its files are complete and stable."""

import json
from pathlib import Path

import dagster as dg

from bundle_pipeline.defs.resources import Site
from bundle_pipeline.defs.sensors import landing_sensor
from bundle_pipeline_tests.support.sites import land, site_with

ORDERS = (
    "order_id,created_at,variant_id,line_item_quantity,original_unit_price\n1,2025-01-01,v,1,2\n"
)
STOCK = "inventory_item_id,location_id,available,updated_at\n1,1,5,2025-01-01\n"


class Ticks:
    """Successive evaluations of the sensor, each with the cursor of the one before."""

    def __init__(self, site: Site, instance: dg.DagsterInstance) -> None:
        self._site = site
        self._instance = instance
        self._cursor: str | None = None

    def tick(self) -> dg.SensorResult:
        context = dg.build_sensor_context(
            instance=self._instance, cursor=self._cursor, resources={"site": self._site}
        )
        result = landing_sensor(context)
        assert isinstance(result, dg.SensorResult)
        self._cursor = result.cursor
        return result

    def requested(self) -> list[str]:
        return [str(request.partition_key) for request in self.tick().run_requests or []]


def test_stable_orders_are_requested_at_the_second_tick_and_only_then(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    site = site_with(tmp_path)
    land(site, "corner", {"orders.csv": ORDERS})
    ticks = Ticks(site, instance)
    assert [ticks.requested() for _ in range(4)] == [[], ["corner"], [], []]


def test_a_marked_delivery_is_requested_at_once(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    site = site_with(tmp_path)
    land(site, "corner", {"orders.csv": ORDERS, "_SUCCESS": ""})
    assert Ticks(site, instance).requested() == ["corner"]


def test_files_that_still_grow_are_left_alone(tmp_path: Path, instance: dg.DagsterInstance) -> None:
    site = site_with(tmp_path)
    ticks = Ticks(site, instance)
    for rows in range(3):
        land(site, "corner", {"orders.csv": ORDERS + "2,2025-01-01,v,1,2\n" * rows})
        assert ticks.requested() == []


def test_a_shop_without_orders_is_left_alone(tmp_path: Path, instance: dg.DagsterInstance) -> None:
    site = site_with(tmp_path)
    land(site, "corner", {"stock.csv": STOCK})
    ticks = Ticks(site, instance)
    assert [ticks.requested() for _ in range(3)] == [[], [], []]


def test_new_content_is_requested_again_under_another_run_key(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    site = site_with(tmp_path)
    land(site, "corner", {"orders.csv": ORDERS, "_SUCCESS": ""})
    ticks = Ticks(site, instance)
    first = ticks.tick().run_requests or []
    land(site, "corner", {"orders.csv": ORDERS + "2,2025-01-01,v,1,2\n"})
    second = ticks.tick().run_requests or []
    assert len(first) == len(second) == 1
    assert first[0].run_key != second[0].run_key


def test_new_shops_become_partitions_and_hostile_folders_do_not(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    site = site_with(tmp_path)
    for name in ("corner", "Big Shop", "a..b"):
        land(site, name, {"orders.csv": ORDERS, "_SUCCESS": ""})
    result = Ticks(site, instance).tick()
    added = [
        key
        for request in result.dynamic_partitions_requests or []
        for key in request.partition_keys
    ]
    assert added == ["corner"]
    assert [request.partition_key for request in result.run_requests or []] == ["corner"]


def test_a_paused_shop_is_requested_once_it_is_no_longer_paused(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    site = site_with(tmp_path)
    land(site, "corner", {"orders.csv": ORDERS, "_SUCCESS": "", "settings.yaml": "enabled: false"})
    ticks = Ticks(site, instance)
    assert ticks.requested() == []
    land(site, "corner", {"settings.yaml": "enabled: true"})
    assert ticks.requested() == ["corner"]


def test_broken_settings_of_one_shop_do_not_stop_another(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    site = site_with(tmp_path)
    land(site, "a", {"orders.csv": ORDERS, "_SUCCESS": "", "settings.yaml": "enabled: [maybe"})
    land(site, "b", {"orders.csv": ORDERS, "_SUCCESS": ""})
    assert Ticks(site, instance).requested() == ["a", "b"]


def test_the_cursor_is_json_that_a_person_can_read(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    site = site_with(tmp_path)
    land(site, "corner", {"orders.csv": ORDERS, "_SUCCESS": ""})
    cursor = json.loads(Ticks(site, instance).tick().cursor or "")
    assert cursor["corner"]["requested"] == cursor["corner"]["fingerprint"]
