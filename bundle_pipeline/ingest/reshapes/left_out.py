"""Lines of an export that give no row, each with the rule or reason."""

from collections.abc import Sequence

import polars as pl

from bundle_pipeline.ingest.outcomes import Rule, excluded, is_undecided, quarantined


def judged(
    cells: pl.DataFrame, *, exclude: Sequence[Rule] = (), quarantine: Sequence[Rule] = ()
) -> pl.DataFrame:
    """Decide lines that give no row: wholly blank ones, then by the rules.

    Args:
        cells: Text of an export, and ``_line_number``.
        exclude: Rules of lines that are fine and hold nothing of the kinds.
        quarantine: Rules of lines that can't be used.
    """
    nothing = pl.lit(None, dtype=pl.String)
    is_blank = pl.all_horizontal(pl.exclude("_line_number").is_null())
    blank = cells.select(pl.all(), _is_blank=is_blank, outcome=nothing, reason=nothing)
    return (
        blank.pipe(excluded, [Rule("blank_row", pl.col("_is_blank")), *exclude])
        .pipe(quarantined, quarantine)
        .drop("_is_blank")
    )


def used(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines that no rule of :func:`judged` applies to."""
    return lines.filter(is_undecided())


def left_out(lines: pl.DataFrame) -> pl.DataFrame:
    """The other lines, as ``Reshaped.left_out`` has them."""
    return lines.filter(~is_undecided()).select("_line_number", "outcome", "reason")
