"""How rows of a dialect become rows of the kinds: one pure function per shape of export."""

from collections.abc import Callable, Mapping

import polars as pl

from bundle_pipeline.ingest.aliases import FileKind

Reshape = Callable[[pl.DataFrame], Mapping[FileKind, pl.DataFrame]]
"""Takes a file's rows in order: text by field of the dialect, null where blank, and
``_line_number``. Gives per kind: text by canonical field of the kind (absent ones are null) and
``_line_number``, the line that the row comes from; a line may give several rows, or none."""

RESHAPES: Mapping[str, Reshape] = {}
