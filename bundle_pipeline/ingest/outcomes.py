"""What becomes of each row: exactly one of loaded, superseded, excluded and quarantined.

Rows carry their outcome as a column from the start: null while nothing has been decided, and a rule
decides only where nothing has been. What is null at the end is loaded, so no row can be lost or
counted twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from bundle_pipeline.ingest.aliases import FileKind, kind_aliases
from bundle_pipeline.schemas.ingest import OUTCOMES

_LOADED, _SUPERSEDED, _EXCLUDED, _QUARANTINED = OUTCOMES
# Evidence holds keys and numbers, but in a row that has slipped a column it may be anything.
_MAIL_LIKE = r"\S@\S"
_MASK = "(hidden: has an @)"

VERDICT_SCHEMA = {
    "path": pl.String,
    "line_number": pl.Int64,
    "kind": pl.String,
    "outcome": pl.String,
    "reason": pl.String,
    "fields": pl.String,
}


COUNT_SCHEMA = {
    "path": pl.String,
    "kind": pl.String,
    "outcome": pl.String,
    "reason": pl.String,
    "row_count": pl.Int64,
}


@dataclass(frozen=True)
class Outcomes:
    """What became of many rows, without a record of each. They add up.

    Attributes:
        counts: Rows by ``path``, ``kind``, ``outcome`` and ``reason``.
        quarantined: Verdicts of those that can't be used.
    """

    counts: pl.DataFrame
    quarantined: pl.DataFrame

    def joined(self, *others: "Outcomes") -> "Outcomes":
        """What became of these rows and of others."""
        return Outcomes(
            pl.concat([self.counts, *(other.counts for other in others)]),
            pl.concat([self.quarantined, *(other.quarantined for other in others)]),
        )


@dataclass(frozen=True)
class Rule:
    """A reason, and the rows that it applies to; where that is null, it doesn't."""

    reason: str
    applies: pl.Expr


def undecided(rows: pl.DataFrame, kind: FileKind) -> pl.DataFrame:
    """Rows of text with an empty ``outcome`` and ``reason``; wholly blank rows are left out."""
    nothing = pl.lit(None, dtype=pl.String)
    is_blank = pl.all_horizontal(pl.col(kind_aliases(kind).read_fields).is_null())
    rows = rows.with_columns(outcome=nothing, reason=nothing)
    return excluded(rows, [Rule("blank_row", is_blank)])


def is_undecided() -> pl.Expr:
    """Whether no rule has applied to the row so far."""
    return pl.col("outcome").is_null()


def quarantined(rows: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    """Decide rows that can't be used; where several rules apply, the first gives the reason."""
    return _decided(rows, _QUARANTINED, rules)


def excluded(rows: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    """Decide rows that are fine and left out by a named rule; the first gives the reason."""
    return _decided(rows, _EXCLUDED, rules)


def replaced(rows: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    """Decide rows that others say better; the first rule that applies gives the reason."""
    return _decided(rows, _SUPERSEDED, rules)


def superseded(rows: pl.DataFrame, *key: str) -> pl.DataFrame:
    """Decide rows of which a later one with the same key is there.

    Args:
        rows: Rows from the earliest to the latest.
        key: Columns that name what a row is about.
    """
    placed = rows.with_row_index("_place")
    latest = pl.when(is_undecided()).then("_place").max().over(key)
    rules = [Rule("later_row", pl.col("_place") < latest)]
    return _decided(placed, _SUPERSEDED, rules).drop("_place")


def verdicts(rows: pl.DataFrame, kind: FileKind) -> pl.DataFrame:
    """What became of each row, and the evidence of those that can't be used.

    Returns:
        One row per row: ``path``, ``line_number``, ``kind``, ``outcome``, ``reason`` (null where
        loaded) and ``fields`` (JSON of keys and numbers where quarantined, else null).
    """
    texts = pl.col(kind_aliases(kind).evidence)
    evidence = pl.when(texts.str.contains(_MAIL_LIKE)).then(pl.lit(_MASK)).otherwise(texts)
    is_quarantined = pl.col("outcome") == _QUARANTINED
    # By place: a line may give several rows.
    placed = rows.with_row_index("_place")
    decided = placed.select(
        "_place",
        pl.col("_path").alias("path"),
        pl.col("_line_number").alias("line_number"),
        pl.lit(kind).alias("kind"),
        pl.col("outcome").fill_null(_LOADED),
        "reason",
    )
    shown = placed.filter(is_quarantined).select(
        "_place",
        pl.struct(evidence.name.keep()).struct.json_encode().alias("fields"),
    )
    return decided.join(shown, on="_place", how="left", validate="1:1").select(list(VERDICT_SCHEMA))


def no_outcomes() -> Outcomes:
    """What became of no rows."""
    return Outcomes(pl.DataFrame(schema=COUNT_SCHEMA), pl.DataFrame(schema=VERDICT_SCHEMA))


def outcomes_of(decided: pl.DataFrame) -> Outcomes:
    """What became of some lines, of which these are all the verdicts.

    A line that gives several rows (a product with its variant, stock at several locations) counts
    once, as what became of the best of them.
    """
    best_first = pl.col("outcome").cast(pl.Enum(OUTCOMES))
    lines = decided.sort(best_first, maintain_order=True).unique(
        ["path", "line_number"], keep="first", maintain_order=True
    )
    counts = lines.group_by("path", "kind", "outcome", "reason").agg(
        row_count=pl.len().cast(pl.Int64)
    )
    return Outcomes(
        counts.select(list(COUNT_SCHEMA)).sort(list(COUNT_SCHEMA)),
        lines.filter(pl.col("outcome") == _QUARANTINED).sort("path", "line_number"),
    )


def _decided(rows: pl.DataFrame, outcome: str, rules: Sequence[Rule]) -> pl.DataFrame:
    nothing = pl.lit(None, dtype=pl.String)
    first = pl.coalesce(
        *(pl.when(rule.applies).then(pl.lit(rule.reason)) for rule in rules), nothing
    )
    rows = rows.with_columns(_first=first)
    applies = is_undecided() & pl.col("_first").is_not_null()
    return rows.with_columns(
        outcome=pl.when(applies).then(pl.lit(outcome)).otherwise("outcome"),
        reason=pl.when(applies).then("_first").otherwise("reason"),
    ).drop("_first")
