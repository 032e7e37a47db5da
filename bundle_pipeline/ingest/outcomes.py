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

VERDICT_SCHEMA = {
    "path": pl.String,
    "line_number": pl.Int64,
    "kind": pl.String,
    "outcome": pl.String,
    "reason": pl.String,
}


LOADED_SCHEMA = {"path": pl.String, "kind": pl.String, "row_count": pl.Int64}


@dataclass(frozen=True)
class Outcomes:
    """What became of many lines. They add up.

    Attributes:
        loaded: Lines that were loaded, by ``path`` and ``kind``: nearly all, so they are counted.
        others: Verdicts of all other lines.
    """

    loaded: pl.DataFrame
    others: pl.DataFrame

    def joined(self, *more: "Outcomes") -> "Outcomes":
        """What became of these lines and of more."""
        return Outcomes(
            pl.concat([self.loaded, *(outcomes.loaded for outcomes in more)]),
            pl.concat([self.others, *(outcomes.others for outcomes in more)]),
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
    """What became of each row: ``path``, ``line_number``, ``kind``, ``outcome`` and ``reason``.

    The reason is null where the row is loaded.
    """
    return rows.select(
        pl.col("_path").alias("path"),
        pl.col("_line_number").alias("line_number"),
        pl.lit(kind).alias("kind"),
        pl.col("outcome").fill_null(_LOADED),
        "reason",
    )


def no_outcomes() -> Outcomes:
    """What became of no lines."""
    return Outcomes(pl.DataFrame(schema=LOADED_SCHEMA), pl.DataFrame(schema=VERDICT_SCHEMA))


def outcomes_of(decided: pl.DataFrame) -> Outcomes:
    """What became of some lines, of which these are all the verdicts.

    A line that gives several rows (a product with its variant, stock at several locations) counts
    once, as what became of the best of them.
    """
    best_first = pl.col("outcome").cast(pl.Enum(OUTCOMES))
    lines = decided.sort(best_first, maintain_order=True).unique(
        ["path", "line_number"], keep="first", maintain_order=True
    )
    is_loaded = pl.col("outcome") == _LOADED
    loaded = lines.filter(is_loaded).group_by("path", "kind").agg(row_count=pl.len())
    return Outcomes(
        loaded.cast({"row_count": pl.Int64}).sort("path", "kind"),
        lines.filter(~is_loaded).sort("path", "line_number"),
    )


def _decided(rows: pl.DataFrame, outcome: str, rules: Sequence[Rule]) -> pl.DataFrame:
    nothing = pl.lit(None, dtype=pl.String)
    first = rows.select(
        pl.coalesce(*(pl.when(rule.applies).then(pl.lit(rule.reason)) for rule in rules), nothing)
    ).to_series()
    if first.null_count() == len(first):
        return rows
    applies = is_undecided() & pl.lit(first).is_not_null()
    return rows.with_columns(
        outcome=pl.when(applies).then(pl.lit(outcome)).otherwise("outcome"),
        reason=pl.when(applies).then(first).otherwise("reason"),
    )
