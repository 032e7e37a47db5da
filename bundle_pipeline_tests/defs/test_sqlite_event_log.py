"""The event log that a first run uses: what it answers in its own words is what Dagster would."""

import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage

from bundle_pipeline.defs.sqlite_event_log import OpenSqliteEventLogStorage

PROJECT = Path(__file__).parents[2]

_TABLES = ("event_logs", "asset_keys", "asset_event_tags", "asset_check_executions")
# When a row was written.
_CLOCKS = frozenset({"create_timestamp"})


def test_a_partition_is_there_from_when_it_is_added_to_when_it_is_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(PROJECT / "dagster.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    with dg.DagsterInstance.from_config(str(tmp_path), "dagster.yaml") as instance:
        assert isinstance(instance.event_log_storage, OpenSqliteEventLogStorage)
        assert not instance.has_dynamic_partition("shops", "corner")
        instance.add_dynamic_partitions("shops", ["corner"])
        assert instance.has_dynamic_partition("shops", "corner")
        assert not instance.has_dynamic_partition("shops", "Corner")
        assert not instance.has_dynamic_partition("stalls", "corner")
        instance.delete_dynamic_partition("shops", "corner")
        assert not instance.has_dynamic_partition("shops", "corner")


@dg.asset(check_specs=[dg.AssetCheckSpec("is_counted", asset="shelf")], code_version="1")
def shelf(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # pyright: ignore[reportMissingTypeArgument, reportUnknownParameterType] Dagster refuses it with one
    context.log.info("a line that is no event")
    context.log_event(dg.AssetObservation("shelf", metadata={"seen": 3}))
    check = dg.AssetCheckResult(passed=True, check_name="is_counted")
    return dg.MaterializeResult(metadata={"rows": 3}, check_results=[check])


def test_what_it_stores_is_what_dagsters_own_log_stores(tmp_path: Path) -> None:
    with dg.instance_for_test() as instance:
        run = dg.materialize([shelf], instance=instance)
        again = dg.materialize([shelf], instance=instance)
        events = [*instance.all_logs(run.run_id), *instance.all_logs(again.run_id)]
    kinds = [ConsolidatedSqliteEventLogStorage, OpenSqliteEventLogStorage]
    stored = [_stored(kind, tmp_path / kind.__name__, events) for kind in kinds]
    assert stored[0] == stored[1]
    assert {table: len(rows) for table, rows in stored[1].items()} == {
        "event_logs": len(events),
        "asset_keys": 1,
        # Of the tags only those that Dagster looks up by: the version of the data.
        "asset_event_tags": 2,
        "asset_check_executions": 2,
    }


def test_the_journal_is_not_emptied_while_a_run_writes(tmp_path: Path) -> None:
    log = OpenSqliteEventLogStorage(str(tmp_path))
    journal, database = Path(f"{log.get_db_path()}-wal"), Path(log.get_db_path())
    with dg.instance_for_test() as instance:
        run = dg.materialize([shelf], instance=instance)
        line = next(event for event in instance.all_logs(run.run_id) if not event.is_dagster_event)
    before = database.read_bytes()
    # By itself SQLite would empty it at 4 MB.
    for _ in range(6):
        log.store_event(line._replace(user_message="x" * 1_000_000))
    assert journal.stat().st_size > 6_000_000
    assert database.read_bytes() == before
    log.dispose()
    assert not journal.exists()
    assert database.stat().st_size > 6_000_000


SHOPS = dg.StaticPartitionsDefinition(["corner", "kiosk"])


@dg.asset(partitions_def=SHOPS, code_version="1")
def price_list(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # pyright: ignore[reportMissingTypeArgument, reportUnknownParameterType] Dagster refuses it with one
    return dg.MaterializeResult(data_version=dg.DataVersion(f"of {context.run.run_id}"))


def test_what_is_newest_of_an_asset_is_what_dagsters_own_log_finds(tmp_path: Path) -> None:
    log = OpenSqliteEventLogStorage(str(tmp_path))
    _agrees(log)
    with dg.instance_for_test() as instance:
        for shop in ("corner", "kiosk", "corner"):
            run = _events_of_run(instance, shop)
            _store(run, log)
            _agrees(log)
        newest = {"dagster/data_version": f"of {run[0].run_id}"}
        assert _versions(log, "corner") == {"corner": newest}
        assert _versions(log, "stall") == {}
        log.wipe_asset(price_list.key)
        _agrees(log)
        assert _versions(log, "corner") == {}
        _store(_events_of_run(instance, "kiosk"), log)
        _agrees(log)
        assert _versions(log, "corner") == {}
    log.dispose()


def test_a_materialisation_of_another_process_is_seen(tmp_path: Path) -> None:
    ours, theirs = (OpenSqliteEventLogStorage(str(tmp_path)) for _ in range(2))
    with dg.instance_for_test() as instance:
        for log in (ours, theirs, ours):
            _store(_events_of_run(instance, "corner"), log)
            _agrees(ours)
            _agrees(theirs)
    ours.dispose()
    theirs.dispose()


def _events_of_run(instance: dg.DagsterInstance, shop: str) -> Sequence[dg.EventLogEntry]:
    run = dg.materialize([price_list], partition_key=shop, instance=instance)
    return instance.all_logs(run.run_id)


def _store(events: Sequence[dg.EventLogEntry], log: OpenSqliteEventLogStorage) -> None:
    for event in events:
        log.store_event(event)


def _agrees(log: OpenSqliteEventLogStorage) -> None:
    """Ask both logs the same of the same file."""
    dagsters = ConsolidatedSqliteEventLogStorage(str(Path(log.get_db_path()).parent))
    assert log.get_asset_records([price_list.key]) == dagsters.get_asset_records([price_list.key])
    for shop in ("corner", "kiosk", "stall"):
        assert _versions(log, shop) == _versions(dagsters, shop)


def _versions(log: ConsolidatedSqliteEventLogStorage, shop: str) -> Mapping[str, Mapping[str, str]]:
    return log.get_latest_tags_by_partition(
        price_list.key,
        dg.DagsterEventType.ASSET_MATERIALIZATION,
        ["dagster/data_version"],
        asset_partitions=[shop],
    )


def _stored(
    kind: type[ConsolidatedSqliteEventLogStorage], folder: Path, events: list[dg.EventLogEntry]
) -> dict[str, list[tuple[object, ...]]]:
    folder.mkdir()
    log = kind(str(folder))
    for event in events:
        log.store_event(event)
    log.dispose()
    with closing(sqlite3.connect(log.get_db_path())) as connection:
        return {table: _rows(connection, table) for table in _TABLES}


def _rows(connection: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    found = connection.execute(f"SELECT * FROM {table} ORDER BY id")  # noqa: S608 our own names
    kept = [place for place, column in enumerate(found.description) if column[0] not in _CLOCKS]
    return [tuple(row[place] for place in kept) for row in found]
