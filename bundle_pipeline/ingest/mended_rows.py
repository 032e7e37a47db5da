"""Mended rows take the place of the rows that they mend, which then are superseded.

Landed files are never changed. What was in quarantine comes again in a file of its own, named after
the first (:mod:`export_names`), in which each row stands in the very line that it had there; a file
that couldn't be used at all comes again as a whole.
"""

from collections.abc import Collection, Sequence

import polars as pl

from bundle_pipeline.ingest.export_names import originals
from bundle_pipeline.ingest.landed import StagedFile
from bundle_pipeline.ingest.outcomes import Rule, replaced

MENDED_ROW = "mended_row"


def with_mended_replaced(rows: pl.DataFrame) -> pl.DataFrame:
    """Decide rows of which a mended one is there, whatever would have become of them.

    Args:
        rows: Undecided rows of one kind with ``_path`` and ``_line_number``.
    """
    named = _with_original(rows, "_path")
    if named is None:
        return rows
    is_mended = pl.col("_path") < pl.col("_path").max().over("_original", "_line_number")
    return replaced(named, [Rule(MENDED_ROW, is_mended)]).drop("_original")


def with_mended_verdicts(verdicts: pl.DataFrame, mended_lines: pl.DataFrame) -> pl.DataFrame:
    """What became of each line, those in quarantine that a mended one replaces as superseded.

    Args:
        verdicts: One row per line.
        mended_lines: ``path`` and ``line_number`` of all lines of files that mend others.
    """
    if mended_lines.is_empty():
        return verdicts
    paths = {*verdicts.get_column("path").unique(), *mended_lines.get_column("path").unique()}
    original = pl.col("path").replace(originals(paths))
    newest = (
        mended_lines.with_columns(_original=original)
        .group_by("_original", "line_number")
        .agg(_newest=pl.col("path").max())
    )
    is_mended = (pl.col("outcome") == "quarantined") & (pl.col("path") < pl.col("_newest"))
    return (
        verdicts.with_columns(_original=original)
        .join(newest, on=["_original", "line_number"], how="left", validate="m:1")
        .with_columns(
            outcome=pl.when(is_mended).then(pl.lit("superseded")).otherwise("outcome"),
            reason=pl.when(is_mended).then(pl.lit(MENDED_ROW)).otherwise("reason"),
        )
        .drop("_original", "_newest")
        .sort("path", "line_number")
    )


def with_original_paths(verdicts: pl.DataFrame) -> pl.DataFrame:
    """What became of each line, with ``path`` that of the file which a mended file mends."""
    named = _with_original(verdicts, "path")
    return verdicts if named is None else named.with_columns(path="_original").drop("_original")


def mended_files(files: Sequence[StagedFile]) -> frozenset[str]:
    """Files that can't be used, and that came again in a file which can."""
    mended = originals([file.path for file in files])
    usable = {mended.get(file.path): file.path for file in files if file.problem is None}
    return frozenset(
        file.path
        for file in files
        if file.problem is not None and usable.get(mended.get(file.path, file.path), "") > file.path
    )


def _with_original(rows: pl.DataFrame, path: str) -> pl.DataFrame | None:
    """The rows with ``_original``, the file that theirs mends or is; None if none mends any."""
    paths: Collection[str] = rows.get_column(path).unique().to_list()
    mended = originals(paths)
    return rows.with_columns(_original=pl.col(path).replace(mended)) if mended else None
