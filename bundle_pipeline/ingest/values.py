"""Text to values: ids, whole numbers, booleans, words and times. Null where it is no such value."""

from collections.abc import Callable
from datetime import MAXYEAR, MINYEAR

import polars as pl

# Words that exports write where they mean nothing.
_NULL_TOKENS = ("0000-00-00", "1900-01-01", "N/A", "NULL")
_GID_PREFIX = r"^gid://shopify/[A-Za-z]+/"
# A spreadsheet's sign for "this is text"; one that belongs to the label has a partner.
_TEXT_MARK = r"^'([^']+)$"
# 923436123456 in a narrow column of a spreadsheet. "1E5" is a label that a person may have chosen.
_LOST_ID = r"^[0-9](?:[.,][0-9]+[eE]\+?|[eE]\+)[0-9]{1,2}$"
# Pandas writes whole numbers of a column with gaps as "2.0". Beyond 9 digits it is no quantity.
_WHOLE_NUMBER = r"^[+-]?[0-9]{1,9}(\.0*)?$"

# 2024-01-31, then maybe a time to minutes, seconds or a fraction of them, then maybe an offset.
_ISO_TIME = (
    r"^(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ](?<clock>[0-9]{2}:[0-9]{2})(?::(?<seconds>[0-9]{2})(?:\.(?<fraction>[0-9]{1,9}))?)?"
    r" ?(?:Z|(?<sign>[+-])(?<offset_hours>[0-9]{2}):?(?<offset_minutes>[0-9]{2}))?)?$"
)
_CLOCK_FORMAT = "%Y-%m-%d %H:%M:%S"
_PLAIN_TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_PLAIN_TIME_BYTES = len("2025-01-31T10:11:12Z")


def label_text(text: pl.Expr) -> pl.Expr:
    """A label without the apostrophe that spreadsheets put before text: ``'74700`` is 74700."""
    return text.str.replace(_TEXT_MARK, "$1")


def id_text(text: pl.Expr) -> pl.Expr:
    """An id without apostrophe and ``gid://shopify/<Type>/`` prefix, otherwise as it stands."""
    return label_text(text).str.replace(_GID_PREFIX, "")


def is_lost_id(text: pl.Expr) -> pl.Expr:
    """Whether a spreadsheet has rounded the id, as in ``9.23436E+11``: other ids look the same."""
    return text.str.contains(_LOST_ID).fill_null(value=False)


def stated(text: pl.Expr) -> pl.Expr:
    """The text, or null where it is a word for nothing; not for ids, which may be any word."""
    return pl.when(~text.is_in(_NULL_TOKENS)).then(text)


def word(text: pl.Expr) -> pl.Expr:
    """A status in one spelling: ``PARTIALLY_REFUNDED`` and ``Partially refunded`` are one word."""
    return stated(text).str.to_lowercase().str.replace_all(r"[\s_-]+", "_")


def whole_number(text: pl.Expr) -> pl.Expr:
    """A whole number of at most 9 digits; ``2.0`` is one, ``2.5`` is none."""
    digits = pl.when(text.str.contains(_WHOLE_NUMBER)).then(text.str.replace(r"\.0*$", ""))
    return digits.cast(pl.Int64, strict=False)


def is_true(text: pl.Expr) -> pl.Expr:
    """Whether the text is true, 1 or yes; anything else, blank too, isn't."""
    return text.str.to_lowercase().is_in(["true", "1", "yes"]).fill_null(value=False)


def utc_time(text: pl.Expr) -> pl.Expr:
    """A point in time: ISO 8601 with ``T`` or space; a time without an offset is UTC.

    Args:
        text: Times as text, as :mod:`~bundle_pipeline.ingest.spreadsheet_scars` spells them.

    Returns:
        UTC with microseconds; digits beyond are cut off. Null where it is no such time.
    """
    part = stated(text).str.extract_groups(_ISO_TIME).struct.field
    seconds = part("seconds").fill_null("00")
    local = pl.format("{} {}:{}", part("date"), part("clock").fill_null("00:00"), seconds)
    micros = part("fraction").fill_null("0").str.pad_end(6, "0").str.slice(0, 6)
    offset_minutes = pl.when(part("sign") == "-").then(-1).otherwise(1) * (
        _number(part("offset_hours")) * 60 + _number(part("offset_minutes"))
    )
    parsed = local.str.to_datetime(_CLOCK_FORMAT, time_unit="us", strict=False)
    shift = pl.duration(
        microseconds=micros.cast(pl.Int64, strict=False) - offset_minutes * 60_000_000
    )
    return of_calendar(parsed + shift).dt.replace_time_zone("UTC")


def utc_times(texts: pl.Series) -> pl.Series:
    """The times of a column, as :func:`utc_time` reads them."""
    # The spelling of nearly all exports first: the general one takes ten times as long. Of another
    # length are years beyond 9999 and days of one digit, which the parser would take.
    if (texts.str.len_bytes() == _PLAIN_TIME_BYTES).all():
        plain = texts.str.to_datetime(_PLAIN_TIME_FORMAT, time_unit="us", strict=False)
        plain = plain.to_frame("time").select(of_calendar(pl.col("time"))).to_series()
        if plain.null_count() == texts.null_count():
            return plain.dt.replace_time_zone("UTC")
    return of_distinct(texts, utc_time)


def of_distinct(texts: pl.Series, convert: Callable[[pl.Expr], pl.Expr]) -> pl.Series:
    """Few texts on many rows, each converted once; null stays null."""
    distinct = texts.drop_nulls().unique()
    converted = distinct.to_frame("text").select(convert(pl.col("text"))).to_series()
    if len(distinct) == 1 and not texts.has_nulls():
        return converted.new_from_index(0, len(texts)).alias(texts.name)
    return texts.replace_strict(distinct, converted, default=None, return_dtype=converted.dtype)


def of_calendar(time: pl.Expr) -> pl.Expr:
    """The time, or null in years that the standard library has none of: before 1, beyond 9999."""
    return pl.when(time.dt.year().is_between(MINYEAR, MAXYEAR)).then(time)


def _number(digits: pl.Expr) -> pl.Expr:
    return digits.cast(pl.Int64, strict=False).fill_null(0)
