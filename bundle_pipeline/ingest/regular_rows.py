"""Rows of a CSV text in which every row has as many cells as the header, parsed at full speed.

Proved by counting: if the parser takes no row for too wide, and there are as many delimiters
outside of quotes as the rows need, then no row is too narrow either.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from bundle_pipeline.ingest.csv_records import is_quoted_regularly
from bundle_pipeline.ingest.text_blocks import TextBlock

_NEWLINE, _QUOTE = b"\n"[0], b'"'[0]


def regular_rows(
    block: TextBlock, delimiter: str, column_count: int, wanted: Sequence[int]
) -> pl.DataFrame | None:
    """The wanted columns as ``c<position>``, text, null where blank; None if a row may not fit.

    A text with newlines inside quotes isn't regular here: its rows don't tell their lines.

    Args:
        block: Whole records, newlines of one byte.
        delimiter: What separates its cells.
        column_count: Cells that each row must have.
        wanted: Positions of the columns to keep.
    """
    text = block.text
    if not text:
        return pl.DataFrame(schema={f"c{position}": pl.String for position in wanted})
    scan = block.scan(delimiter)
    is_odd = scan.has_control_bytes and (b"\0" in text or b"\r" in text)
    if is_odd or scan.has_long_lines:
        return None
    row_count = scan.newline_count + (not text.endswith(b"\n"))
    delimiter_count = _delimiters_outside_quotes(block, delimiter)
    if delimiter_count != row_count * (column_count - 1):
        return None
    try:
        rows = pl.read_csv(
            text,
            has_header=False,
            schema={f"c{position}": pl.String for position in range(column_count)},
            columns=list(wanted),
            separator=delimiter,
            quote_char='"' if block.has_quotes else None,
        )
    except pl.exceptions.PolarsError:
        return None
    if rows.height != row_count:
        return None
    # A quoted nothing is nothing too.
    return rows.with_columns(pl.when(pl.all() != "").then(pl.all())) if block.has_quotes else rows


def _delimiters_outside_quotes(block: TextBlock, delimiter: str) -> int | None:
    text = block.text
    if not block.has_quotes:
        return block.scan(delimiter).delimiter_count
    if not is_quoted_regularly(text, delimiter):
        return None
    cells = np.frombuffer(text, dtype=np.uint8)
    is_inside = np.logical_xor.accumulate(cells == _QUOTE)
    if np.any(is_inside & (cells == _NEWLINE)):
        return None
    return int(np.count_nonzero((cells == ord(delimiter)) & ~is_inside))
