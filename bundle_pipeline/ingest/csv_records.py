"""Where each record of a CSV text starts, and in which line: quoted newlines don't end a record.

The parser reports rows, not lines, and this is what puts the right line number on each of them.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from bundle_pipeline.errors import InputDataError

Positions = npt.NDArray[np.int64]

_NEWLINE, _QUOTE = b"\n"[0], b'"'[0]
# Bounds the memory for the positions of quotes, of which a file may have more than rows.
_BLOCK_BYTES = 32 * 1024**2


@dataclass(frozen=True)
class Records:
    """Records of a text that aren't blank: byte at which each starts and ends, and its lines.

    ``line_numbers`` count from 1; ``line_counts`` are above 1 where a quoted field holds newlines.
    """

    starts: Positions
    ends: Positions
    line_numbers: Positions
    line_counts: Positions


def found_records(text: bytes, *, delimiter: str, place: str, first_line: int = 1) -> Records:
    """Records of a text.

    Args:
        text: CSV with newlines of one byte and ``"`` quotes, doubled to escape.
        delimiter: What separates its cells, one ASCII character.
        place: Shop and path, for errors.
        first_line: Line in which the text starts.

    Raises:
        InputDataError: The text ends inside a quoted field.
    """
    if not text:
        nothing = np.empty(0, np.int64)
        return Records(nothing, nothing, nothing, nothing)
    newlines, is_inside = newlines_and_quotes(text, delimiter)
    if is_inside[-1]:
        raise unclosed_quote(place, first_line + text.count(b"\n", 0, text.rfind(b'"')))
    record_ends = np.flatnonzero(~is_inside)
    ends = newlines[record_ends]
    first_lines = np.concatenate(([0], record_ends[:-1] + 1))
    starts = np.concatenate(([0], ends[:-1] + 1))
    filled = starts < ends
    return Records(
        starts=starts[filled],
        ends=ends[filled],
        line_numbers=first_lines[filled] + first_line,
        line_counts=(record_ends - first_lines + 1)[filled],
    )


def newlines_and_quotes(text: bytes, delimiter: str) -> tuple[Positions, npt.NDArray[np.bool_]]:
    """Ends of lines, and whether each lies inside quotes; a last newline is made up if missing.

    Args:
        text: As for :func:`found_records`, starting outside of quotes.
        delimiter: What separates its cells.
    """
    data = np.frombuffer(text, dtype=np.uint8)
    return _newlines_by_parity(data, delimiter) or _newlines_by_scanning(text, data, delimiter)


def is_quoted_regularly(text: bytes, delimiter: str) -> bool:
    """Whether every quote opens a field, closes it or is doubled, and each one opened is closed."""
    data = np.frombuffer(text, dtype=np.uint8)
    quotes = np.flatnonzero(data == _QUOTE)
    return len(quotes) % 2 == 0 and not _is_astray(data, quotes, 0, _beside_quotes(delimiter))


def unclosed_quote(place: str, line_number: int) -> InputDataError:
    """The refusal of a file in which a quote is opened and never closed."""
    return InputDataError(
        "BP-CSV-QUOTE",
        place=f"{place} line {line_number}",
        found="a quoted field that is opened here and not closed where it should be",
        expected="a closing quote",
        remedy="the file was probably cut off on its way; export or upload it again",
    )


def _newlines_by_parity(
    data: npt.NDArray[np.uint8], delimiter: str
) -> tuple[Positions, npt.NDArray[np.bool_]] | None:
    """Ends of lines and whether each lies inside quotes; None if a quote stands astray.

    Where every quote opens a field, closes it or is doubled, a byte is inside quotes exactly where
    the number of quotes before it is odd. A text without a last newline ends with a made-up one.
    """
    lines: list[Positions] = []
    inside: list[npt.NDArray[np.bool_]] = []
    quotes_before = 0
    beside_quotes = _beside_quotes(delimiter)
    for base in range(0, len(data), _BLOCK_BYTES):
        block = data[base : base + _BLOCK_BYTES]
        quotes = np.flatnonzero(block == _QUOTE) + base
        if _is_astray(data, quotes, quotes_before, beside_quotes):
            return None
        newlines = np.flatnonzero(block == _NEWLINE) + base
        if base + _BLOCK_BYTES >= len(data) and data[-1] != _NEWLINE:
            newlines = np.append(newlines, len(data))
        counts = np.searchsorted(quotes, newlines) + quotes_before
        lines.append(newlines)
        inside.append(counts % 2 == 1)
        quotes_before += len(quotes)
    return np.concatenate(lines), np.concatenate(inside)


def _beside_quotes(delimiter: str) -> npt.NDArray[np.bool_]:
    """Per byte, whether a quote that opens or closes a field may stand beside it."""
    return np.isin(np.arange(256), (ord(delimiter), _NEWLINE, _QUOTE))


def _is_astray(
    data: npt.NDArray[np.uint8],
    quotes: Positions,
    quotes_before: int,
    beside_quotes: npt.NDArray[np.bool_],
) -> bool:
    opening = quotes[quotes_before % 2 :: 2]
    closing = quotes[1 - quotes_before % 2 :: 2]
    before = data[opening[opening > 0] - 1]
    after = data[closing[closing < len(data) - 1] + 1]
    return not (beside_quotes[before].all() and beside_quotes[after].all())


def _newlines_by_scanning(
    text: bytes, data: npt.NDArray[np.uint8], delimiter: str
) -> tuple[Positions, npt.NDArray[np.bool_]]:
    """The same, quote by quote, for a text with quotes inside unquoted fields (``12" tube``).

    Only lines that hold a quote are looked at: any other line ends as it began.
    """
    newlines = np.flatnonzero(data == _NEWLINE)
    if data[-1] != _NEWLINE:
        newlines = np.append(newlines, len(data))
    quoted_lines = np.unique(np.searchsorted(newlines, np.flatnonzero(data == _QUOTE)))
    states = np.zeros(len(newlines) + 1, dtype=np.bool_)
    opening = f'{delimiter}"'.encode()
    is_inside = False
    for here, following in pairwise([*quoted_lines.tolist(), len(newlines)]):
        start = int(newlines[here - 1]) + 1 if here else 0
        line = text[start : int(newlines[here])]
        is_inside = _ends_inside(line, opening, is_inside=is_inside)
        states[here:following] = is_inside
    return newlines, states[:-1]


def _ends_inside(line: bytes, opening: bytes, *, is_inside: bool) -> bool:
    at = 0
    while True:
        if is_inside:
            quote = line.find(b'"', at)
            if quote < 0:
                return True
            is_inside = line.startswith(b'""', quote)
            at = quote + 2 if is_inside else quote + 1
            continue
        is_first = at == 0 and line.startswith(b'"')
        opened = 0 if is_first else line.find(opening, at) + 1
        if not is_first and opened == 0:
            return False
        is_inside, at = True, opened + 1
