"""A long CSV text in blocks of whole records, so that its size doesn't matter."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from mmap import mmap

import numpy as np

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.byte_scans import ByteScan, scanned
from bundle_pipeline.ingest.csv_records import newlines_and_quotes
from bundle_pipeline.ingest.mapped_pages import release
from bundle_pipeline.ingest.order_borders import border_before

# About 300,000 order lines. Each block costs as much as 7,000 lines whatever its size; but memory
# of 32 MiB and more glibc takes anew from the system each time, which costs more than that.
BLOCK_BYTES = 30 * 1024**2
# Longer than any honest record: titles, notes and attributes of an order fit a hundred times over.
MAX_RECORD_BYTES = 1024**2


@dataclass(frozen=True)
class Span:
    """Where whole records stand in a text, so that they needn't be held.

    Attributes:
        start: Byte where the first one starts.
        end: Byte behind the last one.
        first_line: Line, from 1, in which the first one starts.
        goes_on_before: Whether the first order may have begun before them.
        goes_on_after: Whether the last order may go on after them.
    """

    start: int
    end: int
    first_line: int
    goes_on_before: bool = False
    goes_on_after: bool = False


@dataclass(frozen=True, eq=False)
class TextBlock:
    """Whole records of a text: their bytes, with newlines of one, and where they stand."""

    text: bytes
    span: Span
    _scans: dict[str, ByteScan] = field(default_factory=dict[str, ByteScan], repr=False)

    @property
    def first_line(self) -> int:
        """Line, from 1, in which the first record starts."""
        return self.span.first_line

    @cached_property
    def has_quotes(self) -> bool:
        """Whether there is a double quote."""
        return b'"' in self.text

    def scan(self, delimiter: str) -> ByteScan:
        """What its bytes tell; they are looked at once."""
        if delimiter not in self._scans:
            self._scans[delimiter] = scanned(self.text, delimiter)
        return self._scans[delimiter]


def text_blocks(
    text: bytes | mmap,
    *,
    delimiter: str,
    start: int,
    first_line: int,
    place: str,
    key_column: int | None,
    block_bytes: int = BLOCK_BYTES,
) -> Iterator[TextBlock]:
    """The records of a text from a position on, block by block.

    Args:
        text: CSV with newlines of one or two bytes.
        delimiter: What separates its cells.
        start: Where the first record starts.
        first_line: In which line that is.
        place: Shop and path, for errors.
        key_column: Position of the column with the id of the order, if there is one: blocks end
            between two orders where that is certain.
        block_bytes: Bytes of a block; only a record longer than that makes a longer one.

    Raises:
        InputDataError: A record is longer than any honest one: a quote isn't closed.
    """
    goes_on = is_begun = False
    # A text without records is one empty block.
    while start < len(text) or not is_begun:
        wanted = block_bytes
        found = _next_records(text, delimiter, key_column, start, wanted)
        while found is None:
            if wanted > block_bytes + MAX_RECORD_BYTES:
                raise too_long_record(place, first_line, wanted)
            wanted += MAX_RECORD_BYTES
            found = _next_records(text, delimiter, key_column, start, wanted)
        end = start + len(found.content)
        span = Span(start, end, first_line, goes_on, found.goes_on_after)
        release(text, start, end)
        block = _block(span, found.content)
        # Before others get it, so that nobody else looks at the same bytes meanwhile.
        line_count = block.scan(delimiter).newline_count
        yield block
        is_begun, goes_on = True, found.goes_on_after
        first_line += line_count
        start = span.end


def block_at(text: bytes | mmap, span: Span) -> TextBlock:
    """The records of a text at a place."""
    return _block(span, text[span.start : span.end])


@dataclass(frozen=True)
class _Records:
    content: bytes
    goes_on_after: bool


def _block(span: Span, content: bytes) -> TextBlock:
    return TextBlock(content.replace(b"\r\n", b"\n") if b"\r" in content else content, span)


def too_long_record(place: str, line: int, byte_count: int) -> InputDataError:
    """The refusal of a file with a record that can't be one."""
    return InputDataError(
        "BP-CSV-RECORD",
        place=f"{place} line {line}",
        found=f"a row of {byte_count} bytes",
        expected=f"rows of at most {MAX_RECORD_BYTES} bytes",
        remedy="look for a quote that isn't closed in that line, or export the file again",
    )


def _next_records(
    text: bytes | mmap, delimiter: str, key_column: int | None, start: int, byte_count: int
) -> _Records | None:
    """The records that lie wholly in the next bytes; None if none does.

    The bytes are copied once: with a block of tens of megabytes a copy costs as much as parsing a
    column, since its memory is new each time.
    """
    end = start + byte_count
    if end >= len(text):
        return _Records(text[start:], goes_on_after=False)
    end = text.rfind(b"\n", start, end) + 1
    if end <= 0:
        return None
    border = (
        border_before(text, end, delimiter=delimiter, key_column=key_column, start=start)
        if key_column is not None
        else None
    )
    lines = text[start : border or end]
    if b'"' not in lines:
        return _Records(lines, goes_on_after=border is None)
    newlines, is_inside = newlines_and_quotes(lines, delimiter)
    ends = np.flatnonzero(~is_inside)
    if not len(ends):
        return None
    return _Records(lines[: int(newlines[ends[-1]]) + 1], goes_on_after=True)
