"""Which rows of an order come from one export, so that what is listed twice there counts twice.

An export may list an item several times in one order, and another delivery of the order lists it
again. Without ids of lines only the export tells the two apart.
"""

from collections.abc import Iterable

import polars as pl

from bundle_pipeline.ingest.export_names import originals, part_number, snapshot_name


def with_export(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``_export``: the file in which the export of the row's order begins.

    It is the row's own file but for two cases. Mended rows belong to the file that they mend. And
    rows whose order begins in another file (``has_order_facts`` is ``false``) belong to the nearest
    earlier part of the same export that has the order's beginning: a delivery that comes again has
    a beginning of its own. Exports that state the order on every row say the same of its rest as of
    a second delivery; there each file is an export.

    Args:
        rows: Staged text of orders with their ids.
    """
    files = _files(rows.get_column("_path").unique())
    named = rows.join(files, on="_path", how="left", validate="m:1", maintain_order="left")
    goes_on = (pl.col("has_order_facts") == "false").fill_null(value=False)
    if named.select(goes_on.any()).item():
        named = _with_beginnings(named, goes_on)
    return named.drop("_snapshot", "_part")


def _files(paths: Iterable[str]) -> pl.DataFrame:
    landed = sorted(paths)
    mended = originals(landed)
    exports = [mended.get(path, path) for path in landed]
    return pl.DataFrame(
        {
            "_path": landed,
            "_export": exports,
            "_snapshot": [snapshot_name(path) for path in exports],
            "_part": [part_number(path) for path in exports],
        },
        schema={
            "_path": pl.String,
            "_export": pl.String,
            "_snapshot": pl.String,
            "_part": pl.Int64,
        },
    )


def _with_beginnings(rows: pl.DataFrame, goes_on: pl.Expr) -> pl.DataFrame:
    order = ["order_id", "_snapshot"]
    beginnings = (
        rows.filter(~goes_on)
        .select(*order, "_part", _beginning="_export")
        .sort("_part", "_beginning")
        .unique([*order, "_part"], keep="first", maintain_order=True)
    )
    placed = rows.with_row_index("_place")
    begun = (
        placed.filter(goes_on)
        .sort("_part")
        .join_asof(beginnings, on="_part", by=order, check_sortedness=False)
        .select("_place", "_beginning")
    )
    return (
        placed.join(begun, on="_place", how="left", validate="1:1", maintain_order="left")
        .with_columns(_export=pl.coalesce("_beginning", "_export"))
        .drop("_place", "_beginning")
    )
