"""One landed file: what it is, what is wrong with it, and its rows under canonical names."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from mmap import mmap
from pathlib import PurePosixPath
from typing import Literal

import polars as pl
from blake3 import blake3

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.aliases import FileKind, kind_aliases
from bundle_pipeline.ingest.archives import is_zip, unpacked
from bundle_pipeline.ingest.csv_records import found_records
from bundle_pipeline.ingest.csv_rows import CsvRows, read_rows
from bundle_pipeline.ingest.csv_text import PlainText, plain_text
from bundle_pipeline.ingest.export_names import is_mended_name
from bundle_pipeline.ingest.file_names import (
    is_free_text_name,
    is_table_name,
    is_workbook_name,
)
from bundle_pipeline.ingest.file_rows import FileRows, plain_rows, reshaped_rows
from bundle_pipeline.ingest.header_checks import UNKNOWN_FILE, checked_header
from bundle_pipeline.ingest.jsonl_rows import is_jsonl, read_jsonl
from bundle_pipeline.ingest.mapped_pages import release
from bundle_pipeline.ingest.recognition import (
    NO_EXTRA_ALIASES,
    UNUSABLE_EXPORT,
    ExtraAliases,
    Recognised,
    recognised,
)
from bundle_pipeline.ingest.sniffing import sniffed_kinds
from bundle_pipeline.ingest.spreadsheet_scars import with_mended_spelling
from bundle_pipeline.ingest.text_blocks import Span, TextBlock, block_at, text_blocks

LandedKind = FileKind | Literal["settings", "marker"]

_SETTINGS_NAMES = frozenset({"settings.yaml", "settings.yml"})
_MARKER_NAMES = frozenset({"_SUCCESS", "manifest.json"})
_UNSUPPORTED_FILE = "BP-FILE-UNSUPPORTED"
_START_BYTES = 256 * 1024
# In the cache, and long enough that the hash is made without holding up others.
_HASHED_BYTES = 1024**2
_COMMA = ","


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
    digest: Callable[[], str] = field(repr=False, compare=False)
    byte_count: int
    row_count: int = 0
    unmapped_headers: tuple[str, ...] = ()
    problem: InputDataError | None = None
    full_snapshot_of: str | None = None
    encoding: str | None = None
    delimiter: str | None = None

    @property
    def content_hash(self) -> str:
        """SHA-256 of its bytes, hexadecimal."""
        return self.digest()

    def with_hash(self, content_hash: str) -> "StagedFile":
        """The same, which needn't hold its bytes any more to tell their hash."""
        return replace(self, digest=partial(str, content_hash))

    @property
    def is_blocking(self) -> bool:
        """Whether the shop can't be loaded because of this file: not so if it is none of ours."""
        harmless = {UNKNOWN_FILE, UNUSABLE_EXPORT, _UNSUPPORTED_FILE}
        return self.problem is not None and self.problem.code not in harmless


