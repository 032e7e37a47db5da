"""Staging: every landed file of a shop, recognised and read to text under canonical names.

Nothing is converted and no row is judged here; that is ``load_shop``'s part.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.aliases import FILE_KINDS, FileKind, kind_aliases
from bundle_pipeline.ingest.file_rows import FileRows
from bundle_pipeline.ingest.landed import StagedFile, read_landed
from bundle_pipeline.ingest.recognition import NO_EXTRA_ALIASES, ExtraAliases
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
        tables: Per kind, the union of its files: each field of the kind that may be read (text,
            null where absent), ``_path``, ``_line_number`` (line in the file, from 1) and
            ``_customer`` (position in ``customers``; null if unknown). Rows stand in the order of
            path and line.
        left_out_at_reading: ``_path``, ``_line_number``, ``outcome`` and ``reason`` of lines that
            don't fit their header, or hold nothing of their kind.
        stated_fields: Per kind, fields that at least one of its files has a column for.
        landed: Every file of the shop's folder as it was listed; each was read in that version.
        customers: Distinct customer ids and e-mail addresses. They leave as keyed hashes only.
    """

    shop_id: ShopId
    files: tuple[StagedFile, ...]
    tables: Mapping[FileKind, pl.DataFrame]
    left_out_at_reading: pl.DataFrame
    stated_fields: Mapping[FileKind, frozenset[str]]
    landed: tuple[StoredObject, ...]
    customers: pl.Series = field(repr=False)

    def raise_for_structure(self) -> None:
        """Refuse the shop if a file can't be used as a whole, or there are no orders.

        Raises:
            InputDataError: The first such problem, by path.
        """
        for file in self.files:
            if file.is_blocking and file.problem is not None:
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


def stage_shop(
    landing: Objects, shop_id: ShopId, *, extra_aliases: ExtraAliases = NO_EXTRA_ALIASES
) -> StagedShop:
    """Read every landed file of a shop.

    Args:
        landing: Landing zone; the shop's files lie below the folder that its id names.
        shop_id: Whose files.
        extra_aliases: Spellings of headers of the shop's own.

    Returns:
        The files with what is wrong with them, and the rows of those that can be read. Nothing is
        raised for a bad file here; see :meth:`StagedShop.raise_for_structure`.

    Raises:
        TransientError: A file changed after it was listed, or came only in part.
    """
    files: list[StagedFile] = []
    read: list[FileRows] = []
    prefix = f"{shop_id}/"
    # Listed by key, members by name, and read from the top: tables are in order without sorting.
    landed = tuple(landing.listed(shop_id))
    for entry in landed:
        content = landing.read_listed(entry)
        path = entry.key.removeprefix(prefix)
        place = f"shop {shop_id}, {path}"
        for file, rows in read_landed(content, path=path, place=place, extra_aliases=extra_aliases):
            logger.info(
                "read %s: %s, %d rows, %s, delimiter %r",
                file.path,
                file.kind,
                file.row_count,
                file.encoding,
                file.delimiter,
            )
            files.append(file)
            read.extend(rows)
    customers = _customers(read)
    return StagedShop(
        shop_id=shop_id,
        files=tuple(files),
        tables={kind: _table(kind, read, customers) for kind in FILE_KINDS},
        left_out_at_reading=_union([rows.left_out for rows in read], _LEFT_OUT_SCHEMA),
        stated_fields={kind: _stated_fields(kind, read) for kind in FILE_KINDS},
        landed=landed,
        customers=customers,
    )


def _customers(read: Sequence[FileRows]) -> pl.Series:
    identities = _union([rows.rows.select("_customer") for rows in read], {"_customer": pl.String})
    return identities.get_column("_customer").drop_nulls().unique().sort()


def _table(kind: FileKind, read: Sequence[FileRows], customers: pl.Series) -> pl.DataFrame:
    schema = dict.fromkeys(kind_aliases(kind).read_fields, pl.String)
    located = {"_path": pl.String, "_line_number": pl.Int64, "_customer": pl.String}
    rows = _union([rows.rows for rows in read if rows.kind == kind], {**schema, **located})
    positions = pl.col("_customer").cast(pl.Enum(customers)).to_physical().cast(pl.Int64)
    return rows.with_columns(_customer=positions)


def _union(frames: Sequence[pl.DataFrame], schema: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=schema), *frames])


def _stated_fields(kind: FileKind, read: Sequence[FileRows]) -> frozenset[str]:
    return frozenset[str]().union(*(rows.stated_fields for rows in read if rows.kind == kind))
