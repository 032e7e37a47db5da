"""Dagster's event log in one SQLite file whose connection stays open.

Dagster's own SQLite log opens a new engine and connection for every event, up to four of them, and
SQLite checkpoints its journal whenever the last connection closes. A run of a shop has about 370
events, 200 of them of its checks: with an open connection the run takes half the time. And a step
asks for the version of each of its inputs, for which Dagster composes four statements each time.
What is stored, and how, is Dagster's own; ``dagster.yaml`` names this class.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.events import ASSET_CHECK_EVENTS, ASSET_EVENTS
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.dagster_run import DagsterRunStatus
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage
from dagster._core.storage.event_log.schema import AssetKeyTable, SqlEventLogStorageTable
from sqlalchemy import Connection, Engine, bindparam, create_engine, event, inspect
from watchdog.events import FileSystemEvent, PatternMatchingEventHandler
from watchdog.observers import Observer

# How long a writer waits for another process to finish its write.
_BUSY_SECONDS = 60
# A run writes some 3,000 pages into the journal, and whoever fills it waits for the disk. So none
# does while it runs: it is emptied when the last connection is closed, or at 40 MB.
_JOURNAL_PAGES = 10_000
# Without their values, so that SQLAlchemy composes them once and not for each event.
_INSERT = SqlEventLogStorageTable.insert()
_OF_KEY = "of_key"
_UPDATE_ASSET = AssetKeyTable.update().where(AssetKeyTable.c.asset_key == bindparam(_OF_KEY))
_INSERT_ASSET = AssetKeyTable.insert()
# As it stands: composing the same statement takes SQLAlchemy longer than SQLite takes to run it.
_PARTITION = "SELECT 1 FROM dynamic_partitions WHERE partitions_def_name = ? AND partition = ?"
# Of an asset that was ever wiped nothing is found: Dagster knows which of its events still count.
_NEWEST_TAG = """
SELECT value FROM asset_event_tags WHERE key = ? AND event_id = (
    SELECT max(id) FROM event_logs
    WHERE asset_key = ? AND dagster_event_type = ? AND partition = ?
    AND EXISTS (SELECT 1 FROM asset_keys WHERE asset_key = ? AND asset_details IS NULL)
)
"""


class OpenSqliteEventLogStorage(ConsolidatedSqliteEventLogStorage):
    """The consolidated SQLite event log, through one pool of connections per process."""

    @cached_property
    def _engine(self) -> Engine:
        engine = create_engine(self._conn_string, connect_args={"timeout": _BUSY_SECONDS})
        event.listen(engine, "connect", _relax)
        return engine

    @cached_property
    def _transaction(self) -> threading.local:
        return threading.local()

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        """The transaction that this thread is in; a new one if it is in none."""
        current = getattr(self._transaction, "connection", None)
        if current is not None:
            yield current
            return
        with self._engine.connect() as connection, connection.begin():
            self._transaction.connection = connection
            try:
                yield connection
            finally:
                self._transaction.connection = None

    def store_event(self, event: EventLogEntry) -> None:
        """Store an event with all that is looked up by: in one transaction, not in four."""
        with self._connect() as connection:
            event_id = connection.execute(_INSERT, self._event_to_row(event)).lastrowid
            if not event.is_dagster_event:
                return
            of_type = event.dagster_event_type
            if of_type in ASSET_EVENTS and event.get_dagster_event().asset_key:
                self._store_asset_event_tags(connection, [event], [event_id])
                self._store_asset_event(connection, event, event_id)
            if of_type in ASSET_CHECK_EVENTS:
                self.store_asset_check_event(event, event_id)

    def _store_asset_event(self, conn: Connection, event: EventLogEntry, event_id: int) -> None:
        """Store what is newest of an asset: mostly an update, whose statement is composed once."""
        has_columns = self._has_asset_key_index_cols_on_connection(conn)
        values = self._get_asset_entry_values(event, event_id, has_columns)
        asset_key = event.get_dagster_event().asset_key
        if not values or asset_key is None:
            return
        key = asset_key.to_string()
        if conn.execute(_UPDATE_ASSET, {_OF_KEY: key, **values}).rowcount == 0:
            conn.execute(_INSERT_ASSET, {"asset_key": key, **values})
        if "last_materialization" in values:
            record = dg.EventLogRecord(event_id, event)
            self._newest[key] = values["last_materialization"], record

    @cached_property
    def _newest(self) -> dict[str, tuple[str, dg.EventLogRecord]]:
        """An asset's newest materialisation of this process, as it is stored and as it is."""
        return {}

    def _get_latest_materialization_records(
        self, raw_asset_rows: Sequence[Any]
    ) -> Mapping[dg.AssetKey, dg.EventLogRecord | None]:
        """What is newest of assets; each step asks for it, mostly what the steps before stored."""
        known: dict[dg.AssetKey, dg.EventLogRecord | None] = {}
        others: list[Any] = []
        for row in raw_asset_rows:
            key = dg.AssetKey.from_db_string(row["asset_key"])
            stored, record = self._newest.get(row["asset_key"], (None, None))
            is_newest = stored == row["last_materialization"] and not row["asset_details"]
            if key and record and is_newest:
                known[key] = record
            else:
                others.append(row)
        return {**known, **super()._get_latest_materialization_records(others)} if others else known

    def get_latest_tags_by_partition(  # noqa: PLR0917 the library's signature
        self,
        asset_key: dg.AssetKey,
        event_type: dg.DagsterEventType,
        tag_keys: Sequence[str],
        asset_partitions: Sequence[str] | None = None,
        before_cursor: int | None = None,
        after_cursor: int | None = None,
    ) -> Mapping[str, Mapping[str, str]]:
        """Tags of the newest events; of one partition's they are asked for each input of a step."""
        match tag_keys, asset_partitions, before_cursor, after_cursor:
            case [tag], [partition], None, None:
                key = asset_key.to_string()
                found = self._read(_NEWEST_TAG, tag, key, event_type.value, partition, key)
                if found:
                    return {partition: {tag: found[0]}}
        return super().get_latest_tags_by_partition(
            asset_key, event_type, tag_keys, asset_partitions, before_cursor, after_cursor
        )

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        """Whether a partition is there; asked some five times for every input of a step."""
        self._check_partitions_table()
        return self._read(_PARTITION, partitions_def_name, partition_key) is not None

    def _read(self, statement: str, *values: str) -> Sequence[Any] | None:
        """The first row that a statement finds of what is committed, in no transaction."""
        # SQLAlchemy's own layer above the connection takes three times as long as the statement.
        with closing(self._engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute(statement, values)
            return cursor.fetchone()

    @cached_property
    def _tables_seen(self) -> set[str]:
        return set()

    def has_table(self, table_name: str) -> bool:
        """Whether a table is there; asked before every look at partitions, and none ever goes."""
        if table_name not in self._tables_seen:
            with self._connect() as connection:
                if inspect(connection).has_table(table_name):
                    self._tables_seen.add(table_name)
        return table_name in self._tables_seen

    @cached_property
    def _asset_columns_seen(self) -> set[str]:
        return set()

    def _has_asset_key_col_on_connection(self, conn: Connection, column_name: str) -> bool:
        """Whether the table of assets has a column; asked for every asset's event."""
        if column_name not in self._asset_columns_seen:
            if not super()._has_asset_key_col_on_connection(conn, column_name):
                return False
            self._asset_columns_seen.add(column_name)
        return True

    def watch(
        self,
        run_id: str,
        cursor: str | None,
        callback: Callable[[EventLogEntry, str], DagsterRunStatus | None],
    ) -> None:
        """Call back with a run's new events as they are written, by any process."""
        if not self._obs:
            self._obs = Observer()
            self._obs.start()
            path = Path(self.get_db_path())
            self._obs.schedule(_Watcher(path, self.on_modified), str(path.parent))
        self._watchers[run_id][callback] = cursor

    def dispose(self) -> None:
        """Close what is open."""
        super().dispose()
        self._engine.dispose()


class _Watcher(PatternMatchingEventHandler):
    """Notices writes to the database or to its journal, where they stand until a checkpoint."""

    def __init__(self, path: Path, notify: Callable[[], None]) -> None:
        super().__init__(patterns=[str(path), f"{path}-wal"])
        self._notify = notify

    def on_modified(self, event: FileSystemEvent) -> None:  # noqa: ARG002 the library's signature
        self._notify()


def _relax(connection: sqlite3.Connection, _record: Any) -> None:  # noqa: ANN401 a private type
    # With a write-ahead journal this can lose the last events in a power cut, never the database.
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute(f"PRAGMA wal_autocheckpoint={_JOURNAL_PAGES}")
