"""What spreadsheets do to exports, undone where it can be: spellings of numbers, times and labels.

- An apostrophe that keeps a label text (``'74700``) goes, from ids, SKUs and order names.
- Numbers are written with a point and without grouping (:mod:`number_spelling`).
- Dates that became serial numbers (``45384.348``) become times again, if all times of the file are
  such numbers: days since 1899-12-30, the 1900 system of every Excel but that of old Macs.

Ids that became ``9.23436E+11`` are lost; :func:`bundle_pipeline.ingest.values.is_lost_id` tells.
"""

from dataclasses import dataclass

import polars as pl

from bundle_pipeline.ingest.number_spelling import (
    DecimalTraces,
    decimal_traces,
    plain_number,
)
from bundle_pipeline.ingest.values import label_text, stated

_NUMBER_FIELDS = frozenset(
    {
        "subtotal", "discount", "shipping", "taxes", "total", "basket_value", "basket_item_count",
        "basket_line_count", "line_item_quantity", "original_unit_price", "line_discount",
        "discounted_total", "price", "compare_at_price", "cost", "available", "available_total",
    }
)  # fmt: skip
_LABEL_FIELDS = frozenset({"sku", "order_name"})
_SERIAL = r"^[0-9]{5}(?:[.,][0-9]+)?$"
# 1990-01-01 and 2100-01-01: what lies outside isn't the time of an online shop's order.
_FIRST_SERIAL, _END_SERIAL = 32_874, 73_051
_SERIAL_EPOCH = pl.datetime(1899, 12, 30)
_SECONDS_PER_DAY = 86_400


@dataclass(frozen=True)
class SpellingTraces:
    """What the rows of a file show of its spelling. Parts of a file add up by ``|``."""

    decimal: DecimalTraces
    has_serials: bool
    has_other_times: bool

    def __or__(self, other: "SpellingTraces") -> "SpellingTraces":
        """What two parts of a file show together."""
        return SpellingTraces(
            self.decimal | other.decimal,
            self.has_serials or other.has_serials,
            self.has_other_times or other.has_other_times,
        )


def with_mended_spelling(rows: pl.DataFrame, *, delimiter: str) -> pl.DataFrame:
    """The rows of one whole file in one spelling.

    Args:
        rows: Text by field name, null where blank.
        delimiter: What separates the cells of the file.
    """
    return mended(rows, spelling_traces(rows), delimiter=delimiter)


def spelling_traces(rows: pl.DataFrame) -> SpellingTraces:
    """What these rows, all of a file or a part, show of its spelling."""
    # Most exports leave most of the many columns blank, and there is nothing to see in them.
    filled = [column for column in rows.iter_columns() if column.null_count() < len(column)]
    is_serial = [
        column.unique().to_frame().select(_is_serial(stated(pl.col(column.name))))
        for column in filled
        if _is_time(column.name)
    ]
    seen = {value for column in is_serial for value in column.to_series().unique()}
    numbers = [column.unique() for column in filled if column.name in _NUMBER_FIELDS]
    return SpellingTraces(decimal_traces(numbers), True in seen, False in seen)


def mended(rows: pl.DataFrame, traces: SpellingTraces, *, delimiter: str) -> pl.DataFrame:
    """Rows of a file in one spelling, given what all of its rows show.

    Args:
        rows: Text by field name, null where blank.
        traces: What the whole file shows.
        delimiter: What separates the cells of the file.
    """
    are_times_serial = traces.has_serials and not traces.has_other_times
    spelled = list[pl.Series]()
    for column in rows.iter_columns():
        text = pl.col(column.name)
        if column.name in _NUMBER_FIELDS:
            sign = traces.decimal.sign
            number = plain_number(text, decimal=sign, is_point_usual=delimiter == ",")
            spelled.append(_respelled(column, number))
        elif are_times_serial and _is_time(column.name):
            spelled.append(_respelled(column, _serial_time(text)))
        elif _is_label(column.name) and column.str.starts_with("'").any():
            spelled.append(_respelled(column, label_text(text)))
    return rows.with_columns(spelled)


def has_commas_in_numbers(rows: pl.DataFrame) -> bool:
    """Whether a number is written with a comma."""
    names = [name for name in rows.columns if name in _NUMBER_FIELDS]
    return any(rows.get_column(name).str.contains(",", literal=True).any() for name in names)


def _respelled(column: pl.Series, spelling: pl.Expr) -> pl.Series:
    # Each distinct text once, and only what changes: a number is taken apart by a slow pattern.
    distinct = column.unique().to_frame().select(column.name, _spelled=spelling)
    changed = distinct.filter(pl.col(column.name) != pl.col("_spelled"))
    return (
        column.replace(changed.get_column(column.name), changed.get_column("_spelled"))
        if changed.height
        else column
    )


def _is_label(name: str) -> bool:
    return name in _LABEL_FIELDS or name.endswith("_id")


def _is_time(name: str) -> bool:
    return name.endswith(("_at", "last_inventory_update"))


def _days(text: pl.Expr) -> pl.Expr:
    digits = pl.when(text.str.contains(_SERIAL)).then(text.str.replace(",", ".", literal=True))
    return digits.cast(pl.Float64, strict=False)


def _is_serial(text: pl.Expr) -> pl.Expr:
    """Null where there is no text."""
    in_range = _days(text).is_between(_FIRST_SERIAL, _END_SERIAL, closed="left")
    return pl.when(text.is_not_null()).then(in_range.fill_null(value=False))


def _serial_time(text: pl.Expr) -> pl.Expr:
    # Whole seconds: a serial's digits aren't exact below.
    seconds = (_days(text) * _SECONDS_PER_DAY).round(0).cast(pl.Int64)
    return (_SERIAL_EPOCH + pl.duration(seconds=seconds)).dt.strftime("%Y-%m-%dT%H:%M:%S")
