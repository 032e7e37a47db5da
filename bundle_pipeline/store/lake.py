"""Frames as Delta tables: one table per frame, partitioned by shop, one commit per shop and write.

A commit is atomic: a writer that dies leaves the last good version, and no reader sees half of a
frame. Two writers of one shop can't both win; the loser gets a :class:`TransientError`.
"""

import json
import logging
import time
from collections.abc import Generator, Iterable, Mapping, Sequence, Set
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import dataframely as dy
import polars as pl
from deltalake import CommitProperties, DeltaTable, Schema, Transaction, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.transaction import AddAction, RemoveAction, create_table_with_add_actions

from bundle_pipeline.errors import InputDataError, TransientError
from bundle_pipeline.schemas.base import Frame, FrameT, checked
from bundle_pipeline.schemas.shop_id import ShopId
from bundle_pipeline.store.failures import translated
from bundle_pipeline.store.lost_files import lost_file_named, row_counts, whole_files
from bundle_pipeline.store.objects import is_local, local_folder, opened
from bundle_pipeline.store.open_tables import at, commit_key, newest, newest_version
from bundle_pipeline.store.origin import Origin
from bundle_pipeline.store.parts import Part, Parts, written_part

logger = logging.getLogger(__name__)

_SHOP_COLUMN = "shop_id"


