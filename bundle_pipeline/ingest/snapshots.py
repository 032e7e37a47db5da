"""Full snapshots: what a newer export of the same kind no longer lists is closed, not deleted.

Files go by their keys: a later key is a newer export. Exports too long for one file come as
``products_export_1.csv``, ``products_export_2.csv``: such parts are one snapshot. Files that aren't
declared as full snapshots add to what is known and close nothing.
"""

import re
from collections.abc import Sequence

import polars as pl

from bundle_pipeline.ingest.landed import StagedFile

# The number of a part; that of a date (2025_01_31) comes after a digit.
_PART_NUMBER = re.compile(r"(?<!\d)_\d{1,3}(?=\.[^/]*$)")


def with_outdated(rows: pl.DataFrame, files: Sequence[StagedFile]) -> pl.DataFrame:
    """Add ``_is_outdated``: whether a newer full snapshot has taken the place of the row's file.

    Args:
        rows: Staged text of one kind: a snapshot without rows of the kind replaces nothing of it.
        files: The landed files.
    """
    snapshots = pl.DataFrame(
        [
            (file.path, file.full_snapshot_of, _PART_NUMBER.sub("", file.path))
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
