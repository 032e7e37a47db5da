"""What became of every row that came in."""

import dataframely as dy
import polars as pl

from bundle_pipeline.schemas.base import Frame, count, one_of

OUTCOMES = ("loaded", "superseded", "excluded", "quarantined")
VERSION_OUTCOMES = ("read", "unusable")
FILE_KINDS = ("orders", "variants", "inventory", "catalog", "events", "settings", "marker")

_REASON: dict[str, dy.Column] = {
    "outcome": dy.String(),
    "reason": dy.String(),
    "row_count": dy.Int64(min=1),
}


class IngestLedger(Frame):
    """Landed files of one shop and what became of their rows."""

    name = "ingest_ledger"
    one_row = "One landed file: its rows in, and how many went where."

    path = dy.String(primary_key=True, description="Object key below the shop's landing folder")
    kind = dy.String(
        nullable=True, description="orders, variants, inventory, catalog, events; else null"
    )
    content_hash = dy.String(description="BLAKE3 of its bytes, hexadecimal, as b3sum prints it")
    byte_count = count(description="Size in bytes")
    row_count = count(description="Data rows in")
    loaded_count = count(description="Rows that are in a frame")
    superseded_count = count(description="Rows replaced by a later row of the same key")
    excluded_count = count(description="Rows left out by a named rule")
    quarantined_count = count(description="Rows that can't be used; see quarantine")
    reasons = dy.List(
        dy.Struct(_REASON),
        description="Rule or reason with its rows, for all that isn't loaded",
    )
    encoding = dy.String(
        nullable=True,
        description="Encoding that a recognised file was read in; two where both are possible",
    )
    unmapped_headers = dy.List(dy.String(), description="Headers that no alias knows")

    @dy.rule()
    def rows_are_conserved(cls) -> pl.Expr:
        """Every row in is loaded, superseded, excluded or quarantined."""
        out = pl.sum_horizontal(
            "loaded_count", "superseded_count", "excluded_count", "quarantined_count"
        )
        return pl.col("row_count") == out


class LandedVersions(Frame):
    """Every version of a landed file that a run has used; rows are added, never changed.

    The only frame that a rebuild can't make anew: replaced versions aren't landed any more.
    """

    name = "landed_versions"
    one_row = "One version of a landed file: what it held, and which run used it first."

    path = dy.String(primary_key=True, description="Object key below the shop's landing folder")
    version = dy.String(primary_key=True, description="The store's tag of the content (ETag)")
    kind = dy.String(
        nullable=True, description="orders, variants, inventory, catalog, events; else null"
    )
    content_hash = dy.String(description="BLAKE3 of its bytes, hexadecimal, as b3sum prints it")
    byte_count = count(description="Size in bytes")
    row_count = count(description="Data rows in")
    outcome = one_of(VERSION_OUTCOMES, description="Whether its rows were used")
    problem = dy.String(nullable=True, description="Code of why it couldn't be used, if so")
    run_id = dy.String(description="The run that used it first")


class Quarantine(Frame):
    """Rows of one shop that can't be used."""

    name = "quarantine"
    one_row = "One row that can't be used: where it stands, why, and what to do."

    path = dy.String(primary_key=True, description="Object key below the shop's landing folder")
    line_number = dy.Int64(primary_key=True, min=1, description="Line in the file, from 1")
    kind = dy.String(nullable=True, description="Kind of the file, if recognised")
    reason = dy.String(description="Stable code, such as quantity_not_a_number")
    hint = dy.String(description="What was found, what was expected, what to do")
    raw_row = dy.String(
        nullable=True,
        description="Its cells by header as JSON, as they stand in the file; what may be personal "
        "is masked. Of a row that doesn't fit its header, the number of its cells",
    )