@dataclass(frozen=True)
class Lake:
    """Tables below one URL."""

    url: str

    def write(
        self, schema: type[FrameT], shop_id: ShopId, frame: pl.DataFrame, *, origin: Origin
    ) -> int:
        """Replace a shop's rows of a frame by these, in one commit.

        Args:
            schema: Declaration of the frame; rows are checked against it first.
            shop_id: Whose rows they are.
            frame: All rows of the shop.
            origin: Recorded in the table's history.

        Returns:
            The table's version that holds them.

        Raises:
            SchemaError: The rows aren't as declared; nothing was written.
            TransientError: Another writer of the same shop was first; nothing was written.
        """
        rows = checked(schema, frame)
        table = self._found(schema)
        if table is not None and table.schema() != _columns(schema):
            return self._merged(table, schema, shop_id, rows, origin)
        with TemporaryDirectory() as folder:
            new = [] if rows.is_empty() else [written_part(Path(folder), schema.name, rows)]
            return self._put(table, schema, shop_id, new, origin)

    def _merged(
        self,
        table: DeltaTable,
        schema: type[Frame],
        shop_id: ShopId,
        rows: pl.DataFrame,
        origin: Origin,
    ) -> int:
        """Replace a shop's rows where another release has begun the table, with other columns."""
        with _committing(schema, shop_id, self._uri(schema)):
            write_deltalake(
                table,
                rows.select(pl.lit(shop_id).alias(_SHOP_COLUMN), pl.all()),
                mode="overwrite",
                predicate=_of(shop_id),
                # A newer release may declare columns that the table doesn't have yet.
                schema_mode="merge",
                commit_properties=_commit_properties(table, shop_id, origin),
            )
        return table.version()

    def write_parts(self, parts: Parts[FrameT], shop_id: ShopId, *, origin: Origin) -> int:
        """Replace a shop's rows of a frame by the rows of these parts, in one commit.

        Parts that the newest version holds stay where they are.

        Args:
            parts: The frame; its parts were checked when they were written.
            shop_id: Whose rows they are.
            origin: Recorded in the table's history.

        Returns:
            The table's version that holds them.

        Raises:
            TransientError: Another writer of the same shop was first; nothing was committed.
        """
        kept = {part.name for part in parts.files if part.is_kept}
        new = [part for part in parts.files if not part.is_kept]
        table = self._with_declared_columns(parts.schema)
        return self._put(table, parts.schema, shop_id, new, origin, kept=kept)

    def _put(
        self,
        table: DeltaTable | None,
        schema: type[Frame],
        shop_id: ShopId,
        new: Sequence[Part],
        origin: Origin,
        *,
        kept: Set[str] = frozenset(),
    ) -> int:
        """Replace a shop's files; the table begins with them if there is none."""
        if table is None:
            if kept:
                raise _conflict(schema, shop_id)
            if self._begun(schema, shop_id, new, origin):
                return 0
            table = self._opened(schema)
            if table.transaction_version(shop_id) is not None:
                raise _conflict(schema, shop_id)
        return self._replaced(table, schema, shop_id, new, origin, kept=kept)

    def _replaced(
        self,
        table: DeltaTable,
        schema: type[Frame],
        shop_id: ShopId,
        new: Sequence[Part],
        origin: Origin,
        *,
        kept: Set[str],
    ) -> int:
        """Replace a shop's files, save for those that are kept, by new ones."""
        before = table.version()
        there = set(_files_of(table, shop_id, self._uri(schema)))
        if not kept <= there:
            raise _conflict(schema, shop_id)
        # Of the same name are the same rows: another run has stored them since this one looked.
        kept |= there & {part.name for part in new}
        new = [part for part in new if part.name not in kept]
        self._upload(schema, shop_id, new)
        with _committing(schema, shop_id, self._uri(schema)):
            table.create_write_transaction(
                [
                    *(_added(part, shop_id) for part in new),
                    *(_removed(name, shop_id) for name in sorted(there - kept)),
                ],
                mode="append",
                schema=table.schema(),
                partition_by=[_SHOP_COLUMN],
                commit_properties=_commit_properties(table, shop_id, origin),
            )
        return self._committed(schema, shop_id, after=before)

    def _committed(self, schema: type[Frame], shop_id: ShopId, *, after: int) -> int:
        """Version of a shop's first commit after one: commits of other shops may surround it."""
        last = self.version(schema)
        objects = opened(self._uri(schema))
        for version in range(after + 1, last):
            actions = (objects.read(commit_key(version)) or b"").splitlines()
            if any(json.loads(action).get("txn", {}).get("appId") == shop_id for action in actions):
                return version
        return last

    def _upload(self, schema: type[Frame], shop_id: ShopId, parts: Sequence[Part]) -> None:
        objects = opened(self._uri(schema), create=True)
        for part in parts:
            objects.upload(_part_key(shop_id, part.name), Path(part.address))

    def files_of(self, schema: type[Frame], shop_id: ShopId) -> Mapping[str, str]:
        """Files of a shop in the newest version of a frame, if it has one: address by name."""
        uri = self._uri(schema)
        with translated("read", uri):
            try:
                return _files_of(newest(uri), shop_id, uri)
            except TableNotFoundError:
                return {}

    def parts(self, schema: type[FrameT], shop_id: ShopId) -> Parts[FrameT]:
        """A shop's newest rows of a frame as the files that hold them; none if it has none.

        Raises:
            InputDataError: A file is gone or cut off.
        """
        files = self.files_of(schema, shop_id)
        with (
            translated("read", self._uri(schema)),
            lost_file_named(schema, shop_id, lambda: files),
        ):
            counted = dict(zip(files, row_counts(files.values()), strict=True))
        return _parts(schema, files, counted)

    def whole_parts(self, schema: type[FrameT], shop_id: ShopId) -> Parts[FrameT]:
        """The same without files that are gone or cut off, for the step that makes them anew."""
        files = self.files_of(schema, shop_id)
        with translated("read", self._uri(schema)):
            counted = whole_files(files)
        lost = [name for name in files if name not in counted]
        if lost:
            logger.warning(
                "%s (shop %s): made anew, for it is lost: %s", schema.name, shop_id, ", ".join(lost)
            )
        return _parts(schema, files, counted)

    def read(
        self, schema: type[FrameT], shop_id: ShopId, *, version: int | None = None
    ) -> dy.DataFrame[FrameT]:
        """A shop's rows of a frame, sorted as they were written, or by key if in parts.

        They were checked when they were written, so they aren't checked again.

        Args:
            schema: Declaration of the frame.
            shop_id: Whose rows.
            version: Version of the table; the newest if None.

        Raises:
            InputDataError: The frame was never written, there is no such version, a file of it is
                gone or damaged, or a release wrote it that didn't declare all of today's columns.
        """
        table = self._opened(schema, version=version)
        uri = self._uri(schema)
        try:
            with (
                translated("read", uri),
                lost_file_named(schema, shop_id, lambda: _files_of(table, shop_id, uri)),
            ):
                rows = (
                    pl.scan_delta(table)
                    .filter(pl.col(_SHOP_COLUMN) == shop_id)
                    .select(schema.column_names())
                    .collect()
                )
        except pl.exceptions.ColumnNotFoundError as error:
            raise InputDataError(
                "BP-STORE-OUTDATED",
                place=f"{schema.name} (shop {shop_id}), version {table.version()}",
                found="a table without some of the declared columns",
                expected=f"columns as declared by {schema.__module__}.{schema.__name__}",
                remedy="run the shop again with this release",
            ) from error
        if schema.comes_in_parts:
            rows = rows.sort(schema.primary_key())
        return cast("dy.DataFrame[FrameT]", rows)

    def version(self, schema: type[FrameT]) -> int:
        """Newest version of a frame's table.

        Raises:
            InputDataError: The frame was never written.
        """
        return self._opened(schema).version()

    def versions(self, schemas: Iterable[type[Frame]]) -> dict[str, int]:
        """Newest version of each of these frames that has a table, by name."""
        found: dict[str, int] = {}
        for schema in schemas:
            uri = self._uri(schema)
            with suppress(TableNotFoundError), translated("read", uri):
                found[schema.name] = newest_version(uri)
        return found

    def _opened(self, schema: type[FrameT], *, version: int | None = None) -> DeltaTable:
        uri = self._uri(schema)
        try:
            with translated("read", uri):
                return newest(uri) if version is None else at(uri, version=version)
        except TableNotFoundError as error:
            raise InputDataError(
                "BP-STORE-MISSING",
                place=f"{schema.name} in {self.url}",
                found="no table",
                expected="a frame written by an earlier step",
                remedy="run the shop: bundle-pipeline run --shop SHOP",
            ) from error
        except DeltaError as error:
            if version is None:
                raise
            raise InputDataError(
                "BP-STORE-VERSION",
                place=f"{schema.name} in {self.url}",
                found=f"no version {version} that can be read",
                expected=f"a version from 0 to {self.version(schema)}",
                remedy="name a version of the table's history that vacuuming has left",
            ) from error

    def _found(self, schema: type[FrameT]) -> DeltaTable | None:
        """The table at its newest version; None if there is none."""
        uri = self._uri(schema)
        with suppress(TableNotFoundError), translated("read", uri):
            return newest(uri)
        return None

    def _begun(
        self, schema: type[Frame], shop_id: ShopId, new: Sequence[Part], origin: Origin
    ) -> bool:
        """Whether these rows are now the table's first; False if another writer has begun it.

        The library lays a second creation on top of the first if both come at the same moment,
        which turns away whoever writes between them. So the first commit is made aside, and put
        in place by the one writer whose put-if-absent wins.
        """
        self._upload(schema, shop_id, new)
        uri = self._uri(schema)
        with TemporaryDirectory() as aside, translated("write", uri):
            create_table_with_add_actions(
                aside,
                _columns(schema),
                [_added(part, shop_id) for part in new],
                partition_by=[_SHOP_COLUMN],
                commit_properties=_commit_properties(None, shop_id, origin),
            )
            first = Path(aside, commit_key(0)).read_bytes()
            return opened(uri, create=True).write_once(commit_key(0), first)

    def _with_declared_columns(self, schema: type[FrameT]) -> DeltaTable | None:
        """The table, if there is one, with columns that only a newer release declares."""
        table = self._found(schema)
        if table is None:
            return None
        known = {field.name for field in table.schema().fields}
        if not known.issuperset(schema.column_names()):
            write_deltalake(table, _no_rows(schema), mode="append", schema_mode="merge")
        return table

    def _uri(self, schema: type[FrameT]) -> str:
        if is_local(self.url):
            return str(local_folder(self.url) / _table_key(schema))
        return f"{self.url.rstrip('/')}/{_table_key(schema)}"