@dataclass(frozen=True)
class LandedTable:
    """The table in a recognised file, to be read at once or in blocks.

    Attributes:
        path: Its key below the shop's folder.
        what: What it is.
        header: Its header cells.
        delimiter: What separates its cells.
    """

    path: str
    what: Recognised
    header: list[str]
    delimiter: str
    _source: "_CsvSource | CsvRows"
    _place: str

    @property
    def is_plain_orders(self) -> bool:
        """Whether each line is an order line with every fact in it, and numbers have a point."""
        is_plain = self.what.dialect is None and isinstance(self._source, _CsvSource)
        # Mended rows replace others, which has to be looked at row by row.
        is_plain = is_plain and not is_mended_name(self.path)
        return is_plain and self.what.kind == "orders" and self.delimiter == _COMMA

    @property
    def held_bytes(self) -> int:
        """Memory that its text takes; none if it is mapped from disk."""
        text = self._source.text if isinstance(self._source, _CsvSource) else b""
        return len(text) if isinstance(text, bytes) else 0

    def blocks(self) -> Iterator[TextBlock]:
        """Its records, block by block.

        Raises:
            InputDataError: A record is longer than any honest one.
        """
        assert isinstance(self._source, _CsvSource)  # noqa: S101 see is_plain_orders
        (key_column, *_) = (*self.what.columns.get("order_id", ()), None)
        return self._source.blocks(self.delimiter, self._place, key_column)

    def block_at(self, span: Span) -> TextBlock:
        """Its records at a place that one of its blocks had."""
        assert isinstance(self._source, _CsvSource)  # noqa: S101 see is_plain_orders
        return block_at(self._source.text, span)

    def rows_of(self, block: TextBlock) -> FileRows:
        """Rows of one of its blocks; numbers and labels as they are spelled there.

        Raises:
            InputDataError: The block can't be split into rows for certain.
        """
        return self._plain_rows(self._parsed(block))

    def rows(self) -> tuple[int, list[FileRows]]:
        """How many rows it has, and all of them, per kind, in one spelling.

        Raises:
            InputDataError: The text can't be split into rows for certain.
        """
        source = self._source
        parsed = source if isinstance(source, CsvRows) else self._all_parsed(source)
        if self.what.dialect is None:
            rows = [self._plain_rows(parsed)]
        else:
            rows = reshaped_rows(
                self.what.dialect,
                parsed,
                header=self.header,
                columns=self.what.columns,
                path=self.path,
            )
        return parsed.line_count, [
            replace(entry, rows=with_mended_spelling(entry.rows, delimiter=self.delimiter))
            for entry in rows
        ]

    def record_count(self) -> int:
        """Its rows, of whatever kind; 0 where they can't be told apart."""
        source = self._source
        if isinstance(source, CsvRows):
            return source.line_count
        return source.record_count(self.delimiter, self._place)

    def _plain_rows(self, parsed: CsvRows) -> FileRows:
        return plain_rows(self.what.kind, parsed, columns=self.what.columns, path=self.path)

    def _all_parsed(self, source: "_CsvSource") -> CsvRows:
        blocks = source.blocks(self.delimiter, self._place)
        parsed = [self._parsed(block) for block in blocks]
        return CsvRows(
            pl.concat([block.rows for block in parsed]),
            pl.concat([block.rejected for block in parsed]),
        )

    def _parsed(self, block: TextBlock) -> CsvRows:
        return read_rows(
            block,
            delimiter=self.delimiter,
            column_count=len(self.header),
            wanted=_wanted(self.what, len(self.header)),
            place=self._place,
        )


@dataclass(frozen=True)
class _CsvSource:
    text: bytes | mmap
    start: int
    first_line: int

    def blocks(
        self, delimiter: str, place: str, key_column: int | None = None
    ) -> Iterator[TextBlock]:
        return text_blocks(
            self.text,
            delimiter=delimiter,
            start=self.start,
            first_line=self.first_line,
            place=place,
            key_column=key_column,
        )

    def record_count(self, delimiter: str, place: str) -> int:
        """Records; 0 where they can't be told apart."""
        try:
            return sum(
                len(found_records(block.text, delimiter=delimiter, place=place).starts)
                for block in self.blocks(delimiter, place)
            )
        except InputDataError:
            return 0


def opened_files(
    content: bytes | mmap,
    *,
    path: str,
    place: str,
    extra_aliases: ExtraAliases = NO_EXTRA_ALIASES,
) -> list[tuple[StagedFile, LandedTable | None]]:
    """A landed file, or each member of a landed archive, and its table if it is one of ours.

    Args:
        content: Its bytes; mapped from disk if they are many.
        path: Its key below the shop's folder.
        place: Shop and path, for errors.
        extra_aliases: Spellings of the shop's own.
    """
    if is_workbook_name(path) or not is_zip(content[:_START_BYTES]):
        return [_opened_file(content, path, place, extra_aliases)]
    try:
        files = unpacked(content[:], path=path, place=place)
    except InputDataError as problem:
        return [(replace(_staged(content, path), problem=problem), None)]
    return [
        _opened_file(file.content, file.path, place + file.path.removeprefix(path), extra_aliases)
        for file in files
    ]


