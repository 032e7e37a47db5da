"""What a look at each byte of a text tells, piece by piece in the cache.

Comparisons over the whole text would write as many bytes to memory as they read, each of them.
"""

from dataclasses import dataclass

import numpy as np

_PIECE_BYTES = 128 * 1024
_SPACE, _NEWLINE, _QUOTE = b" "[0], b"\n"[0], b'"'[0]
_LARGEST_ASCII = 127


@dataclass(frozen=True)
class ByteScan:
    """What was seen of a text.

    Attributes:
        newline_count: Newlines.
        delimiter_count: Delimiters, inside of quotes or not.
        is_ascii: Whether no byte is above 127.
        has_control_bytes: Whether there is a control code that is neither newline nor delimiter.
        has_outer_spaces: Whether a space stands beside a delimiter, a quote, a newline or an end.
        has_long_lines: Whether a line is longer than 128 kB.
    """

    newline_count: int
    delimiter_count: int
    is_ascii: bool
    has_control_bytes: bool
    has_outer_spaces: bool
    has_long_lines: bool


def scanned(text: bytes, delimiter: str, *, has_quotes: bool) -> ByteScan:
    """Look at each byte of a text once.

    Args:
        text: CSV.
        delimiter: What separates its cells, one ASCII character.
        has_quotes: Whether there is a double quote.
    """
    data = np.frombuffer(text, dtype=np.uint8)
    newlines = delimiters = controls = largest = 0
    long_lines = False
    outer = text.startswith(b" ") or text.endswith(b" ")
    for start in range(0, len(data), _PIECE_BYTES):
        # One byte more, so that what stands at the border of two pieces is seen.
        piece = data[start : start + _PIECE_BYTES + 1]
        is_newline, is_delimiter = piece == _NEWLINE, piece == ord(delimiter)
        own = slice(0, _PIECE_BYTES)
        newlines += int(np.count_nonzero(is_newline[own]))
        delimiters += int(np.count_nonzero(is_delimiter[own]))
        controls += int(np.count_nonzero(piece[own] < _SPACE))
        largest = max(largest, int(piece.max()))
        long_lines |= len(piece) > _PIECE_BYTES and not is_newline.any()
        if not outer:
            is_space, is_border = piece == _SPACE, is_newline | is_delimiter
            if has_quotes:
                is_border |= piece == _QUOTE
            outer = bool(
                np.any(is_space[1:] & is_border[:-1]) or np.any(is_space[:-1] & is_border[1:])
            )
    if ord(delimiter) < _SPACE:
        # Tabs between cells aren't in them.
        controls -= delimiters
    return ByteScan(
        newline_count=newlines,
        delimiter_count=delimiters,
        is_ascii=largest <= _LARGEST_ASCII,
        has_control_bytes=controls > newlines,
        has_outer_spaces=outer,
        has_long_lines=long_lines,
    )
