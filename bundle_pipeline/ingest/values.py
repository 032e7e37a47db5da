"""Text to values: ids, whole numbers, booleans, words and times. Null where it is no such value."""

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
# 1/31/2024 or 31/1/2024, then maybe a time to minutes or seconds.
_SLASHED_TIME = (
    r"^(?<first>[0-9]{1,2})/(?<second>[0-9]{1,2})/(?<year>[0-9]{4})"
    r"(?: (?<clock>[0-9]{1,2}:[0-9]{2})(?::(?<seconds>[0-9]{2}))?)?$"
)
_CLOCK_FORMAT = "%Y-%m-%d %H:%M:%S"
_MONTHS = 12


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


def utc_time(text: pl.Expr, *, file: str) -> pl.Expr:
    """A point in time: ISO 8601 with ``T`` or space, or dates with slashes.

    A time without an offset is UTC. Dates with slashes are month first, unless a date of the same
    file can only be day first; where a file has both for certain, a date that can be read either
    way is null, since a guess would move orders between months.

    Args:
        text: Times as text.
        file: Column that names the file of each row.

    Returns:
        UTC with microseconds; digits beyond are cut off. Null where it is no such time.
    """
    given = stated(text)
    return pl.coalesce(iso_time(given), _slashed_time(given, file))


def iso_time(text: pl.Expr) -> pl.Expr:
    """A point in time: ISO 8601 with ``T`` or space, UTC without an offset; else null."""
    part = text.str.extract_groups(_ISO_TIME).struct.field
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
    return (parsed + shift).dt.replace_time_zone("UTC")


def _slashed_time(text: pl.Expr, file: str) -> pl.Expr:
    part = text.str.extract_groups(_SLASHED_TIME).struct.field
    first, second = _number(part("first")), _number(part("second"))
    some_day_first = (first > _MONTHS).any().over(file)
    some_month_first = (second > _MONTHS).any().over(file)
    is_unclear = (first <= _MONTHS) & (second <= _MONTHS) & (first != second)
    is_day_first = (first > _MONTHS) | (is_unclear & some_day_first)
    day = pl.when(is_day_first).then(first).otherwise(second)
    month = pl.when(is_day_first).then(second).otherwise(first)
    clock = pl.format("{}:{}", part("clock").fill_null("00:00"), part("seconds").fill_null("00"))
    local = pl.format("{}-{}-{} {}", part("year"), month, day, clock)
    parsed = local.str.to_datetime(_CLOCK_FORMAT, time_unit="us", strict=False)
    readable = ~(is_unclear & some_day_first & some_month_first)
    return pl.when(readable & part("year").is_not_null()).then(parsed).dt.replace_time_zone("UTC")


def _number(digits: pl.Expr) -> pl.Expr:
    return digits.cast(pl.Int64, strict=False).fill_null(0)
