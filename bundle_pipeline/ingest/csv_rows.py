"""Rows of a CSV text as a frame of text, each with its line; ragged rows are set aside.

Headers never reach a parser: columns are named by position, and all are text, so that ``000123``,
``1E5``, ``NA`` and ``2024-01-01`` stay what they are. Regular text is parsed by Polars; where a row
may not fit, DuckDB tells which, and it may read its own file and nothing else.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.csv_records import (
    Positions,
    Records,
    found_records,
    unclosed_quote,
)
from bundle_pipeline.ingest.csv_text import refuse_binary_and_other_encodings
from bundle_pipeline.ingest.regular_rows import regular_rows
from bundle_pipeline.ingest.text_blocks import MAX_RECORD_BYTES, TextBlock, too_long_record

_MEMORY_LIMIT = "2GB"

_LOCK = ("SET enable_external_access = false", "SET lock_configuration = true")
# Control codes are blanks too, and a newline where a record spans lines.
_WIDE_BLANKS = tuple(blank.encode() for blank in "\u00a0\u2007\u202f\u3000")
_READ = """
FROM read_csv(
    $path, auto_detect = false, header = false, columns = $columns, delim = $delimiter, quote = '"',
    escape = '"', new_line = '\\n', max_line_size = $max_line_size, store_rejects = true,
    rejects_limit = 0)
"""
_REJECTED = """
SELECT DISTINCT ON (line_byte_position)
    CAST(line_byte_position AS BIGINT) - 1 AS start, CAST(error_type AS VARCHAR) AS error_type
