"""What a look at each byte of a text tells, piece by piece in the cache.

Comparisons over the whole text would write as many bytes to memory as they read, each of them.
"""

from dataclasses import dataclass

import numpy as np

_PIECE_BYTES = 128 * 1024
_SPACE, _NEWLINE = b" "[0], b"\n"[0]


@dataclass(frozen=True)
class ByteScan:
    """What was seen of a text.

    Attributes:
        newline_count: Newlines.
        delimiter_count: Delimiters, inside of quotes or not.
        has_control_bytes: Whether there is a tab or another control code beside the newlines.
        has_outer_spaces: Whether a space stands beside a delimiter, a newline or an end.
    """

    newline_count: int
    delimiter_count: int
    has_control_bytes: bool
    has_outer_spaces: bool


def scanned(text: bytes, delimiter: bytes) -> ByteScan:
    """Look at each byte of a text once.

    Args:
        text: CSV.
        delimiter: The byte between cells.
    """
    data = np.frombuffer(text, dtype=np.uint8)
    newlines = delimiters = controls = 0
    outer = text.startswith(b" ") or text.endswith(b" ")
    for start in range(0, len(data), _PIECE_BYTES):
        # One byte more, so that what stands at the border of two pieces is seen.
        piece = data[start : start + _PIECE_BYTES + 1]
        is_newline, is_delimiter = piece == _NEWLINE, piece == delimiter[0]
        own = slice(0, _PIECE_BYTES)
        newlines += int(np.count_nonzero(is_newline[own]))
        delimiters += int(np.count_nonzero(is_delimiter[own]))
        controls += int(np.count_nonzero(piece[own] < _SPACE))
        if not outer:
            is_space, is_border = piece == _SPACE, is_newline | is_delimiter
            outer = bool(
                np.any(is_space[1:] & is_border[:-1]) or np.any(is_space[:-1] & is_border[1:])
            )
    return ByteScan(newlines, delimiters, controls > newlines, outer)