def _table_key(schema: type[Frame]) -> str:
    return f"tables/{schema.name}"


def _no_rows(schema: type[Frame]) -> pl.DataFrame:
    """A table's columns, without rows."""
    no_shop = pl.lit(None, dtype=pl.String).alias(_SHOP_COLUMN)
    return schema.create_empty().select(no_shop, pl.all())


@cache
def _columns(schema: type[Frame]) -> Schema:
    """A table's columns as this release declares them."""
    return Schema.from_arrow(cast("Any", _no_rows(schema).to_arrow()).schema)


def _commit_properties(
    table: DeltaTable | None, shop_id: ShopId, origin: Origin
) -> CommitProperties:
    metadata = {
        "shop_id": shop_id,
        "run_id": origin.run_id,
        "settings_hash": origin.settings_hash,
        "code_version": origin.code_version,
    }
    # Two commits of one shop on the same version conflict even where neither removes anything.
    number = 1 if table is None else (table.transaction_version(shop_id) or 0) + 1
    return CommitProperties(
        custom_metadata=metadata, app_transactions=[Transaction(shop_id, number)]
    )


def _files_of(table: DeltaTable, shop_id: ShopId, uri: str) -> dict[str, str]:
    """Address by name of the shop's files, of any writer, in this version of the table."""
    with translated("read", uri):
        addresses = table.file_uris(file_pruning_predicate=[(_SHOP_COLUMN, "=", str(shop_id))])
    return {address.rpartition("/")[2]: address for address in addresses}


