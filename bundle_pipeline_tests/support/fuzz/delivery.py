"""A delivery on its way to a shop's folder, and tables in it that can be changed by cell."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

Row = list[str]


@dataclass(frozen=True)
class Delivery:
    """Files of one shop.

    Attributes:
        files: Content by path below the shop's folder.
        is_nested: Whether a line may hold several items, as lines of JSON may.
        keeps_columns: Whether each cell still stands in the column that it was made for. Where it
            doesn't, personal data may look like a title, and nobody can tell.
    """

    files: Mapping[str, bytes]
    keeps_columns: bool = True
    is_nested: bool = False

    def with_file(self, path: str, content: bytes) -> "Delivery":
        """The delivery with one more or one other file."""
        return replace(self, files={**self.files, path: content})

    def without_file(self, path: str) -> "Delivery":
        """The delivery without a file."""
        return replace(self, files={name: self.files[name] for name in self.files if name != path})

    def slipped(self) -> "Delivery":
        """The delivery, once cells may stand in columns that they weren't made for."""
        return replace(self, keeps_columns=False)


def rows_of(content: bytes) -> list[Row]:
    """Rows of a file with commas, the header first; bytes that aren't UTF-8 are replaced."""
    text = content.decode("utf-8-sig", errors="replace").replace("\0", "")
    return [row for row in csv.reader(io.StringIO(text, newline="")) if row]


def content_of(rows: Sequence[Row]) -> bytes:
    """A file with commas, quoted where it has to be."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue().encode("utf-8", errors="replace")


def is_table(path: str) -> bool:
    """Whether a path names a file with commas."""
    return path.endswith(".csv")
