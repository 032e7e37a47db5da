"""What a row that can't be used looks like in its file, as far as it may be kept.

A cell is shown if its column is one of a field that is known and not personal; of any other cell
only that something stands there. A row that doesn't fit its header shows no cell: none of them
certainly belongs to its column.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import dataframely as dy
import polars as pl

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.aliases import kind_aliases
from bundle_pipeline.ingest.headers import header_cells
from bundle_pipeline.ingest.jsonl_rows import LINE_COLUMN, read_jsonl
from bundle_pipeline.ingest.ledger import UNUSABLE_FILE
from bundle_pipeline.ingest.raw_records import RawFile, raw_files
from bundle_pipeline.ingest.recognition import ExtraAliases, Recognised, recognised
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.ingest import Quarantine
from bundle_pipeline.schemas.shop_id import ShopId
from bundle_pipeline.store.objects import Objects, StoredObject

# A file with more of them has one fault throughout, which the first ones show.
MAX_ROWS_PER_FILE = 10_000
_MAX_CELL_CHARACTERS = 120
_MAX_ROW_CHARACTERS = 4_000
_CUT = "\u2026"

MASKED = "(hidden)"
_MASKED_MAIL = "(hidden: has an @)"
_MASKED_PHONE = "(hidden: like a phone number)"
# Free text and facts of a customer. They are read, and no row needs them to be understood.
_HIDDEN_FIELDS = frozenset(
    {"customer_country", "clv_band", "tags", "product_tags", "payment_method", "email"}
)
# In a row that has slipped a column a cell may be anything.
_WITH_COUNTRY = re.compile(r"\+[\s\d().\-/]{7,}")
_IN_GROUPS = re.compile(r"^\(?\d{1,5}\)?(?:[\s().\-/]+\d{2,}){2,}$")
_TIME_LIKE = re.compile(r"^'?(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.]\d{1,2}[/.]\d{4})(?:\D|$)")
_DIGITS = re.compile(r"^'?\d+$")
# Fewer are rather an amount with its thousands apart, or a quantity.
_PHONE_DIGITS = 9
# Names of things are digits alone in many shops.
_LABEL_FIELDS = frozenset({"id", "sku", "order_name", "handle", "name", "title"})
# Rows that reading sets aside: their cells can't be told to belong to the columns.
_READING_REASONS = frozenset(
    {"wrong_field_count", "broken_quoting", "unreadable_row", "json_not_valid"}
)

_RAW_ROWS = {"path": pl.String, "line_number": pl.Int64, "raw_row": pl.String}


def with_raw_rows(
    quarantine: pl.DataFrame,
    landing: Objects,
    shop_id: ShopId,
    landed: Sequence[StoredObject],
    *,
    extra_aliases: ExtraAliases,
    folder: Path,
    known: pl.DataFrame | None = None,
) -> dy.DataFrame[Quarantine]:
    """The quarantine with what each row looks like; its files are read once more for it.

    Args:
        quarantine: Rows that can't be used, and files; the latter have no such row.
        landing: Landing zone.
        shop_id: Whose rows.
        landed: The shop's files as they were listed when they were read.
        extra_aliases: Spellings of the shop's own.
        folder: Where a copy of a large file of a bucket goes.
        known: ``path``, ``line_number`` and ``raw_row`` of rows that an earlier run looked up in
            these very files.

    Raises:
        TransientError: A file has changed since it was listed.
    """
    seen = pl.DataFrame(schema=_RAW_ROWS) if known is None else known.drop_nulls("raw_row")
    rows = quarantine.filter(pl.col("kind").is_not_null() & (pl.col("reason") != UNUSABLE_FILE))
    wanted = rows.sort("path", "line_number").group_by("path", maintain_order=True)
    first = wanted.head(MAX_ROWS_PER_FILE)
    unseen = first.join(seen, on=["path", "line_number"], how="anti", maintain_order="left")
    by_path = {
        str(path): dict(file.select("line_number", "reason").rows())
        for (path,), file in unseen.group_by(["path"], maintain_order=True)
    }
    shown = [
        (file.path, line, row)
        for file in files_of(by_path, landing, shop_id, landed, folder=folder)
        for line, row in _shown_rows(file, by_path[file.path], extra_aliases)
    ]
    raw_rows = pl.concat(
        [
            pl.DataFrame(shown, schema=_RAW_ROWS, orient="row"),
            seen.join(first, on=["path", "line_number"], how="semi").select(list(_RAW_ROWS)),
        ]
    )
    keyed = quarantine.drop("raw_row").join(
        raw_rows, on=["path", "line_number"], how="left", validate="1:1", maintain_order="left"
    )
    return declared(Quarantine, keyed)


def files_of(
    paths: Collection[str],
    landing: Objects,
    shop_id: ShopId,
    landed: Sequence[StoredObject],
    *,
    folder: Path,
) -> Iterator[RawFile]:
    """Landed files, or members of archives, of these paths; archives that are broken have none.

    Args:
        paths: Keys below the shop's folder.
        landing: Landing zone.
        shop_id: Whose files.
        landed: The shop's files as they were listed.
        folder: Where a copy of a large file of a bucket goes.

    Raises:
        TransientError: A file has changed since it was listed.
    """
    for entry in landed:
        key = entry.key.removeprefix(f"{shop_id}/")
        if not any(path == key or path.startswith(f"{key}/") for path in paths):
            continue
        content = landing.content_of(entry, folder)
        try:
            files = raw_files(content, path=key, place=f"shop {shop_id}, {key}")
        except InputDataError:
            files = []
        yield from (file for file in files if file.path in paths)


def _shown_rows(
    file: RawFile, reasons: Mapping[int, str], extra_aliases: ExtraAliases
) -> Iterator[tuple[int, str]]:
    if file.is_jsonl:
        return _shown_objects(file, reasons, extra_aliases)
    return _shown_records(file, reasons, extra_aliases)


def _shown_records(
    file: RawFile, reasons: Mapping[int, str], extra_aliases: ExtraAliases
) -> Iterator[tuple[int, str]]:
    delimiter = file.plain.delimiter
    header = header_cells(file.header_record.decode(), delimiter=delimiter)
    fields = _fields(recognised(header, extra=extra_aliases, place=file.path))
    for line, record in file.records(reasons):
        cells = header_cells(record.decode(errors="replace"), delimiter=delimiter)
        if reasons[line] in _READING_REASONS or len(cells) != len(header):
            yield line, _json({"(cells)": len(cells), "(headers)": len(header)})
        else:
            named = zip(header, cells, _fields_by_position(fields, len(header)), strict=True)
            yield line, _row([(name, cell, field) for name, cell, field in named])


def _shown_objects(
    file: RawFile, reasons: Mapping[int, str], extra_aliases: ExtraAliases
) -> Iterator[tuple[int, str]]:
    """Lines of JSON; of an object with others inside the cells of one path are a list."""
    objects = read_jsonl(file.plain.text[:], place=file.path)
    fields = _fields(recognised(objects.header, extra=extra_aliases, place=file.path))
    placed = _fields_by_position(fields, len(objects.header))
    rows = objects.rows.filter(pl.col(LINE_COLUMN).is_in(list(reasons)))
    for (line,), held in rows.group_by([LINE_COLUMN], maintain_order=True):
        cells = [
            (name, cell, field)
            for name, field in zip(objects.header, placed, strict=True)
            for cell in held.get_column(name).drop_nulls().to_list()
        ]
        yield int(str(line)), _row(cells)


def _fields(what: Recognised) -> Mapping[str, tuple[int, ...]]:
    """Columns of the fields that may be shown."""
    if what.dialect:
        hidden = {*what.dialect.customer, *_HIDDEN_FIELDS}
    else:
        aliases = kind_aliases(what.kind)
        hidden = {*aliases.customer, *aliases.unread, *_HIDDEN_FIELDS}
    return {name: columns for name, columns in what.columns.items() if name not in hidden}


def _fields_by_position(
    fields: Mapping[str, tuple[int, ...]], column_count: int
) -> list[str | None]:
    """Per column a field that it is of; None for one of no field."""
    placed: list[str | None] = [None] * column_count
    for name, columns in fields.items():
        for column in columns:
            placed[column] = name
    return placed


def _row(cells: Sequence[tuple[str, str, str | None]]) -> str:
    shown: dict[str, object] = {}
    left = _MAX_ROW_CHARACTERS
    for position, (name, cell, field) in enumerate(cells, 1):
        text = cell.strip()
        if not text:
            continue
        key = _cut(_without_people(name.strip(), None)) or f"(column {position})"
        held = MASKED if field is None else _cut(_without_people(text, field))
        left -= len(key) + len(held)
        if left < 0:
            shown[_CUT] = _CUT
            break
        before = shown.get(key)
        shown[key] = (
            held if before is None else [*(before if isinstance(before, list) else [before]), held]
        )
    return _json(shown)


def _without_people(text: str, field: str | None) -> str:
    if "@" in text:
        return _MASKED_MAIL
    digit_count = sum(letter.isdigit() for letter in text)
    if digit_count < _PHONE_DIGITS or _TIME_LIKE.search(text):
        return _MASKED_PHONE if _WITH_COUNTRY.search(text) else text
    is_label = field is not None and (field in _LABEL_FIELDS or field.endswith("_id"))
    is_phone = _WITH_COUNTRY.search(text) or _IN_GROUPS.search(text)
    if is_phone or (_DIGITS.search(text) and not is_label):
        return _MASKED_PHONE
    return text


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_CELL_CHARACTERS else text[:_MAX_CELL_CHARACTERS] + _CUT


def _json(shown: Mapping[str, object]) -> str:
    return json.dumps(shown, ensure_ascii=False)
