"""What separates the cells of a text: decided from its header, confirmed on its first records."""

import csv
import io
import re
from itertools import islice

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.headers import header_cells, recognised_kind

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
# Excel reads and writes such a first line.
_HINT = re.compile(rb'^"?sep=([,;\t|])"?\r?\n', re.IGNORECASE)
_SAMPLE_CHARACTERS = 64 * 1024
_SAMPLE_RECORDS = 50


def without_hint(text: bytes) -> tuple[bytes, str | None]:
    """The text with a first line ``sep=;`` blanked out, which keeps line numbers, and its sign."""
    hint = _HINT.match(text)
    return (text[hint.end() - 1 :], hint[1].decode()) if hint else (text, None)


def found_delimiter(start: str) -> str:
    """The sign that makes the header one we know; else the most frequent there; else a comma.

    Args:
        start: Start of a text, enough to hold its header.
    """
    cells = {delimiter: header_cells(start, delimiter=delimiter) for delimiter in DELIMITERS}
    recognised = [delimiter for delimiter in DELIMITERS if recognised_kind(cells[delimiter])]
    # Of equals the first counts: commas.
    return max(recognised or DELIMITERS, key=lambda delimiter: len(cells[delimiter]))


def checked_delimiter(text: bytes, *, place: str) -> str:
    """The same, for a whole text.

    Raises:
        InputDataError: All records below the header are separated by another sign than it is.
    """
    start = text[:_SAMPLE_CHARACTERS].decode("utf-8", errors="replace")
    delimiter = found_delimiter(start)
    width = len(header_cells(start, delimiter=delimiter))
    if width < 2 or width in _widths(start, delimiter):  # noqa: PLR2004 - one cell isn't separated
        return delimiter
    for other, description in DELIMITERS.items():
        widths = _widths(start, other) if other != delimiter else set[int]()
        if widths == {width}:
            raise InputDataError(
                "BP-CSV-DELIMITER",
                place=place,
                found=f"a header separated by {DELIMITERS[delimiter]} above rows separated by "
                f"{description}",
                expected="one sign throughout: commas, semicolons, tabs or vertical bars",
                remedy="export it again without editing it",
            )
    return delimiter


def _widths(start: str, delimiter: str) -> set[int]:
    """Cell counts of the first records below the header; the last may be cut off and is left out.

    Empty where there is none, or where quotes among them are broken: the parser names that better.
    """
    is_whole = len(start) < _SAMPLE_CHARACTERS
    lines = io.StringIO(start.replace("\r\n", "\n").replace("\r", "\n"))
    records = (record for record in csv.reader(lines, delimiter=delimiter) if record)
    try:
        # The header, the sample, and one that may be cut off.
        first = list(islice(records, 1 + _SAMPLE_RECORDS + 1))
    except csv.Error:
        return set()
    last = None if is_whole else -1
    return {len(record) for record in first[1:last][:_SAMPLE_RECORDS]}
