"""Parsed cells of a file to rows of text under canonical names, for each kind that it holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from bundle_pipeline.ingest.aliases import FileKind, kind_aliases
from bundle_pipeline.ingest.csv_rows import CsvRows
from bundle_pipeline.ingest.customers import identity_text
from bundle_pipeline.ingest.dialects import Dialect
from bundle_pipeline.ingest.reshapes import RESHAPES
from bundle_pipeline.ingest.reshapes.reshaped import OF_HEADER

_REJECTED = ("_path", "_line_number", "outcome", "reason")


@dataclass(frozen=True)
class FileRows:
    """Rows of one kind of a recognised file.

    ``rows`` has every field of the kind that may be read, as text without outer whitespace (null
    where absent or blank), ``_path``, ``_line_number``, and ``_customer``: what tells customers
    apart, as text. ``left_out`` has ``_path``, ``_line_number``, ``outcome`` and ``reason`` of
    lines of the file that give no row; a file of several kinds lists them with its first.
    """

    kind: FileKind
    path: str
    rows: pl.DataFrame
    left_out: pl.DataFrame
    stated_fields: frozenset[str]


def plain_rows(
    kind: FileKind, parsed: CsvRows, *, columns: Mapping[str, tuple[int, ...]], path: str
) -> FileRows:
    """Rows of a file in which each line is a row of the kind, with every fact in it.

    Args:
        kind: Kind of the file.
        parsed: Its cells.
        columns: Positions of the columns of each field, best first.
        path: Its key below the shop's folder.
    """
    return _file_rows(
        kind,
        parsed.rows.select(
            **{
                name: _first_stated(columns[name]) for name in _read_fields(kind) if name in columns
            },
            _line_number="_line_number",
            _customer=_customer(kind_aliases(kind).customer, columns),
        ),
        left_out=_rejected(parsed),
        stated_fields=frozenset(columns),
        path=path,
    )


def reshaped_rows(
    dialect: Dialect,
    parsed: CsvRows,
    *,
    header: Sequence[str],
    columns: Mapping[str, tuple[int, ...]],
    path: str,
) -> list[FileRows]:
    """Rows of each kind that an export of a dialect holds.

    Args:
        dialect: What the file is.
        parsed: All of its cells.
        header: Its header cells.
        columns: Positions of the columns of each field, best first.
        path: Its key below the shop's folder.
    """
    named = {position for positions in columns.values() for position in positions}
    rest = {
        f"{OF_HEADER}{name}": f"c{position}"
        for position, name in enumerate(header)
        if dialect.rest and position not in named
    }
    fields = {
        name: _first_stated(columns.get(name, ()))
        for name in dialect.fields
        if name not in dialect.customer
    }
    customer = {"_customer": _customer(dialect.customer, columns)} if dialect.customer else {}
    cells = parsed.rows.select(**rest, **fields, **customer, _line_number="_line_number")
    reshaped = RESHAPES[dialect.reshape](cells)
    left_out = pl.concat([_rejected(parsed), reshaped.left_out])
    return [
        _file_rows(
            kind,
            rows,
            left_out=left_out if kind == dialect.gives[0] else left_out.clear(),
            stated_fields=frozenset(rows.columns) & frozenset(_read_fields(kind)),
            path=path,
        )
        for kind, rows in reshaped.rows.items()
    ]


def _file_rows(
    kind: FileKind,
    rows: pl.DataFrame,
    *,
    left_out: pl.DataFrame,
    stated_fields: frozenset[str],
    path: str,
) -> FileRows:
    # One column of nothing for all absent fields: each of its own takes memory, and time to fill.
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, rows.height)
    here = {column.name: column for column in rows.iter_columns()}
    fields = [here.get(name, nothing).cast(pl.String).alias(name) for name in _read_fields(kind)]
    located = pl.Series("_path", [path]).new_from_index(0, rows.height), here["_line_number"]
    return FileRows(
        kind=kind,
        path=path,
        rows=pl.DataFrame([*fields, *located, here.get("_customer", nothing).alias("_customer")]),
        left_out=left_out.select(_path=pl.lit(path), **{n: n for n in _REJECTED[1:]}),
        stated_fields=stated_fields,
    )


def _rejected(parsed: CsvRows) -> pl.DataFrame:
    return parsed.rejected.select("_line_number", outcome=pl.lit("quarantined"), reason="reason")


def _read_fields(kind: FileKind) -> tuple[str, ...]:
    return kind_aliases(kind).read_fields


def _customer(fields: Sequence[str], columns: Mapping[str, tuple[int, ...]]) -> pl.Expr:
    identities = [_first_stated(columns[name]) for name in fields if name in columns]
    if len(identities) > 1:
        # The first that tells somebody apart: not a word for nothing, nor an id that is lost.
        return pl.coalesce(identity_text(identity) for identity in identities)
    return identities[0] if identities else pl.lit(None, dtype=pl.String)


def _first_stated(columns: tuple[int, ...]) -> pl.Expr:
    if not columns:
        return pl.lit(None, dtype=pl.String)
    return (
        pl.coalesce(*(f"c{column}" for column in columns))
        if columns[1:]
        else pl.col(f"c{columns[0]}")
    )
