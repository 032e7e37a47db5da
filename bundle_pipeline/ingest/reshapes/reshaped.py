"""What a reshape function makes of a file's rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

from bundle_pipeline.ingest.aliases import FileKind

LEFT_OUT_SCHEMA = {"_line_number": pl.Int64, "outcome": pl.String, "reason": pl.String}
# Before headers, which may be any word: also the name of another column.
OF_HEADER = "header: "


def nothing_left_out() -> pl.DataFrame:
    """No line left out."""
    return pl.DataFrame(schema=LEFT_OUT_SCHEMA)


@dataclass(frozen=True)
class Reshaped:
    """What a file's rows say, per kind.

    Attributes:
        rows: Per kind: text by canonical field of the kind (absent ones are null) and
            ``_line_number``, the line that a row comes from. A line may give several rows.
        left_out: ``_line_number``, ``outcome`` (``excluded`` or ``quarantined``) and ``reason`` of
            each line that gives no row.
    """

    rows: Mapping[FileKind, pl.DataFrame]
    left_out: pl.DataFrame = field(default_factory=nothing_left_out)


Reshape = Callable[[pl.DataFrame], Reshaped]
"""Takes a file's rows in order: text by field of the dialect, null where blank, ``_line_number``,
``_customer`` if the dialect has such fields, and with ``rest`` other columns by
:data:`OF_HEADER` and their header."""
