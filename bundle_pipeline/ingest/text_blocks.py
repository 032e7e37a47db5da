"""A long CSV text in blocks of whole records, so that its size doesn't matter."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from mmap import mmap

import numpy as np

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.byte_scans import ByteScan, scanned
from bundle_pipeline.ingest.csv_records import newlines_and_quotes

# About 300,000 order lines: enough work for vectors and threads, and a few hundred MB in all.
BLOCK_BYTES = 32 * 1024**2
# Longer than any honest record: titles, notes and attributes of an order fit a hundred times over.
MAX_RECORD_BYTES = 1024**2


@dataclass(frozen=True)
class Span:
    """Where whole records stand in a text, so that they needn't be held.

    Attributes:
        start: Byte where the first one starts.
        end: Byte behind the last one.
        first_line: Line, from 1, in which the first one starts.
        goes_on_before: Whether records come before them.
        goes_on_after: Whether records come after them.
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

    @property
    def first_line(self) -> int:
        """Line, from 1, in which the first record starts."""
        return self.span.first_line

    @lru_cache(maxsize=1)  # noqa: B019 a block lives as long as one look at it
    def scan(self, delimiter: str) -> ByteScan:
        """What its bytes tell."""
        return scanned(self.text, delimiter)


def text_blocks(
    text: bytes | mmap,
    *,
    delimiter: str,
    start: int,
    first_line: int,
    place: str,
    block_bytes: int = BLOCK_BYTES,
) -> Iterator[TextBlock]:
    """The records of a text from a position on, block by block.

    Args:
        text: CSV with newlines of one or two bytes.
        delimiter: What separates its cells.
        start: Where the first record starts.
        first_line: In which line that is.
        place: Shop and path, for errors.
        block_bytes: Bytes of a block; only a record longer than that makes a longer one.

    Raises:
        InputDataError: A record is longer than any honest one: a quote isn't closed.
    """
    goes_on_before = False
    # A text without records is one empty block.
    while start < len(text) or not goes_on_before:
        wanted = block_bytes
        end = _end_of_records(text, delimiter, start, wanted)
        while end is None:
            if wanted > block_bytes + MAX_RECORD_BYTES:
                raise too_long_record(place, first_line, wanted)
            wanted += MAX_RECORD_BYTES
            end = _end_of_records(text, delimiter, start, wanted)
        span = Span(start, end, first_line, goes_on_before, end < len(text))
        block = block_at(text, span)
        yield block
        goes_on_before = True
        first_line += block.text.count(b"\n")
        start = end


def block_at(text: bytes | mmap, span: Span) -> TextBlock:
    """The records of a text at a place."""
    content = text[span.start : span.end]
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n")
    return TextBlock(content, span)


def too_long_record(place: str, line: int, byte_count: int) -> InputDataError:
    """The refusal of a file with a record that can't be one."""
    return InputDataError(
        "BP-CSV-RECORD",
        place=f"{place} line {line}",
        found=f"a row of {byte_count} bytes",
        expected=f"rows of at most {MAX_RECORD_BYTES} bytes",
        remedy="look for a quote that isn't closed in that line, or export the file again",
    )


def _end_of_records(text: bytes | mmap, delimiter: str, start: int, byte_count: int) -> int | None:
    """Where the last record ends that lies wholly in the next bytes; None if none does."""
    end = start + byte_count
    if end >= len(text):
        return len(text)
    block = text[start:end]
    if b'"' not in block:
        newline = block.rfind(b"\n")
        return None if newline < 0 else start + newline + 1
    newlines, is_inside = newlines_and_quotes(block, delimiter)
    # The last newline is made up if the block doesn't end with one.
    certain = np.flatnonzero(~is_inside & (newlines < len(block)))
    return start + int(newlines[certain[-1]]) + 1 if len(certain) else None
