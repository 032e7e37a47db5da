"""The ledger of landed files and the quarantine: where every row that came in is accounted for."""

from dataclasses import replace

import dataframely as dy
import polars as pl

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.landed import StagedFile
from bundle_pipeline.ingest.mended_rows import (
    MENDED_ROW,
    mended_files,
    with_mended_verdicts,
    with_original_paths,
)
from bundle_pipeline.ingest.outcomes import VERDICT_SCHEMA, Outcomes
from bundle_pipeline.ingest.reasons import QUARANTINE_HINTS
from bundle_pipeline.ingest.stage import StagedShop
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.ingest import OUTCOMES, IngestLedger, Quarantine

UNUSABLE_FILE = "unusable_file"


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
        .select(list(VERDICT_SCHEMA))
    )


def with_mended_outcomes(staged: StagedShop, outcomes: Outcomes) -> Outcomes:
    """What became of each line, those in quarantine that a mended one replaces as superseded."""
    others = with_mended_verdicts(outcomes.others, staged.mended_lines())
    return replace(outcomes, others=others)


def ingest_ledger(staged: StagedShop, outcomes: Outcomes) -> dy.DataFrame[IngestLedger]:
    """One row per landed file; the rows of a file that can't be used at all are quarantined.

    If such a file came again mended, they are superseded.

    Args:
        staged: The landed files.
        outcomes: What became of every line of the others.
    """
    is_mended = pl.col("path").is_in(mended_files(staged.files))
    unusable = _unusable(staged).select(
        "path",
        outcome=pl.when(is_mended).then(pl.lit("superseded")).otherwise(pl.lit("quarantined")),
        reason=pl.when(is_mended).then(pl.lit(MENDED_ROW)).otherwise(pl.lit(UNUSABLE_FILE)),
        row_count="row_count",
    )
    loaded = outcomes.loaded.select(
        "path",
        outcome=pl.lit("loaded"),
        reason=pl.lit(None, dtype=pl.String),
        row_count="row_count",
    )
    others = outcomes.others.select(
        "path", "outcome", "reason", row_count=pl.lit(1, dtype=pl.Int64)
    )
    by_outcome = (
        pl.concat([loaded, others, unusable])
        .group_by("path", "outcome", "reason")
        .agg(pl.col("row_count").sum())
        .filter(pl.col("row_count") > 0)
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
    """One row per row that can't be used, and one, at its first line, per such file.

    ``raw_row`` is null: see :func:`with_raw_rows`.
    """
    rows = outcomes.others.filter(pl.col("outcome") == "quarantined").select(
        "path",
        "line_number",
        "kind",
        "reason",
        pl.col("reason").replace_strict(QUARANTINE_HINTS, return_dtype=pl.String).alias("hint"),
    )
    is_mended = pl.col("path").is_in(mended_files(staged.files))
    files = (
        _unusable(staged)
        .filter(~is_mended)
        .select(
            "path",
            line_number=pl.lit(1, dtype=pl.Int64),
            kind="kind",
            reason=pl.lit(UNUSABLE_FILE),
            hint="hint",
        )
    )
    found = pl.concat([rows, files]).with_columns(raw_row=pl.lit(None, dtype=pl.String))
    return declared(Quarantine, found.sort("path", "line_number"))


def raise_above_quarantine_rate(
    staged: StagedShop, outcomes: Outcomes, *, max_quarantined_rate: float
) -> None:
    """Refuse the shop where more than a share of a file's rows can't be used.

    Rows of a file that mends another one count as those of the other.

    Raises:
        InputDataError: Names the first such file, and its most frequent reason.
    """
    worst = (
        with_original_paths(outcomes.others.filter(pl.col("outcome") == "quarantined"))
        .group_by("path")
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
    facts = (
        *("path", "kind", "content_hash", "byte_count", "row_count"),
        *("encoding", "unmapped_headers"),
    )
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
