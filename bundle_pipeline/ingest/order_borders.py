"""Where a long file of order lines can be cut so that no order lies on both sides.

An order that a block's edge may have cut in two has to wait for the other half. Waiting takes 10 ms
a block, however few its rows are, so blocks end where one order ends and the next one begins.
"""

import re
from mmap import mmap

# An order has a few lines; what has none of a whole megabyte's end isn't worth looking further.
_MOST_BYTES = 1024**2
# An id that is the same text in whatever spelling: no prefix, no apostrophe, no blanks.
_PLAIN_KEY = re.compile(rb"[0-9A-Za-z_#-]+")


def border_before(
    text: bytes | mmap, end: int, *, delimiter: str, key_column: int, start: int
) -> int | None:
    """Where the last order ends that lies before a position; None if that isn't certain.

    Args:
        text: CSV; up to ``end`` it has no quotes, or nothing becomes of the answer.
        end: Start of a line.
        delimiter: What separates its cells.
        key_column: Position of the column with the order's id.
        start: The answer is above it.
    """
    line_end = text.find(b"\n", end, end + _MOST_BYTES)
    following = _key(text[end:line_end], delimiter, key_column) if line_end >= 0 else None
    border = end
    while following is not None and start < border and end - border < _MOST_BYTES:
        line_start = max(text.rfind(b"\n", start, border - 1) + 1, start)
        key = _key(text[line_start : border - 1], delimiter, key_column)
        if key is not None and key != following:
            return border
        following, border = key, line_start
    return None


def _key(line: bytes, delimiter: str, column: int) -> bytes | None:
    cells = line.split(delimiter.encode(), column + 1)
    if len(cells) <= column or b'"' in line:
        return None
    key = cells[column].removesuffix(b"\r")
    return key if _PLAIN_KEY.fullmatch(key) else None