FROM reject_errors ORDER BY line_byte_position, byte_position
"""
_REASONS = {
    "MISSING COLUMNS": "wrong_field_count",
    "TOO MANY COLUMNS": "wrong_field_count",
    "UNQUOTED VALUE": "broken_quoting",
}


@dataclass(frozen=True)
class CsvRows:
    """Data rows of one file.

    ``rows`` has a text column ``c<position>`` for each column asked for, without outer blanks and
    null where nothing is left, and ``_line_number``; ``rejected`` has ``_line_number`` and
    ``reason`` of the rows that don't fit the header.
    """

    rows: pl.DataFrame
    rejected: pl.DataFrame

    @property
    def line_count(self) -> int:
        """Rows of the file; an object with others inside is one line and several rows."""
        return self.rows.get_column("_line_number").n_unique() + self.rejected.height


def read_rows(
    block: TextBlock, *, delimiter: str, column_count: int, wanted: Sequence[int], place: str
) -> CsvRows:
    """Parse records.

    Args:
        block: Whole records.
        delimiter: What separates its cells.
        column_count: Cells of the header.
        wanted: Positions of the columns to keep.
        place: Shop and path, for errors.

    Raises:
        InputDataError: A record is too long, or the text can't be split into rows for certain.
    """
    rows = regular_rows(block, delimiter, column_count, wanted)
    if rows is None:
        return _rows_with_care(block, delimiter, column_count, wanted, place)
    if block.scan(delimiter).has_outer_spaces or _has_rare_blanks(block, delimiter):
        rows = _stripped(rows, rows.columns)
    first = block.first_line
    numbers = pl.int_range(first, first + rows.height, eager=True).alias("_line_number")
    return CsvRows(rows.with_columns(numbers), _rejected(np.empty(0, np.int64), []))


def _rows_with_care(
    block: TextBlock, delimiter: str, column_count: int, wanted: Sequence[int], place: str
) -> CsvRows:
    text = block.text
    refuse_binary_and_other_encodings(text, first_line=block.first_line, place=place)
    records = found_records(text, delimiter=delimiter, place=place, first_line=block.first_line)
    _refuse_long_records(records, place)
    if not len(records.starts):
        return CsvRows(_numbered(_no_rows(wanted), records.starts), _rejected(records.starts, []))
    body = _without_blank_lines(text, records)
    lengths = records.ends - records.starts + 1
    parsed, rejects = _parsed(body, delimiter, column_count, wanted, place)
    has_rare_blanks = (records.line_counts > 1).any() or _has_rare_blanks(block, delimiter)
    parsed = _stripped(parsed, parsed.columns if has_rare_blanks else _with_outer_spaces(parsed))
    is_rejected = np.isin(np.cumsum(lengths) - lengths, rejects["start"].to_numpy())
    _refuse_uncertain_rejects(is_rejected, records, place)
    if is_rejected.sum() != rejects.height or (~is_rejected).sum() != parsed.height:
        found = f"{len(records.starts)} records and {parsed.height} rows"
        raise _refused_structure(place, found=found)
    reasons = rejects["error_type"].replace_strict(_REASONS, default="unreadable_row").to_list()
    lines = records.line_numbers
    return CsvRows(_numbered(parsed, lines[~is_rejected]), _rejected(lines[is_rejected], reasons))


def _has_rare_blanks(block: TextBlock, delimiter: str) -> bool:
    scan = block.scan(delimiter)
    if scan.has_control_bytes:
        return True
    return not scan.is_ascii and any(map(block.text.__contains__, _WIDE_BLANKS))


def _with_outer_spaces(rows: pl.DataFrame) -> list[str]:
    has_spaces = rows.select((pl.all().str.starts_with(" ") | pl.all().str.ends_with(" ")).any())
    return [column.name for column in has_spaces if column.any()]


def _stripped(rows: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    # Column by column and only where it changes something: each copy of a column costs memory.
    stripped = pl.col(columns).str.strip_chars()
    return rows.with_columns(pl.when(stripped != "").then(stripped)) if columns else rows


def _without_blank_lines(text: bytes, records: Records) -> memoryview | bytes:
    """The records after the header; the parser misplaces a ragged row that follows a blank line."""
    starts, ends = records.starts, records.ends
    if (starts[1:] == ends[:-1] + 1).all():
        return memoryview(text)[starts[0] :]
    spans = zip(starts.tolist(), ends.tolist(), strict=True)
    return b"\n".join(text[start:end] for start, end in spans)


def _parsed(
    body: memoryview | bytes,
    delimiter: str,
    column_count: int,
    wanted: Sequence[int],
    place: str,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    with tempfile.TemporaryDirectory(prefix="bundle-pipeline-") as folder:
        path = Path(folder) / "rows.csv"
        path.write_bytes(body)
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": _MEMORY_LIMIT,
            "temp_directory": folder,
        }
        with duckdb.connect(config=config) as connection:
            connection.execute("SET allowed_directories = [$folder]", {"folder": f"{folder}/"})
            for statement in _LOCK:
                connection.execute(statement)
            values = {
                "path": str(path),
                "delimiter": delimiter,
                "columns": {f"c{index}": "VARCHAR" for index in range(column_count)},
                "max_line_size": MAX_RECORD_BYTES,
            }
            # The only text formatted in is the position of a column.
            cells = ", ".join(f"c{position}" for position in wanted)
            try:
                rows = connection.execute(f"SELECT {cells} {_READ}", values).pl()
                return rows, connection.execute(_REJECTED).pl()
            except duckdb.Error as error:
                # Not chained: the library's message may hold a raw row.
                found = f"text that the parser gives up on ({type(error).__name__})"
                raise _refused_structure(place, found=found) from None


def _refuse_long_records(records: Records, place: str) -> None:
    lengths = records.ends - records.starts
    if len(lengths) and lengths.max() > MAX_RECORD_BYTES:
        line = int(records.line_numbers[lengths.argmax()])
        raise too_long_record(place, line, int(lengths.max()))


def _refuse_uncertain_rejects(
    is_rejected: npt.NDArray[np.bool_], records: Records, place: str
) -> None:
    # A row that doesn't fit and spans lines has probably swallowed its neighbours: a quote that
    # was never closed. Where the next row starts is then a guess.
    swallowed = np.flatnonzero(is_rejected & (records.line_counts > 1))
    if len(swallowed):
        raise unclosed_quote(place, int(records.line_numbers[swallowed[0]]))


def _no_rows(wanted: Sequence[int]) -> pl.DataFrame:
    return pl.DataFrame(schema={f"c{index}": pl.String for index in wanted})


def _numbered(rows: pl.DataFrame, lines: Positions) -> pl.DataFrame:
    return rows.with_columns(_line_number=pl.Series(lines, dtype=pl.Int64))


def _rejected(lines: Positions, reasons: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame(
        {"_line_number": lines, "reason": reasons},
        schema={"_line_number": pl.Int64, "reason": pl.String},
    )


def _refused_structure(place: str, *, found: str) -> InputDataError:
    return InputDataError(
        "BP-CSV-STRUCTURE",
        place=place,
        found=found,
        expected="one row per record, with quotes and newlines where CSV has them",
        remedy="export the file again without opening it in an editor or spreadsheet",
    )
