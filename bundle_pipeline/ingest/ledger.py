"""The ledger of landed files and the quarantine: where every row that came in is accounted for."""

import dataframely as dy
import polars as pl

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.landed import StagedFile
from bundle_pipeline.ingest.outcomes import VERDICT_SCHEMA, Outcomes
from bundle_pipeline.ingest.reasons import QUARANTINE_HINTS
from bundle_pipeline.ingest.stage import StagedShop
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.ingest import OUTCOMES, IngestLedger, Quarantine

_FILE_REASON = "unusable_file"


def left_out_at_reading(staged: StagedShop) -> pl.DataFrame:
    """Verdicts of lines of recognised files that reading set aside."""
    kinds = pl.DataFrame(
        {
            "path": [file.path for file in staged.files],
            "kind": [file.kind for file in staged.files],
        },
        schema={"path": pl.String, "kind": pl.String},
    )
    return (
        staged.left_out_at_reading.rename({"_path": "path", "_line_number": "line_number"})
        .join(kinds, on="path", how="left", validate="m:1")
        .with_columns(fields=pl.lit(None, dtype=pl.String))
        .select(list(VERDICT_SCHEMA))
    )


def ingest_ledger(staged: StagedShop, outcomes: Outcomes) -> dy.DataFrame[IngestLedger]:
    """One row per landed file; the rows of a file that can't be used at all are quarantined.

    Args:
        staged: The landed files.
        outcomes: What became of every row of the others.
    """
    unusable = _unusable(staged).select(
        "path",
        outcome=pl.lit("quarantined"),
        reason=pl.lit(_FILE_REASON),
        row_count="row_count",
    )
    by_outcome = (
        pl.concat([outcomes.counts.select(unusable.columns), unusable])
        .filter(pl.col("row_count") > 0)
        .group_by("path", "outcome", "reason")
        .agg(pl.col("row_count").sum())
        .sort("path", "outcome", "reason")
    )
    is_reason = pl.col("outcome") != "loaded"
    summed = by_outcome.group_by("path").agg(
        *(
            pl.col("row_count").filter(pl.col("outcome") == outcome).sum().alias(f"{outcome}_count")
            for outcome in OUTCOMES
        ),
        reasons=pl.struct("outcome", "reason", "row_count").filter(is_reason),
    )
    ledger = (
        _files(staged)
        .join(summed, on="path", how="left", validate="1:1")
        .with_columns(
            *(pl.col(f"{outcome}_count").fill_null(0) for outcome in OUTCOMES),
            pl.col("reasons").fill_null([]),
        )
    )
    return declared(IngestLedger, ledger.sort("path"))


def quarantine(staged: StagedShop, outcomes: Outcomes) -> dy.DataFrame[Quarantine]:
    """One row per row that can't be used, and one, at its first line, per such file."""
    rows = outcomes.quarantined.select(
        "path",
        "line_number",
        "kind",
        "reason",
        pl.col("reason").replace_strict(QUARANTINE_HINTS, return_dtype=pl.String).alias("hint"),
        "fields",
    )
    files = _unusable(staged).select(
        "path",
        line_number=pl.lit(1, dtype=pl.Int64),
        kind="kind",
        reason=pl.lit(_FILE_REASON),
        hint="hint",
        fields=pl.lit(None, dtype=pl.String),
    )
    return declared(Quarantine, pl.concat([rows, files]).sort("path", "line_number"))


def raise_above_quarantine_rate(
    staged: StagedShop, outcomes: Outcomes, *, max_quarantined_rate: float
) -> None:
    """Refuse the shop where more than a share of a file's rows can't be used.

    Raises:
        InputDataError: Names the first such file, and its most frequent reason.
    """
    worst = (
        outcomes.quarantined.group_by("path")
        .agg(
            quarantined_count=pl.len(),
            reason=pl.col("reason").mode().sort().first(),
            line=pl.col("line_number").min(),
        )
        .join(_files(staged).select("path", "row_count"), on="path", validate="1:1")
        .filter(pl.col("quarantined_count") > pl.col("row_count") * max_quarantined_rate)
        .sort("path")
    )
    if worst.is_empty():
        return
    file = worst.row(0, named=True)
    raise InputDataError(
        "BP-INGEST-QUARANTINED",
        place=f"shop {staged.shop_id}, {file['path']} line {file['line']}",
        found=f"{file['quarantined_count']} of {file['row_count']} rows that can't be used, "
        f"mostly {file['reason']}",
        expected=f"at most {max_quarantined_rate:.0%} (ingest.max_quarantined_rate)",
        remedy=f"mostly: {QUARANTINE_HINTS[file['reason']]}",
    )


def _files(staged: StagedShop) -> pl.DataFrame:
    declared = IngestLedger.create_empty().schema
    facts = ("path", "kind", "content_hash", "byte_count", "row_count", "unmapped_headers")
    return pl.DataFrame(
        {name: [getattr(file, name) for file in staged.files] for name in facts},
        schema={name: declared[name] for name in facts},
    )


def _unusable(staged: StagedShop) -> pl.DataFrame:
    return pl.DataFrame(
        [
            (file.path, file.kind, file.row_count, _hint(file))
            for file in staged.files
            if file.problem
        ],
        schema={"path": pl.String, "kind": pl.String, "row_count": pl.Int64, "hint": pl.String},
        orient="row",
    )


def _hint(file: StagedFile) -> str:
    problem = file.problem
    return (
        ""
        if problem is None
        else (f"found {problem.found}; expected {problem.expected}; {problem.remedy}")
    )