def _opened_file(
    content: bytes | mmap, path: str, place: str, extra_aliases: ExtraAliases
) -> tuple[StagedFile, LandedTable | None]:
    file = _staged(content, path)
    name = PurePosixPath(path).name
    if name in _SETTINGS_NAMES:
        return replace(file, kind="settings"), None
    if name in _MARKER_NAMES or name.startswith("."):
        return replace(file, kind="marker"), None
    count_rows: Callable[[], int] = int
    try:
        _refuse_other_formats(name, content[:_START_BYTES], place, extra_aliases)
        plain = plain_text(content, place=place)
        if is_jsonl(plain.text[:_START_BYTES], name=name):
            objects = read_jsonl(plain.text[:], place=place)
            header = objects.header
            source: _CsvSource | CsvRows = CsvRows(objects.by_position(), objects.rejected)
            count_rows = partial(int, objects.line_count)
        else:
            header, source = _header_and_source(plain, place)
            count_rows = partial(source.record_count, plain.delimiter, place)
        what = recognised(header, extra=extra_aliases, place=place)
    except InputDataError as problem:
        return replace(file, problem=problem, row_count=count_rows()), None
    file = replace(
        file,
        kind=what.kind,
        unmapped_headers=what.unmapped,
        full_snapshot_of=what.dialect.full_snapshot_of if what.dialect else None,
        encoding=plain.encoding,
        delimiter=plain.delimiter,
    )
    return file, LandedTable(path, what, header, plain.delimiter, source, place)


def _header_and_source(plain: PlainText, place: str) -> tuple[list[str], _CsvSource]:
    whole = None
    if len(plain.text) <= _START_BYTES:
        whole = block_at(plain.text, Span(0, len(plain.text), 1))
    start = whole or next(
        text_blocks(
            plain.text,
            delimiter=plain.delimiter,
            start=0,
            first_line=1,
            place=place,
            key_column=None,
            block_bytes=_START_BYTES,
        )
    )
    records = found_records(start.text, delimiter=plain.delimiter, place=place)
    first = start.text[records.starts[0] : records.ends[0]]
    header = checked_header(first, delimiter=plain.delimiter, place=place)
    data_start = min(int(records.ends[0]) + 1, len(plain.text))
    first_line = int(records.line_numbers[0] + records.line_counts[0])
    return header, _CsvSource(plain.text, data_start, first_line)


def _staged(content: bytes | mmap, path: str) -> StagedFile:
    return StagedFile(path, None, partial(_content_hash, content), len(content))


def _content_hash(content: bytes | mmap) -> str:
    digest = blake3()
    with memoryview(content) as view:
        for start in range(0, len(content), _HASHED_BYTES):
            piece = view[start : start + _HASHED_BYTES]
            digest.update(piece)
            release(content, start, start + len(piece))
    return digest.hexdigest()


def _wanted(what: Recognised, column_count: int) -> list[int]:
    if what.dialect and what.dialect.rest:
        return list(range(column_count))
    if what.dialect:
        read: Iterable[str] = what.columns
    else:
        aliases = kind_aliases(what.kind)
        read = (*aliases.read_fields, *aliases.customer)
    return sorted({column for name in read for column in what.columns.get(name, ())})


def _refuse_other_formats(
    name: str, content: bytes, place: str, extra_aliases: ExtraAliases
) -> None:
    if is_workbook_name(name):
        found = "a workbook of a spreadsheet"
    elif not is_table_name(name):
        found = "a file that is neither .csv, .tsv, .txt, .jsonl nor a .zip of these"
    elif is_free_text_name(name) and not sniffed_kinds(content, name, extra_aliases=extra_aliases):
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
