"""The sensor requests a shop once per content, when its files are complete and stable."""

import json
from pathlib import Path

import dagster as dg
import pytest

from bundle_pipeline.defs import sensors
from bundle_pipeline.defs.budget import Budget
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.defs.sensors import sweep
from bundle_pipeline_tests.support.sensor_ticks import SensorTicks, run_counts
from bundle_pipeline_tests.support.sites import land, site_with

ORDERS = (
    "order_id,created_at,variant_id,line_item_quantity,original_unit_price\n1,2025-01-01,v,1,2\n"
)
STOCK = "inventory_item_id,location_id,available,updated_at\n1,1,5,2025-01-01\n"


def test_stable_orders_are_requested_at_the_second_tick_and_only_then(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    site = site_with(tmp_path)
    land(site, "corner", {"orders.csv": ORDERS})
    ticks = SensorTicks(site, instance)
    assert [ticks.requested() for _ in range(4)] == [[], ["corner"], [], []]


def test_a_marked_delivery_is_requested_at_once(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    site = site_with(tmp_path)
    land(site, "corner", {"orders.csv": ORDERS, "_SUCCESS": ""})
    assert SensorTicks(site, instance).requested() == ["corner"]


def test_files_that_still_grow_are_left_alone(tmp_path: Path, instance: dg.DagsterInstance) -> None:
    site = site_with(tmp_path)
    ticks = SensorTicks(site, instance)
    for rows in range(3):
        land(site, "corner", {"orders.csv": ORDERS + "2,2025-01-01,v,1,2\n" * rows})
        assert ticks.requested() == []


def test_a_shop_without_orders_is_left_alone(tmp_path: Path, instance: dg.DagsterInstance) -> None:
    site = site_with(tmp_path)
    land(site, "corner", {"stock.csv": STOCK})
    ticks = SensorTicks(site, instance)
    assert [ticks.requested() for _ in range(3)] == [[], [], []]


@pytest.mark.parametrize("place", ["the shop's", "the deployment's"])
def test_orders_in_the_shop_s_own_spelling_are_seen(
    tmp_path: Path, instance: dg.DagsterInstance, place: str
) -> None:
    is_own_file = place == "the shop's"
    spelling = "ingest: {extra_aliases: {orders: {order_id: [Auftrag]}}}"
    site = site_with(tmp_path)
    own = {"settings.yaml": spelling} if is_own_file else {}
    land(site, "corner", {"orders.csv": ORDERS.replace("order_id", "Auftrag"), **own})
    if not is_own_file:
        common = tmp_path / "settings.yaml"
        common.write_text(spelling)
        site = Site(site.deployment.model_copy(update={"settings": common}))
    ticks = SensorTicks(site, instance)
    assert [ticks.requested() for _ in range(3)] == [[], ["corner"], []]


def test_new_content_is_requested_again_under_another_run_key(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    site = site_with(tmp_path)
    land(site, "corner", {"orders.csv": ORDERS, "_SUCCESS": ""})
    ticks = SensorTicks(site, instance)
    first = ticks.tick().run_requests or []
    land(site, "corner", {"orders.csv": ORDERS + "2,2025-01-01,v,1,2\n", "_SUCCESS": ""})
    second = ticks.tick().run_requests or []
    assert len(first) == len(second) == 1
    assert first[0].run_key != second[0].run_key


def test_new_shops_become_partitions_and_hostile_folders_do_not(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    site = site_with(tmp_path)
    for name in ("corner", "Big Shop", "a..b"):
        land(site, name, {"orders.csv": ORDERS, "_SUCCESS": ""})
    result = SensorTicks(site, instance).tick()
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
    ticks = SensorTicks(site, instance)
    assert ticks.requested() == []
    land(site, "corner", {"settings.yaml": "enabled: true"})
    assert ticks.requested() == ["corner"]


def test_broken_settings_of_one_shop_do_not_stop_another(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    site = site_with(tmp_path)
    land(site, "a", {"orders.csv": ORDERS, "_SUCCESS": "", "settings.yaml": "enabled: [maybe"})
    land(site, "b", {"orders.csv": ORDERS, "_SUCCESS": ""})
    assert SensorTicks(site, instance).requested() == ["a", "b"]


def test_a_marker_older_than_a_file_does_not_cover_it(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    site = site_with(tmp_path)
    land(site, "corner", {"_SUCCESS": ""})
    land(site, "corner", {"orders.csv": ORDERS})
    ticks = SensorTicks(site, instance)
    assert [ticks.requested() for _ in range(3)] == [[], ["corner"], []]


def test_a_marker_that_follows_requested_files_is_no_new_content(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    site = site_with(tmp_path)
    land(site, "corner", {"orders.csv": ORDERS})
    ticks = SensorTicks(site, instance)
    assert [ticks.requested() for _ in range(2)] == [[], ["corner"]]
    land(site, "corner", {"_SUCCESS": "", "manifest.json": "{}"})
    assert [ticks.requested() for _ in range(3)] == [[], [], []]


@pytest.mark.parametrize(
    ("listed", "is_complete"),
    [
        ([("orders.csv", len(ORDERS))], True),
        ([("orders.csv", len(ORDERS)), ("stock.csv", len(STOCK))], True),
        ([("orders.csv", len(ORDERS) + 1)], False),
        ([("orders.csv", len(ORDERS)), ("catalog.csv", 10)], False),
    ],
    ids=["listed and right", "all listed", "another size", "one is missing"],
)
def test_files_that_a_manifest_lists_have_to_be_there_with_their_sizes(
    tmp_path: Path,
    instance: dg.DagsterInstance,
    listed: list[tuple[str, int]],
    is_complete: bool,  # noqa: FBT001 a parameter of a test
) -> None:
    site = site_with(tmp_path)
    manifest = json.dumps({"files": [{"name": name, "size": size} for name, size in listed]})
    files: dict[str, bytes | str] = {"orders.csv": ORDERS, "stock.csv": STOCK}
    land(site, "corner", {**files, "manifest.json": manifest})
    ticks = SensorTicks(site, instance)
    expected = [["corner"], [], []] if is_complete else [[], [], []]
    assert [ticks.requested() for _ in range(3)] == expected


def test_a_manifest_that_comes_first_holds_the_shop_back_until_all_is_there(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    site = site_with(tmp_path)
    manifest = json.dumps({"files": [{"path": "orders.csv", "bytes": len(ORDERS)}]})
    land(site, "corner", {"manifest.json": manifest, "stock.csv": STOCK})
    ticks = SensorTicks(site, instance)
    assert [ticks.requested() for _ in range(3)] == [[], [], []]
    land(site, "corner", {"orders.csv": ORDERS, "manifest.json": manifest})
    assert ticks.requested() == ["corner"]


def test_old_content_that_is_landed_again_is_run_again(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    site = site_with(tmp_path)
    ticks = SensorTicks(site, instance)
    for rows in (0, 1, 0):
        land(site, "corner", {"orders.csv": ORDERS + "2,2025-01-01,v,1,2\n" * rows, "_SUCCESS": ""})
        assert ticks.requested() == ["corner"]
    assert run_counts(instance) == {"corner": 3}


def test_a_lost_cursor_and_a_lost_memory_start_no_run_twice(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    site = site_with(tmp_path)
    for shop in ("a", "b"):
        land(site, shop, {"orders.csv": ORDERS, "_SUCCESS": ""})
    ticks = SensorTicks(site, instance)
    ticks.tick()
    for entry in list(site.documents.listed("sensor")):
        site.documents.delete(entry.key)
    ticks.tick()
    for lost in (None, '{"corner": 1}', "not json"):
        ticks.cursor = lost
        ticks.tick()
    assert run_counts(instance) == {"a": 1, "b": 1}


@pytest.mark.parametrize("moment", ["before_runs", "before_cursor"])
def test_a_tick_that_dies_loses_nothing_and_doubles_nothing(
    tmp_path: Path, instance: dg.DagsterInstance, moment: str
) -> None:
    class Died(BaseException):
        pass

    def die() -> None:
        raise Died

    site = site_with(tmp_path)
    for shop in ("a", "b"):
        land(site, shop, {"orders.csv": ORDERS, "_SUCCESS": ""})
    ticks = SensorTicks(site, instance)
    for _ in range(3):
        with pytest.raises(Died):
            ticks.tick(**{moment: die})
    ticks.tick()
    ticks.tick()
    assert run_counts(instance) == {"a": 1, "b": 1}


class Countdown:
    """A clock that moves on by one each time it is looked at."""

    def __init__(self) -> None:
        self._now = -1

    def __call__(self) -> float:
        self._now += 1
        return float(self._now)


def test_a_tick_ends_with_its_budget_and_the_next_goes_on_behind_it(tmp_path: Path) -> None:
    site = site_with(tmp_path)
    for number in range(7):
        land(site, f"shop-{number}", {"orders.csv": ORDERS, "_SUCCESS": ""})
    found: list[list[str]] = []
    after = None
    while not found or after is not None:
        # Two files per shop, looked at once each: the fifth look is the last one allowed.
        swept = sweep(site, {}, Budget(6, clock=Countdown()), after=after)
        found.append([delivery.shop_id for delivery in swept.due])
        after = swept.after
    assert found == [
        ["shop-0", "shop-1"],
        ["shop-2", "shop-3"],
        ["shop-4", "shop-5"],
        ["shop-6"],
    ]


def test_a_shop_too_large_for_a_tick_does_not_stop_those_behind_it(tmp_path: Path) -> None:
    site = site_with(tmp_path)
    land(site, "huge", {f"{number}.csv": ORDERS for number in range(9)})
    land(site, "small", {"orders.csv": ORDERS, "_SUCCESS": ""})
    first = sweep(site, {}, Budget(6, clock=Countdown()))
    assert first.due == ()
    second = sweep(site, {}, Budget(6, clock=Countdown()), after=first.after)
    assert [delivery.shop_id for delivery in second.due] == ["small"]


def test_unchanged_shops_are_not_looked_into(
    tmp_path: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = site_with(tmp_path)
    land(site, "corner", {"orders.csv": ORDERS, "_SUCCESS": ""})
    land(site, "no-orders", {"stock.csv": STOCK})
    ticks = SensorTicks(site, instance)
    for _ in range(2):
        ticks.tick()

    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("bundle_pipeline.store.objects.Objects.read_listed", refuse)
    monkeypatch.setattr("bundle_pipeline.store.objects.Objects.read_start", refuse)
    assert ticks.requested() == []


def test_the_cursor_stays_small_and_one_memory_is_kept(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    site = site_with(tmp_path)
    ticks = SensorTicks(site, instance)
    for number in range(30):
        land(site, f"shop-{number}", {"orders.csv": ORDERS, "_SUCCESS": ""})
        ticks.tick()
        assert len(ticks.cursor or "") < 200
        assert len(list(site.documents.listed("sensor"))) <= 2
    before = [entry.version for entry in site.documents.listed("sensor")]
    ticks.tick()
    assert [entry.version for entry in site.documents.listed("sensor")] == before


def test_the_budget_leaves_half_of_what_dagster_gives() -> None:
    assert sensors.TICK_SECONDS <= 30