def _parts(
    schema: type[FrameT], addresses: Mapping[str, str], row_counts: Mapping[str, int]
) -> Parts[FrameT]:
    parts = [
        Part(name, addresses[name], row_count, is_kept=True)
        for name, row_count in row_counts.items()
    ]
    return Parts(schema, tuple(parts))


def _part_key(shop_id: ShopId, name: str) -> str:
    return f"{_SHOP_COLUMN}={shop_id}/{name}"


def _added(part: Part, shop_id: ShopId) -> AddAction:
    file = Path(part.address).stat()
    return AddAction(
        path=_part_key(shop_id, part.name),
        size=file.st_size,
        partition_values={_SHOP_COLUMN: str(shop_id)},
        modification_time=int(file.st_mtime * 1000),
        data_change=True,
        stats=json.dumps({"numRecords": part.row_count}),
    )


def _removed(name: str, shop_id: ShopId) -> RemoveAction:
    return RemoveAction(
        _part_key(shop_id, name),
        data_change=True,
        deletion_timestamp=int(time.time() * 1000),
        partition_values={_SHOP_COLUMN: str(shop_id)},
    )


@contextmanager
def _committing(schema: type[Frame], shop_id: ShopId, uri: str) -> Generator[None]:
    try:
        with translated("write", uri):
            yield
    except CommitFailedError as error:
        raise _conflict(schema, shop_id) from error


def _conflict(schema: type[Frame], shop_id: ShopId) -> TransientError:
    return TransientError(
        "BP-STORE-CONFLICT",
        place=f"{schema.name} (shop {shop_id})",
        found="a commit of another run to the same shop",
        expected="one writer per shop at a time",
        remedy="nothing was written; run the shop again",
    )


def _of(shop_id: ShopId) -> str:
    # Delta takes its predicate as text only. A ShopId is validated: it holds no quote.
    return f"{_SHOP_COLUMN} = '{shop_id}'"
