"""Reading landed objects: which files they hold, their rows, and their orders in blocks.

A block of orders is read again where an order of it turns out to have rows elsewhere too.
"""

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import polars as pl

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.file_rows import FileRows
from bundle_pipeline.ingest.landed import LandedTable, StagedFile
from bundle_pipeline.ingest.observer import Observation
from bundle_pipeline.ingest.order_blocks import OrderBlock
from bundle_pipeline.ingest.order_places import contested_orders
from bundle_pipeline.ingest.order_spool import OrderSpool, side_by_side
from bundle_pipeline.ingest.read_files import LandedFolder, ReadObject
from bundle_pipeline.store.objects import StoredObject

logger = logging.getLogger(__name__)

# Text of landed files that is held to be read again; more is opened anew.
_HELD_BYTES = 256 * 1024**2


@dataclass(frozen=True)
class Reading:
    """How landed objects are read.

    ``tables`` are those that are open: of large files a mapping.
    """

    landed: LandedFolder
    spool: OrderSpool
    is_any_simple: bool
    tables: dict[str, LandedTable] = field(default_factory=dict[str, LandedTable])

    def read(self, entry: StoredObject) -> ReadObject:
        """Read an object; what is wrong with a file is kept with it."""
        files: list[StagedFile] = []
        rows: list[FileRows] = []
        blocks: list[OrderBlock] = []
        observations: list[Observation] = []
        opened = self.landed.opened(entry)
        # Beside the reading: of a third of a gigabyte a hash takes 0.3 s.
        with ThreadPoolExecutor(1) as beside:
            hashes = [beside.submit(file.digest) for file, _ in opened]
            for as_opened, table in opened:
                file = as_opened
                if table is not None:
                    try:
                        row_count, of_file, spooled, seen = self._read_table(table)
                    except InputDataError as problem:
                        file = replace(file, problem=problem, row_count=table.record_count())
                    else:
                        file = replace(file, row_count=row_count)
                        rows.extend(of_file)
                        blocks.extend(spooled)
                        observations.extend(seen)
                _log_read(file)
                files.append(file)
        return ReadObject(
            path=self.landed.path_of(entry),
            entry=entry,
            files=tuple(
                file.with_hash(found.result()) for file, found in zip(files, hashes, strict=True)
            ),
            rows=tuple(rows),
            blocks=tuple(blocks),
            observations=tuple(observations),
        )

    def settled(self, objects: Sequence[ReadObject]) -> list[ReadObject]:
        """The objects, without an order among the simple ones that has rows elsewhere too."""
        blocks = [block for read in objects for block in read.blocks]
        contested = pl.Series(contested_orders(blocks))
        entries = {block.path: read.entry for read in objects for block in read.blocks}
        of_file: dict[str, list[OrderBlock]] = {}
        for block in blocks:
            of_file.setdefault(block.path, []).append(block)
        are_contested = [_has_any(block, contested) for block in blocks]
        for block, is_contested in zip(blocks, are_contested, strict=True):
            if is_contested:
                self._open(block.path, entries[block.path])

        def alone(given: tuple[OrderBlock, bool]) -> OrderBlock:
            block, is_contested = given
            if not is_contested:
                return block
            table = self.tables[block.path]
            return self.spool.without(block, contested.to_numpy(), table, of_file[block.path])

        given = zip(blocks, are_contested, strict=True)
        return list(with_blocks(objects, list(side_by_side(alone, given))))

    def _open(self, path: str, entry: StoredObject) -> None:
        if path not in self.tables:
            for file, table in self.landed.opened(entry):
                if table is not None:
                    self.tables[file.path] = table

    def _hold(self, table: LandedTable) -> None:
        """Keep a table open, as orders of it may have to be read again; not too many of them."""
        held = sum(other.held_bytes for other in self.tables.values())
        if held + table.held_bytes <= _HELD_BYTES:
            self.tables[table.path] = table

    def _read_table(
        self, table: LandedTable
    ) -> tuple[int, list[FileRows], list[OrderBlock], list[Observation]]:
        """Its rows: how many, those of other kinds, the orders, what was observed."""
        if table.is_plain_orders and self.is_any_simple:
            self._hold(table)
            blocks, observations = self.spool.plain(table)
            row_count = sum(block.row_count + block.left_out.height for block in blocks)
            return row_count, [], blocks, observations
        row_count, kinds = table.rows()
        spooled: list[OrderBlock] = []
        seen: list[Observation] = []
        for rows in kinds:
            if rows.kind == "orders":
                blocks, observed = self.spool.rows(rows)
                spooled.extend(blocks)
                seen.extend(observed)
            else:
                shown = rows.rows.drop("_customer")
                seen.append(self.spool.observer.observe(rows.kind, shown, rows.stated_fields))
        others = [self._without_people(rows) for rows in kinds if rows.kind != "orders"]
        return row_count, others, spooled, seen

    def _without_people(self, rows: FileRows) -> FileRows:
        """Rows whose customers are hashed: from here on they may be kept."""
        hashed = self.spool.customers.of(rows.rows.get_column("_customer"))
        return replace(rows, rows=rows.rows.with_columns(_customer=hashed))


def _has_any(block: OrderBlock, contested: pl.Series) -> bool:
    """Whether a simple order of the block is among these."""
    # NumPy's own membership sorts both sides anew, for each block of a long file.
    return bool(pl.Series(block.simple_hashes).is_in(contested.implode()).any())


def _log_read(file: StagedFile) -> None:
    logger.info(
        "read %s: %s, %d rows, %s, delimiter %r",
        *(file.path, file.kind, file.row_count, file.encoding, file.delimiter),
    )


def with_blocks(
    objects: Sequence[ReadObject], blocks: Sequence[OrderBlock]
) -> Iterator[ReadObject]:
    """The objects with these blocks, of all of them in their order."""
    start = 0
    for read in objects:
        end = start + len(read.blocks)
        yield read.with_blocks(blocks[start:end])
        start = end
