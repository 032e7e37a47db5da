"""Staging: every landed file of a shop, recognised and read to text under canonical names.

No row is judged here; that is ``load_shop``'s part. Only simple orders are converted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
import polars as pl

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.aliases import FILE_KINDS, FileKind, kind_aliases
from bundle_pipeline.ingest.customers import CustomerKeys
from bundle_pipeline.ingest.export_names import is_mended_name
from bundle_pipeline.ingest.file_rows import FileRows
from bundle_pipeline.ingest.landed import StagedFile
from bundle_pipeline.ingest.mended_rows import mended_files
from bundle_pipeline.ingest.observer import Observer, Unobserved
from bundle_pipeline.ingest.order_blocks import OrderBlock
from bundle_pipeline.ingest.order_decisions import Decision, Judge
from bundle_pipeline.ingest.order_places import units_of_blocks
from bundle_pipeline.ingest.order_spool import OrderSpool
from bundle_pipeline.ingest.params import IngestParams
from bundle_pipeline.ingest.read_files import LandedFolder, ReadObject
from bundle_pipeline.ingest.reading import Reading, with_blocks
from bundle_pipeline.schemas.shop_id import ShopId
from bundle_pipeline.store.objects import Objects, StoredObject

_LEFT_OUT_SCHEMA = {
    "_path": pl.String,
    "_line_number": pl.Int64,
    "outcome": pl.String,
    "reason": pl.String,
}


class Memory(Protocol):
    """What earlier runs have kept of the objects that they read."""

    def recalled(self, path: str, entry: StoredObject) -> ReadObject | None:
        """What reading an object in this version came to, if it is known."""
        ...


@dataclass(frozen=True)
class StagedShop:
    """Landed files of a shop as text.

    Attributes:
        shop_id: Whose files.
        objects: What each landed object came to, by key; no order that has rows in several places
            is a simple one.
        tables: Per other kind than orders, the union of its files: each field of the kind that may
            be read (text, null where absent), ``_path`` and ``_line_number`` (line in the file,
            from 1). Rows stand in the order of path and line.
        decisions: What was decided of the orders that waited.
    """

    shop_id: ShopId
    objects: tuple[ReadObject, ...]
    tables: Mapping[FileKind, pl.DataFrame]
    decisions: tuple[Decision, ...] = ()

    @property
    def files(self) -> tuple[StagedFile, ...]:
        """Every landed file, by path; of an archive its members."""
        return tuple(file for read in self.objects for file in read.files)

    @property
    def landed(self) -> tuple[StoredObject, ...]:
        """Every object of the shop's folder as it was listed; each was read in that version."""
        return tuple(read.entry for read in self.objects)

    @property
    def blocks(self) -> list[OrderBlock]:
        """Its orders, earliest file first."""
        return [block for read in self.objects for block in read.blocks]

    @property
    def left_out_at_reading(self) -> pl.DataFrame:
        """Lines that don't fit their header, or hold nothing of their kind, with the reason.

        ``_path``, ``_line_number``, ``outcome`` and ``reason``.
        """
        rows = [entry.left_out for read in self.objects for entry in (*read.rows, *read.blocks)]
        return _union(rows, _LEFT_OUT_SCHEMA)

    def mended_lines(self) -> pl.DataFrame:
        """``path`` and ``line_number`` of all lines of files that mend others."""
        place = (pl.col("_path").alias("path"), pl.col("_line_number").alias("line_number"))
        waiting = [
            block.waiting.scan().select(place).collect()
            for block in self.blocks
            if block.waiting is not None and is_mended_name(block.path)
        ]
        others = [rows.select(place) for rows in (*self.tables.values(), self.left_out_at_reading)]
        lines = pl.concat([*waiting, *others]).unique()
        paths = [path for path in lines.get_column("path").unique() if is_mended_name(path)]
        return lines.filter(pl.col("path").is_in(paths)).sort("path", "line_number")

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

    def with_decisions(self, judge: Judge) -> "StagedShop":
        """The shop with the variants of its lines known, and all orders decided."""
        blocks = [judge.with_variants(block) for block in self.blocks]
        objects = list(with_blocks(self.objects, blocks))
        first = np.cumsum([0, *(len(read.blocks) for read in objects)])
        place_ids = [
            f"{read.identity} {block.path} {block.number}"
            for read in objects
            for block in read.blocks
        ]
        decisions: list[Decision] = []
        made: list[dict[int, Decision]] = [{} for _ in objects]
        for unit in units_of_blocks(blocks, place_ids):
            owner = int(np.searchsorted(first, unit.blocks.start, side="right")) - 1
            place = unit.blocks.start - int(first[owner])
            decision = judge.decided(unit, blocks, objects[owner].decisions.get(place))
            made[owner][place] = decision
            decisions.append(decision)
        return replace(
            self,
            objects=tuple(
                replace(read, decisions=own) for read, own in zip(objects, made, strict=True)
            ),
            decisions=tuple(decisions),
        )

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


def stage_shop(
    landing: Objects,
    shop_id: ShopId,
    params: IngestParams,
    *,
    folder: Path,
    customer_key: bytes,
    observer: Observer | None = None,
    memory: Memory | None = None,
) -> StagedShop:
    """Read every landed file of a shop that isn't known in its version.

    Args:
        landing: Landing zone; the shop's files lie below the folder that its id names.
        shop_id: Whose files.
        params: The shop's own spellings, and what rules out that an order is simple.
        folder: Where orders wait; it must stay as long as they are used.
        customer_key: Secret that customers are hashed with, at most 64 bytes.
        observer: Is shown all staged text, of orders in batches, by several threads.
        memory: What earlier runs have kept.

    Returns:
        The files with what is wrong with them, and the rows of those that can be read. Nothing is
        raised for a bad file here; see :meth:`StagedShop.raise_for_structure`.

    Raises:
        InputDataError: A link, or a file with an impossible name, lies in the shop's folder.
        TransientError: A file changed after it was listed, or came only in part.
    """
    looking = observer or Unobserved()
    spool = OrderSpool(folder, CustomerKeys(customer_key), looking, params.non_product_patterns)
    landed = LandedFolder(landing, shop_id, folder, params.extra_aliases)
    reading = Reading(landed, spool, is_any_simple=not params.needs_product_statuses)
    read: list[ReadObject] = []
    # Listed by key, members by name, and read from the top: tables are in order without sorting.
    for entry in landed.listed():
        known = memory.recalled(landed.path_of(entry), entry) if memory else None
        read.append(known or reading.read(entry))
        looking.count(read[-1].observations)
    objects = reading.settled(read)
    rows = [rows for entry in objects for rows in entry.rows]
    return StagedShop(
        shop_id=shop_id,
        objects=tuple(objects),
        tables={kind: _table(kind, rows) for kind in FILE_KINDS if kind != "orders"},
    )


def _table(kind: FileKind, read: Sequence[FileRows]) -> pl.DataFrame:
    aliases = kind_aliases(kind)
    schema = dict.fromkeys(aliases.read_fields, pl.String)
    located = {"_path": pl.String, "_line_number": pl.Int64}
    customer = {"_customer": pl.String} if aliases.customer else {}
    columns = {**schema, **located, **customer}
    return _union(
        [entry.rows.select(list(columns)) for entry in read if entry.kind == kind], columns
    )


def _union(frames: Sequence[pl.DataFrame], schema: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=schema), *frames])
