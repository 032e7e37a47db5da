"""One landed file: what it is, what is wrong with it, and its rows under canonical names."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Literal

import polars as pl

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.aliases import FileKind, kind_aliases
from bundle_pipeline.ingest.archives import unpacked
from bundle_pipeline.ingest.csv_records import found_records
from bundle_pipeline.ingest.csv_rows import CsvRows, read_rows
from bundle_pipeline.ingest.csv_text import plain_text
from bundle_pipeline.ingest.customers import identity_text
from bundle_pipeline.ingest.file_names import (
    is_free_text_name,
    is_table_name,
    is_workbook_name,
)
from bundle_pipeline.ingest.header_checks import (
    UNKNOWN_FILE,
    checked_columns,
    checked_header,
    known_kind,
)
from bundle_pipeline.ingest.headers import unmapped_headers
from bundle_pipeline.ingest.sniffing import sniffed_kind
from bundle_pipeline.ingest.spreadsheet_scars import with_mended_spelling

LandedKind = FileKind | Literal["settings", "marker"]

_SETTINGS_NAMES = frozenset({"settings.yaml", "settings.yml"})
_MARKER_NAMES = frozenset({"_SUCCESS", "manifest.json"})
_UNSUPPORTED_FILE = "BP-FILE-UNSUPPORTED"


@dataclass(frozen=True)
class StagedFile:
    """A landed file, or a member of a landed archive (``<path of the archive>/<member>``).

    ``problem`` is why none of its rows can be used, if so. ``row_count`` is 0 where the rows can't
    be told apart. ``unmapped_headers`` are those of a recognised file that no alias knows; headers
    of other files aren't kept, since their first row may be anything. ``encoding`` and
    ``delimiter`` are those that its rows were read in.
    """

    path: str
    kind: LandedKind | None
    content_hash: str
    byte_count: int
    row_count: int = 0
    unmapped_headers: tuple[str, ...] = ()
    problem: InputDataError | None = None
    encoding: str | None = None
    delimiter: str | None = None

    @property
    def is_blocking(self) -> bool:
        """Whether the shop can't be loaded because of this file: not so if it is none of ours."""
        harmless = {UNKNOWN_FILE, _UNSUPPORTED_FILE}
        return self.problem is not None and self.problem.code not in harmless


@dataclass(frozen=True)
class FileRows:
    """Rows of a recognised file.

    ``rows`` has every field of the kind that may be read, as text without outer whitespace and in
    one spelling (:func:`with_mended_spelling`; null where absent or blank), ``_path``,
    ``_line_number``, and ``_customer``: what tells customers apart, as text. ``rejected`` has
    ``_path``, ``_line_number`` and ``reason``.
    """

    kind: FileKind
    rows: pl.DataFrame
    rejected: pl.DataFrame
    stated_fields: frozenset[str]


def read_landed(
    content: bytes, *, path: str, place: str
) -> list[tuple[StagedFile, FileRows | None]]:
    """A landed file, or each member of a landed archive, and its rows if it is one of ours.

    Args:
        content: Its bytes.
        path: Its key below the shop's folder.
        place: Shop and path, for errors.
    """
    if is_workbook_name(path):
        return [_read_file(content, path=path, place=place)]
    try:
        files = unpacked(content, path=path, place=place)
    except InputDataError as problem:
        return [(_staged(content, path, problem=problem), None)]
    return [
        _read_file(file.content, path=file.path, place=place + file.path.removeprefix(path))
        for file in files
    ]


def _read_file(content: bytes, *, path: str, place: str) -> tuple[StagedFile, FileRows | None]:
    name = PurePosixPath(path).name
    if name in _SETTINGS_NAMES:
        return _staged(content, path, kind="settings"), None
    if name in _MARKER_NAMES or name.startswith("."):
        return _staged(content, path, kind="marker"), None
    kind: FileKind | None = None
    row_count = 0
    try:
        _refuse_other_formats(name, content, place)
        plain = plain_text(content, place=place)
        text, delimiter = plain.text, plain.delimiter
        records = found_records(text, delimiter=delimiter, place=place)
        row_count = len(records.starts) - 1
        first = text[records.starts[0] : records.ends[0]]
        header = checked_header(first, delimiter=delimiter, place=place)
        kind = known_kind(header, place=place)
        columns = checked_columns(kind, header, place=place)
        parsed = read_rows(
            text,
            records,
            delimiter=delimiter,
            column_count=len(header),
            wanted=_wanted(kind, columns),
            place=place,
        )
    except InputDataError as problem:
        return _staged(content, path, kind=kind, row_count=row_count, problem=problem), None
    file = _staged(
        content,
        path,
        kind=kind,
        row_count=row_count,
        unmapped_headers=tuple(unmapped_headers(kind, header)),
        encoding=plain.encoding,
        delimiter=delimiter,
    )
    rows = _file_rows(kind, parsed, columns=columns, path=path)
    mended = with_mended_spelling(rows.rows, delimiter=delimiter)
    return file, replace(rows, rows=mended)


def _staged(
    content: bytes,
    path: str,
    *,
    kind: LandedKind | None = None,
    row_count: int = 0,
    unmapped_headers: tuple[str, ...] = (),
    problem: InputDataError | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> StagedFile:
    return StagedFile(
        path=path,
        kind=kind,
        content_hash=hashlib.sha256(content).hexdigest(),
        byte_count=len(content),
        row_count=row_count,
        unmapped_headers=unmapped_headers,
        problem=problem,
        encoding=encoding,
        delimiter=delimiter,
    )


def _file_rows(
    kind: FileKind, parsed: CsvRows, *, columns: Mapping[str, tuple[int, ...]], path: str
) -> FileRows:
    aliases = kind_aliases(kind)
    located = {"_path": pl.lit(path)}
    fields = {name: _first_stated(columns.get(name, ())) for name in aliases.read_fields}
    identities = [identity_text(_first_stated(columns.get(name, ()))) for name in aliases.customer]
    customer = pl.coalesce(identities) if identities else pl.lit(None, dtype=pl.String)
    return FileRows(
        kind=kind,
        rows=parsed.rows.select(
            **fields, **located, _line_number="_line_number", _customer=customer
        ),
        rejected=parsed.rejected.select(**located, _line_number="_line_number", reason="reason"),
        stated_fields=frozenset(columns),
    )


def _wanted(kind: FileKind, columns: Mapping[str, tuple[int, ...]]) -> list[int]:
    aliases = kind_aliases(kind)
    read = (*aliases.read_fields, *aliases.customer)
    return sorted({column for name in read for column in columns.get(name, ())})


def _first_stated(columns: tuple[int, ...]) -> pl.Expr:
    nothing = pl.lit(None, dtype=pl.String)
    return pl.coalesce(*(f"c{column}" for column in columns), nothing)


def _refuse_other_formats(name: str, content: bytes, place: str) -> None:
    if is_workbook_name(name):
        found = "a workbook of a spreadsheet"
    elif not is_table_name(name):
        found = "a file that is neither .csv, .tsv, .txt nor a .zip of these"
    elif is_free_text_name(name) and sniffed_kind(content, name) is None:
        found = "a .txt file without a header that is known"
    else:
        return
    raise InputDataError(
        _UNSUPPORTED_FILE,
        place=place,
        found=found,
        expected="delimited text, plain, gzip or ZIP",
        remedy="export it as CSV, or leave it: no row of it is read",
    )
