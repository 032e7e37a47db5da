"""One landed file: what it is, what is wrong with it, and its rows under canonical names."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.aliases import FileKind, kind_aliases
from bundle_pipeline.ingest.csv_records import found_records
from bundle_pipeline.ingest.csv_rows import CsvRows, read_rows
from bundle_pipeline.ingest.csv_text import plain_text
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

LandedKind = FileKind | Literal["settings", "marker"]

_SETTINGS_NAMES = frozenset({"settings.yaml", "settings.yml"})
_MARKER_NAMES = frozenset({"_SUCCESS", "manifest.json"})
_UNSUPPORTED_FILE = "BP-FILE-UNSUPPORTED"


@dataclass(frozen=True)
class StagedFile:
    """A landed file.

    ``problem`` is why none of its rows can be used, if so. ``row_count`` is 0 where the rows can't
    be told apart. ``unmapped_headers`` are those of a recognised file that no alias knows; headers
    of other files aren't kept, since their first row may be anything. ``full_snapshot_of`` names
    the kind of export where a newer one replaces all of an older one.
    """

    path: str
    kind: LandedKind | None
    content_hash: str
    byte_count: int
    row_count: int = 0
    unmapped_headers: tuple[str, ...] = ()
    problem: InputDataError | None = None
    full_snapshot_of: str | None = None

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
) -> tuple[StagedFile, list[FileRows]]:
    """A landed file, and its rows of each kind if it is one of ours and readable.

    Args:
        content: Its bytes.
        path: Its key below the shop's folder.
        place: Shop and path, for errors.
        extra_aliases: Spellings of the shop's own.
    """
    content_hash = hashlib.sha256(content).hexdigest()
    name = PurePosixPath(path).name
    if name in _SETTINGS_NAMES:
        return StagedFile(path, "settings", content_hash, len(content)), []
    if name in _MARKER_NAMES or name.startswith("."):
        return StagedFile(path, "marker", content_hash, len(content)), []
    kind: FileKind | None = None
    row_count = 0
    try:
        _refuse_other_formats(name, place)
        text = plain_text(content, place=place)
        table = _opened(text, name, place)
        row_count = table.row_count
        what = recognised(table.header, extra=extra_aliases, place=place)
        kind = what.kind
        parsed = table.read(_wanted(what, len(table.header)))
    except InputDataError as problem:
        file = StagedFile(path, kind, content_hash, len(content), row_count, problem=problem)
        return file, []
    file = StagedFile(
        path,
        kind,
        content_hash,
        len(content),
        row_count,
        what.unmapped,
        full_snapshot_of=what.dialect.full_snapshot_of if what.dialect else None,
    )
    if what.dialect:
        return file, reshaped_rows(
            what.dialect, parsed, header=table.header, columns=what.columns, path=path
        )
    return file, [plain_rows(kind, parsed, columns=what.columns, path=path)]


def _opened(text: bytes, name: str, place: str) -> _Table:
    if is_jsonl(text, name=name):
        objects = read_jsonl(text, place=place)
        cells = CsvRows(objects.by_position(), objects.rejected)
        return _Table(objects.header, objects.line_count, lambda _wanted: cells)
    records = found_records(text, place=place)
    header = checked_header(text[records.starts[0] : records.ends[0]], place=place)
    return _Table(
        header,
        len(records.starts) - 1,
        lambda wanted: read_rows(
            text, records, column_count=len(header), wanted=wanted, place=place
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


def _refuse_other_formats(name: str, place: str) -> None:
    if not name.lower().removesuffix(".gz").endswith((".csv", ".jsonl", ".ndjson")):
        raise InputDataError(
            _UNSUPPORTED_FILE,
            place=place,
            found="a file that is neither .csv nor .jsonl",
            expected="comma-separated text or lines of JSON, plain or gzip",
            remedy="export it as CSV or JSONL, or leave it: no row of it is read",
        )
