"""Staging: every landed file of a shop, recognised and read to text under canonical names.

No row is judged here; that is ``load_shop``'s part. Only simple orders are converted.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.aliases import FILE_KINDS, FileKind, kind_aliases
from bundle_pipeline.ingest.file_rows import FileRows
from bundle_pipeline.ingest.landed import LandedTable, StagedFile, opened_files
from bundle_pipeline.ingest.mended_rows import mended_files
from bundle_pipeline.ingest.order_spool import Observe, OrderSpool, SpooledBlock
from bundle_pipeline.ingest.params import IngestParams
from bundle_pipeline.schemas.shop_id import ShopId
from bundle_pipeline.store.objects import Objects, StoredObject

logger = logging.getLogger(__name__)

_LEFT_OUT_SCHEMA = {
    "_path": pl.String,
    "_line_number": pl.Int64,
    "outcome": pl.String,
    "reason": pl.String,
}


@dataclass(frozen=True)
class StagedShop:
    """Landed files of a shop as text.

    Attributes:
        shop_id: Whose files.
        files: Every landed file, by path; of an archive its members.
        orders: Its orders, spooled: settled blocks, earliest file first.
        tables: Per other kind, the union of its files: each field of the kind that may be read
            (text, null where absent), ``_path`` and ``_line_number`` (line in the file, from 1).
            Rows stand in the order of path and line.
        left_out_at_reading: ``_path``, ``_line_number``, ``outcome`` and ``reason`` of lines that
            don't fit their header, or hold nothing of their kind.
        landed: Every file of the shop's folder as it was listed; each was read in that version.
    """

    shop_id: ShopId
    files: tuple[StagedFile, ...]
    orders: tuple[SpooledBlock, ...]
    tables: Mapping[FileKind, pl.DataFrame]
    left_out_at_reading: pl.DataFrame
    landed: tuple[StoredObject, ...]

    def raise_for_structure(self) -> None:
        """Refuse the shop if a file can't be used as a whole, or there are no orders.

        A file that came again mended is left.

        Raises:
            InputDataError: The first such problem, by path.
        """
        mended = mended_files(self.files)
        for file in self.files:
            if file.is_blocking and file.problem is not None and file.path not in mended:
                raise file.problem
        if not any(file.kind == "orders" for file in self.files):
            raise self._no_orders()

    def _no_orders(self) -> InputDataError:
        known = ", ".join(f"{file.path} ({file.kind or 'not recognised'})" for file in self.files)
        hints = [f"{file.path}: {file.problem.expected}" for file in self.files if file.problem]
        return InputDataError(
            "BP-INGEST-NO-ORDERS",
            place=f"shop {self.shop_id}",
            found=known or "no file",
            expected="a file of orders (.csv, .tsv, .txt, .jsonl, plain, .gz or .zip), recognised "
            "by its header" + "".join(f" ({hint})" for hint in hints[:1]),
            remedy="put the orders export into the shop's landing folder",
        )


def unobserved(
    _kind: FileKind, _rows: pl.DataFrame, _stated_fields: frozenset[str]
) -> Callable[[], None]:
    """Look at nothing."""
    return lambda: None


def stage_shop(
    landing: Objects,
    shop_id: ShopId,
    params: IngestParams,
    *,
    folder: Path,
    customer_key: bytes,
    observe: Observe = unobserved,
) -> StagedShop:
    """Read every landed file of a shop.

    Args:
        landing: Landing zone; the shop's files lie below the folder that its id names.
        shop_id: Whose files.
        params: The shop's own spellings, and what rules out that an order is simple.
        folder: Where orders wait; it must stay as long as they are used.
        customer_key: Secret that customers are hashed with, at most 64 bytes.
        observe: Is shown all staged text, of orders in batches, by several threads.

    Returns:
        The files with what is wrong with them, and the rows of those that can be read. Nothing is
        raised for a bad file here; see :meth:`StagedShop.raise_for_structure`.

    Raises:
        TransientError: A file changed after it was listed, or came only in part.
    """
    spool = OrderSpool(folder, customer_key, observe, params.non_product_patterns)
    reading = _Reading(spool, is_any_simple=not params.needs_product_statuses)
    prefix = f"{shop_id}/"
    # Listed by key, members by name, and read from the top: tables are in order without sorting.
    landed = tuple(landing.listed(shop_id))
    for entry in landed:
        path = entry.key.removeprefix(prefix)
        opened = opened_files(
            landing.content_of(entry, folder),
            path=path,
            place=f"shop {shop_id}, {path}",
            extra_aliases=params.extra_aliases,
        )
        for file, table in opened:
            reading.read(file, table)
    return reading.staged(shop_id, landed)


class _Reading:
    """What has been read of a shop so far."""

    def __init__(self, spool: OrderSpool, *, is_any_simple: bool) -> None:
        self._spool = spool
        self._is_any_simple = is_any_simple
        self._files: list[StagedFile] = []
        self._tables: dict[str, LandedTable] = {}
        self._read: list[FileRows] = []
        self._orders: list[SpooledBlock] = []

    def read(self, file: StagedFile, table: LandedTable | None) -> None:
        """Read a file; what is wrong with it is kept with it."""
        if table is not None:
            try:
                file = replace(file, row_count=self._read_table(table))
            except InputDataError as problem:
                file = replace(file, problem=problem, row_count=table.record_count())
        logger.info(
            "read %s: %s, %d rows, %s, delimiter %r",
            file.path,
            file.kind,
            file.row_count,
            file.encoding,
            file.delimiter,
        )
        self._files.append(file)

    def staged(self, shop_id: ShopId, landed: tuple[StoredObject, ...]) -> StagedShop:
        """All of it, with the orders settled among each other."""
        orders = self._spool.settled(self._orders, self._tables)
        tables: dict[FileKind, pl.DataFrame] = {
            kind: _table(kind, self._read) for kind in FILE_KINDS if kind != "orders"
        }
        for kind, rows in tables.items():
            self._spool.observe(kind, rows, _stated_fields(kind, self._read))()
        return StagedShop(
            shop_id=shop_id,
            files=tuple(self._files),
            orders=tuple(orders),
            tables=tables,
            left_out_at_reading=_union(
                [entry.left_out for entry in (*self._read, *orders)], _LEFT_OUT_SCHEMA
            ),
            landed=landed,
        )

    def _read_table(self, table: LandedTable) -> int:
        self._tables[table.path] = table
        if table.is_plain_orders and self._is_any_simple:
            blocks = self._spool.plain(table)
            self._orders.extend(blocks)
            return sum(block.row_count + block.left_out.height for block in blocks)
        row_count, kinds = table.rows()
        for rows in kinds:
            if rows.kind == "orders":
                self._orders.append(self._spool.rows(rows))
            else:
                self._read.append(rows)
        return row_count


def _table(kind: FileKind, read: Sequence[FileRows]) -> pl.DataFrame:
    schema = dict.fromkeys(kind_aliases(kind).read_fields, pl.String)
    located = {"_path": pl.String, "_line_number": pl.Int64}
    rows = [entry.rows.drop("_customer") for entry in read if entry.kind == kind]
    return _union(rows, {**schema, **located})


def _union(frames: Sequence[pl.DataFrame], schema: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=schema), *frames])


def _stated_fields(kind: FileKind, read: Sequence[FileRows]) -> frozenset[str]:
    return frozenset[str]().union(*(rows.stated_fields for rows in read if rows.kind == kind))
