"""Full snapshots: what a newer export of the same kind no longer lists is closed, not deleted.

Files go by their keys: a later key is a newer export. Parts of one export, and rows of it that came
mended, are one snapshot (:mod:`export_names`). Files that aren't declared as full snapshots add to
what is known and close nothing.
"""

from collections.abc import Sequence

import polars as pl

from bundle_pipeline.ingest.export_names import originals, snapshot_name
from bundle_pipeline.ingest.landed import StagedFile


def with_outdated(rows: pl.DataFrame, files: Sequence[StagedFile]) -> pl.DataFrame:
    """Add ``_is_outdated``: whether a newer full snapshot has taken the place of the row's file.

    Args:
        rows: Staged text of one kind: a snapshot without rows of the kind replaces nothing of it.
        files: The landed files.
    """
    mended = originals([file.path for file in files])
    snapshots = pl.DataFrame(
        [
            (
                file.path,
                file.full_snapshot_of,
                snapshot_name(mended.get(file.path, file.path)),
            )
            for file in files
            if file.full_snapshot_of
        ],
        schema={"_path": pl.String, "_dialect": pl.String, "_snapshot": pl.String},
        orient="row",
    )
    present = snapshots.join(rows.select("_path").unique(), on="_path", how="semi")
    newest = pl.col("_snapshot").max().over("_dialect")
    outdated = present.filter(pl.col("_snapshot") < newest).get_column("_path")
    return rows.with_columns(_is_outdated=pl.col("_path").is_in(outdated.implode()))


def is_current(*key: str) -> pl.Expr:
    """Whether any row of the key, usable or not, stands in a file that isn't outdated."""
    return ~pl.col("_is_outdated").all().over(key)
