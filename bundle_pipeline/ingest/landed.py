"""One landed file: what it is, what is wrong with it, and its rows under canonical names."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Literal

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.aliases import FileKind, kind_aliases
from bundle_pipeline.ingest.archives import unpacked
from bundle_pipeline.ingest.csv_records import found_records
from bundle_pipeline.ingest.csv_rows import CsvRows, read_rows
from bundle_pipeline.ingest.csv_text import PlainText, plain_text
from bundle_pipeline.ingest.file_names import (
    is_free_text_name,
    is_table_name,
    is_workbook_name,
)
from bundle_pipeline.ingest.file_rows import FileRows, plain_rows, reshaped_rows
from bundle_pipeline.ingest.header_checks import UNKNOWN_FILE, checked_header
from bundle_pipeline.ingest.jsonl_rows import is_jsonl, read_jsonl
from bundle_pipeline.ingest.recognition import (
    NO_EXTRA_ALIASES,
    UNUSABLE_EXPORT,
    ExtraAliases,
    Recognised,
    recognised,
)
from bundle_pipeline.ingest.sniffing import sniffed_kinds
from bundle_pipeline.ingest.spreadsheet_scars import with_mended_spelling

LandedKind = FileKind | Literal["settings", "marker"]

_SETTINGS_NAMES = frozenset({"settings.yaml", "settings.yml"})
_MARKER_NAMES = frozenset({"_SUCCESS", "manifest.json"})
_UNSUPPORTED_FILE = "BP-FILE-UNSUPPORTED"
_START_BYTES = 64 * 1024


@dataclass(frozen=True)
class StagedFile:
    """A landed file.

    ``problem`` is why none of its rows can be used, if so. ``row_count`` is 0 where the rows can't
    be told apart. ``unmapped_headers`` are those of a recognised file that no alias knows; headers
    of other files aren't kept, since their first row may be anything. ``full_snapshot_of`` names
    the kind of export where a newer one replaces all of an older one. ``encoding`` and
    ``delimiter`` are those of a file that could be read.
    """

    path: str
    kind: LandedKind | None
    content_hash: str
    byte_count: int
    row_count: int = 0
    unmapped_headers: tuple[str, ...] = ()
    problem: InputDataError | None = None
    full_snapshot_of: str | None = None
    encoding: str | None = None
    delimiter: str | None = None

    @property
    def is_blocking(self) -> bool:
        """Whether the shop can't be loaded because of this file: not so if it is none of ours."""
        harmless = {UNKNOWN_FILE, UNUSABLE_EXPORT, _UNSUPPORTED_FILE}
        return self.problem is not None and self.problem.code not in harmless


@dataclass(frozen=True)
class _Table:
    header: list[str]
    row_count: int
    read: Callable[[Sequence[int]], CsvRows]
    """Cells of the columns at some positions."""


def read_landed(
    content: bytes, *, path: str, place: str, extra_aliases: ExtraAliases = NO_EXTRA_ALIASES
) -> list[tuple[StagedFile, list[FileRows]]]:
    """A landed file, or each member of a landed archive, and its rows if it is one of ours.

    Args:
        content: Its bytes.
        path: Its key below the shop's folder.
        place: Shop and path, for errors.
        extra_aliases: Spellings of the shop's own.
    """
    if is_workbook_name(path):
        return [_read_file(content, path, place, extra_aliases)]
    try:
        files = unpacked(content, path=path, place=place)
    except InputDataError as problem:
        return [(replace(_staged(content, path), problem=problem), [])]
    return [
        _read_file(file.content, file.path, place + file.path.removeprefix(path), extra_aliases)
        for file in files
    ]


def _read_file(
    content: bytes, path: str, place: str, extra_aliases: ExtraAliases
) -> tuple[StagedFile, list[FileRows]]:
    file = _staged(content, path)
    name = PurePosixPath(path).name
    if name in _SETTINGS_NAMES:
        return replace(file, kind="settings"), []
    if name in _MARKER_NAMES or name.startswith("."):
        return replace(file, kind="marker"), []
    try:
        _refuse_other_formats(name, content, place)
        plain = plain_text(content, place=place)
        table = _opened(plain, name, place)
        file = replace(file, row_count=table.row_count)
        what = recognised(table.header, extra=extra_aliases, place=place)
        file = replace(file, kind=what.kind)
        parsed = table.read(_wanted(what, len(table.header)))
    except InputDataError as problem:
        return replace(file, problem=problem), []
    file = replace(
        file,
        unmapped_headers=what.unmapped,
        full_snapshot_of=what.dialect.full_snapshot_of if what.dialect else None,
        encoding=plain.encoding,
        delimiter=plain.delimiter,
    )
    rows = (
        reshaped_rows(what.dialect, parsed, header=table.header, columns=what.columns, path=path)
        if what.dialect
        else [plain_rows(what.kind, parsed, columns=what.columns, path=path)]
    )
    return file, [_mended(entry, plain.delimiter) for entry in rows]


def _staged(content: bytes, path: str) -> StagedFile:
    return StagedFile(path, None, hashlib.sha256(content).hexdigest(), len(content))


def _mended(rows: FileRows, delimiter: str) -> FileRows:
    return replace(rows, rows=with_mended_spelling(rows.rows, delimiter=delimiter))


def _opened(plain: PlainText, name: str, place: str) -> _Table:
    text, delimiter = plain.text, plain.delimiter
    if is_jsonl(text, name=name):
        objects = read_jsonl(text, place=place)
        cells = CsvRows(objects.by_position(), objects.rejected)
        return _Table(objects.header, objects.line_count, lambda _wanted: cells)
    records = found_records(text, delimiter=delimiter, place=place)
    first = text[records.starts[0] : records.ends[0]]
    header = checked_header(first, delimiter=delimiter, place=place)
    return _Table(
        header,
        len(records.starts) - 1,
        lambda wanted: read_rows(
            text,
            records,
            delimiter=delimiter,
            column_count=len(header),
            wanted=wanted,
            place=place,
        ),
    )


def _wanted(what: Recognised, column_count: int) -> list[int]:
    if what.dialect and what.dialect.rest:
        return list(range(column_count))
    if what.dialect:
        read: Iterable[str] = what.columns
    else:
        aliases = kind_aliases(what.kind)
        read = (*aliases.read_fields, *aliases.customer)
    return sorted({column for name in read for column in what.columns.get(name, ())})


def _refuse_other_formats(name: str, content: bytes, place: str) -> None:
    if is_workbook_name(name):
        found = "a workbook of a spreadsheet"
    elif not is_table_name(name):
        found = "a file that is neither .csv, .tsv, .txt, .jsonl nor a .zip of these"
    elif is_free_text_name(name) and not sniffed_kinds(content[:_START_BYTES], name):
        found = "a .txt file without a header that is known"
    else:
        return
    raise InputDataError(
        _UNSUPPORTED_FILE,
        place=place,
        found=found,
        expected="delimited text or lines of JSON, plain, gzip or ZIP",
        remedy="export it as CSV, or leave it: no row of it is read",
    )
