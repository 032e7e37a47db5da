"""What became of rows that were in quarantine, after a fix."""

import polars as pl

from bundle_pipeline.ingest.ledger import UNUSABLE_FILE
from bundle_pipeline.schemas.ingest import OUTCOMES

GONE = "no_longer_landed"
_COLUMNS = ("loaded", "superseded", "excluded", "quarantined", GONE)


def replay_report(
    before: pl.DataFrame, verdicts: pl.DataFrame, ledger: pl.DataFrame
) -> pl.DataFrame:
    """How many rows that were in quarantine went where, per reason.

    Args:
        before: ``path``, ``line_number`` and ``reason`` of those rows; of a file that couldn't be
            used at all one row stands for all of its rows.
        verdicts: What became of each line since, but for those that are loaded.
        ledger: ``IngestLedger`` since.

    Returns:
        One row per reason: ``reason``, ``row_count``, and counts of rows that are now ``loaded``,
        ``superseded`` (by a mended or later row), ``excluded``, ``quarantined`` still, or whose
        file is ``no_longer_landed``.
    """
    is_file = pl.col("reason") == UNUSABLE_FILE
    counted = pl.concat(
        [_rows(before.filter(~is_file), verdicts, ledger), _files(before.filter(is_file), ledger)]
    )
    return (
        counted.group_by("reason")
        .agg(
            row_count=pl.col("row_count").sum(),
            **{
                name: pl.col("row_count").filter(pl.col("outcome") == name).sum()
                for name in _COLUMNS
            },
        )
        .sort("row_count", "reason", descending=[True, False])
    )


def _rows(before: pl.DataFrame, verdicts: pl.DataFrame, ledger: pl.DataFrame) -> pl.DataFrame:
    key = ["path", "line_number"]
    is_landed = pl.col("path").is_in(ledger.get_column("path").implode())
    otherwise = pl.when(is_landed).then(pl.lit("loaded")).otherwise(pl.lit(GONE))
    return before.join(verdicts.select(*key, "outcome"), on=key, how="left", validate="1:1").select(
        "reason",
        outcome=pl.coalesce("outcome", otherwise),
        row_count=pl.lit(1, dtype=pl.Int64),
    )


def _files(before: pl.DataFrame, ledger: pl.DataFrame) -> pl.DataFrame:
    counts = [f"{outcome}_count" for outcome in OUTCOMES]
    now = before.join(ledger.select("path", *counts), on="path", how="left", validate="1:1")
    landed = (
        now.drop_nulls(counts)
        .unpivot(counts, index="reason", value_name="row_count")
        .select(
            "reason", outcome=pl.col("variable").str.strip_suffix("_count"), row_count="row_count"
        )
    )
    gone = now.filter(pl.col(counts[0]).is_null()).select(
        "reason", outcome=pl.lit(GONE), row_count=pl.lit(1, dtype=pl.Int64)
    )
    return pl.concat([landed, gone])


def mended_report(ledger: pl.DataFrame, paths: list[str]) -> pl.DataFrame:
    """The ledger's counts of the files with mended rows.

    Args:
        ledger: ``IngestLedger``.
        paths: Those files.
    """
    counts = [f"{name}_count" for name in ("row", *OUTCOMES)]
    return ledger.filter(pl.col("path").is_in(paths)).select("path", *counts).sort("path")
