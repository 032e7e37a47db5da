"""Columns made from several fields, where any one of them will do."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class OneOf:
    """The first of some fields that a row states."""

    column: str
    fields: tuple[str, ...]
    shared_by: str | None = None
    """Derived column whose rows share a value: a row without one takes that of the others."""


ONE_OF: Mapping[str, tuple[OneOf, ...]] = {
    "orders": (
        OneOf("order_key", ("order_id", "order_name")),
        # Some exports state what belongs to the order on its first row only.
        OneOf("order_date", ("created_at",), shared_by="order_key"),
        OneOf("item_key", ("variant_id", "sku")),
        # Custom items, tips and deleted products have a title and nothing else.
        OneOf("item_name", ("variant_id", "sku", "line_item_name")),
    ),
    "events": (OneOf("event_item", ("product_id", "variant_id", "sku")),),
}


def fields_behind(kind: str, column: str) -> tuple[str, ...]:
    """Canonical fields that a column comes from: itself, if it isn't derived."""
    derived = {entry.column: entry.fields for entry in ONE_OF.get(kind, ())}
    return derived.get(column, (column,))


def with_derived(kind: str, rows: pl.DataFrame, stated_fields: Set[str]) -> pl.DataFrame:
    """The stated fields of a kind, with the columns made from several of them.

    Args:
        kind: Kind of file.
        rows: One row per landed row, text by canonical field.
        stated_fields: Fields that at least one file has a column for; a stated field that
            ``rows`` lacks is null throughout.

    Returns:
        The same rows with the stated fields only, and each derived column that has a field.
    """
    absent = [pl.lit(None, pl.String).alias(field) for field in stated_fields - set(rows.columns)]
    frame = rows.with_columns(absent).select(sorted(stated_fields))
    for entry in ONE_OF.get(kind, ()):
        frame = _with_one_of(frame, entry)
    return frame


def _with_one_of(frame: pl.DataFrame, entry: OneOf) -> pl.DataFrame:
    fields = [field for field in entry.fields if field in frame.columns]
    if not fields:
        return frame
    frame = frame.with_columns(_first_stated(frame, fields).alias(entry.column))
    # Looking up a million lines by their order takes time that most exports needn't spend.
    has_gaps = frame.get_column(entry.column).has_nulls()
    if not has_gaps or entry.shared_by not in frame.columns:
        return frame
    # The largest, so that the order of rows doesn't matter.
    of_group = (
        frame.filter(pl.col(entry.column).is_not_null())
        .group_by(entry.shared_by)
        .agg(_shared=pl.col(entry.column).max())
    )
    joined = frame.join(
        of_group,
        on=entry.shared_by,
        how="left",
        validate="m:1",
        nulls_equal=True,
        maintain_order="left",
    )
    return joined.with_columns(pl.col(entry.column).fill_null(pl.col("_shared"))).drop("_shared")


def _first_stated(frame: pl.DataFrame, fields: Sequence[str]) -> pl.Expr:
    # Most exports state the first field throughout: nothing to look for in the others.
    return pl.coalesce(fields) if frame.get_column(fields[0]).has_nulls() else pl.col(fields[0])
