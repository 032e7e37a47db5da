"""What spreadsheets do to exports, undone where it can be: spellings of numbers, times and labels.

- An apostrophe that keeps a label text (``'74700``) goes, from ids, SKUs and order names.
- Numbers are written with a point and without grouping (:mod:`number_spelling`).
- Dates that became serial numbers (``45384.348``) become times again, if all times of the file are
  such numbers: days since 1899-12-30, the 1900 system of every Excel but that of old Macs.
- Dates with slashes are written year first. They are month first, unless a date of the same file
  can only be day first; where a file has both for certain, a date that can be read either way stays
  as it is, since a guess would move orders between months.

Ids that became ``9.23436E+11`` are lost; :func:`bundle_pipeline.ingest.values.is_lost_id` tells.
"""

from dataclasses import dataclass

import polars as pl

from bundle_pipeline.ingest.number_spelling import (
    DecimalTraces,
    decimal_traces,
    is_plain_number,
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
# 1/31/2024 or 31/1/2024, then maybe a time to minutes or seconds.
_SLASHED_TIME = (
    r"^(?<first>[0-9]{1,2})/(?<second>[0-9]{1,2})/(?<year>[0-9]{4})"
    r"(?: (?<clock>[0-9]{1,2}:[0-9]{2})(?::(?<seconds>[0-9]{2}))?)?$"
)
_MONTHS = 12
_ISO_FORMAT = "%Y-%m-%dT%H:%M:%S"


@dataclass(frozen=True)
class SpellingTraces:
    """What the rows of a file show of its spelling. Parts of a file add up by ``|``."""

    decimal: DecimalTraces
    has_serials: bool
    has_other_times: bool
    has_day_first: bool
    has_month_first: bool

    def __or__(self, other: "SpellingTraces") -> "SpellingTraces":
        """What two parts of a file show together."""
        return SpellingTraces(
            self.decimal | other.decimal,
            self.has_serials or other.has_serials,
            self.has_other_times or other.has_other_times,
            self.has_day_first or other.has_day_first,
            self.has_month_first or other.has_month_first,
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
    times = [column.unique().rename("time") for column in filled if _is_time(column.name)]
    text = stated(pl.col("time"))
    part = text.str.extract_groups(_SLASHED_TIME).struct.field
    seen = pl.concat([pl.Series("time", [], dtype=pl.String), *times]).to_frame()
    shown = seen.select(
        serial=_is_serial(text).any(),
        other=(~_is_serial(text)).any(),
        day_first=(_number(part("first")) > _MONTHS).any(),
        month_first=(_number(part("second")) > _MONTHS).any(),
    )
    numbers = [column.unique() for column in filled if column.name in _NUMBER_FIELDS]
    return SpellingTraces(decimal_traces(numbers), *shown.row(0))


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
            spelled.append(_with_plain_numbers(column, traces, delimiter))
        elif are_times_serial and _is_time(column.name):
            spelled.append(_respelled(column, _serial_time(text)))
        elif _is_time(column.name) and column.str.contains("/", literal=True).any():
            spelled.append(_respelled(column, _year_first(text, traces)))
        elif _is_label(column.name) and column.str.starts_with("'").any():
            spelled.append(_respelled(column, label_text(text)))
    return rows.with_columns(spelled)


def has_commas_in_numbers(rows: pl.DataFrame) -> bool:
    """Whether a number is written with a comma."""
    names = [name for name in rows.columns if name in _NUMBER_FIELDS]
    return any(rows.get_column(name).str.contains(",", literal=True).any() for name in names)


def _with_plain_numbers(column: pl.Series, traces: SpellingTraces, delimiter: str) -> pl.Series:
    # Only others are taken apart, each distinct text once: that takes a slow pattern.
    text, sign, is_point_usual = pl.col(column.name), traces.decimal.sign, delimiter == ","
    is_plain = is_plain_number(text, decimal=sign, is_point_usual=is_point_usual)
    others = column.unique().to_frame().filter(~is_plain)
    if others.is_empty():
        return column
    number = plain_number(text, decimal=sign, is_point_usual=is_point_usual)
    return _replaced(column, others, number)


def _respelled(column: pl.Series, spelling: pl.Expr) -> pl.Series:
    return _replaced(column, column.unique().to_frame(), spelling)


def _replaced(column: pl.Series, distinct: pl.DataFrame, spelling: pl.Expr) -> pl.Series:
    """The column with some of its distinct texts spelled otherwise."""
    spelled = distinct.select(column.name, _spelled=spelling)
    changed = spelled.filter(pl.col(column.name) != pl.col("_spelled"))
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
    return (_SERIAL_EPOCH + pl.duration(seconds=seconds)).dt.strftime(_ISO_FORMAT)


def _year_first(text: pl.Expr, traces: SpellingTraces) -> pl.Expr:
    part = text.str.extract_groups(_SLASHED_TIME).struct.field
    first, second = _number(part("first")), _number(part("second"))
    is_unclear = (first <= _MONTHS) & (second <= _MONTHS) & (first != second)
    is_day_first = (first > _MONTHS) | (is_unclear & traces.has_day_first)
    day = pl.when(is_day_first).then(first).otherwise(second)
    month = pl.when(is_day_first).then(second).otherwise(first)
    clock = pl.format("{}:{}", part("clock").fill_null("00:00"), part("seconds").fill_null("00"))
    local = pl.format("{}-{}-{} {}", part("year"), month, day, clock)
    time = local.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False)
    is_contradicted = traces.has_day_first and traces.has_month_first
    can_be_read = time.is_not_null() & ~(is_unclear & is_contradicted)
    return pl.when(can_be_read).then(time.dt.strftime(_ISO_FORMAT)).otherwise(text)


def _number(digits: pl.Expr) -> pl.Expr:
    return digits.cast(pl.Int64, strict=False).fill_null(0)
