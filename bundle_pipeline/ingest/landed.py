"""One landed file: what it is, what is wrong with it, and its rows under canonical names."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.aliases import FileKind, kind_aliases
from bundle_pipeline.ingest.csv_records import found_records
from bundle_pipeline.ingest.csv_rows import read_rows
from bundle_pipeline.ingest.csv_text import plain_text
from bundle_pipeline.ingest.dialects import recognised_dialect
from bundle_pipeline.ingest.file_rows import FileRows, plain_rows, reshaped_rows
from bundle_pipeline.ingest.header_checks import (
    UNKNOWN_FILE,
    checked_columns,
    checked_header,
    known_kind,
)
from bundle_pipeline.ingest.headers import fields_of, unmapped_headers

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
        harmless = {UNKNOWN_FILE, _UNSUPPORTED_FILE}
        return self.problem is not None and self.problem.code not in harmless


def read_landed(content: bytes, *, path: str, place: str) -> tuple[StagedFile, list[FileRows]]:
    """A landed file, and its rows of each kind if it is one of ours and readable.

    Args:
        content: Its bytes.
        path: Its key below the shop's folder.
        place: Shop and path, for errors.
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
        records = found_records(text, place=place)
        row_count = len(records.starts) - 1
        header = checked_header(text[records.starts[0] : records.ends[0]], place=place)
        dialect = recognised_dialect(header)
        kind = dialect.gives[0] if dialect else known_kind(header, place=place)
        columns = (
            fields_of(dialect.fields, header)
            if dialect
            else checked_columns(kind, header, place=place)
        )
        wanted = range(len(header)) if dialect else _wanted(kind, columns)
        parsed = read_rows(text, records, column_count=len(header), wanted=wanted, place=place)
    except InputDataError as problem:
        file = StagedFile(path, kind, content_hash, len(content), row_count, problem=problem)
        return file, []
    if dialect:
        rows = reshaped_rows(dialect, parsed, header=header, columns=columns, path=path)
        full = dialect.reshape if dialect.snapshot == "full" else None
        size = len(content)
        return StagedFile(path, kind, content_hash, size, row_count, full_snapshot_of=full), rows
    unmapped = tuple(unmapped_headers(kind, header))
    file = StagedFile(path, kind, content_hash, len(content), row_count, unmapped)
    return file, [plain_rows(kind, parsed, columns=columns, path=path)]


def _wanted(kind: FileKind, columns: Mapping[str, tuple[int, ...]]) -> list[int]:
    aliases = kind_aliases(kind)
    read = (*aliases.read_fields, *aliases.customer)
    return sorted({column for name in read for column in columns.get(name, ())})


def _refuse_other_formats(name: str, place: str) -> None:
    if not name.lower().endswith((".csv", ".csv.gz")):
        raise InputDataError(
            _UNSUPPORTED_FILE,
            place=place,
            found="a file that is neither .csv nor .csv.gz",
            expected="comma-separated text, plain or gzip",
            remedy="export it as CSV, or leave it: no row of it is read",
        )
