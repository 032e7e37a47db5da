"""Shapes of text: what a number, an amount and a date look like in an export.

The patterns are for text without blanks around it. Three engines read them (Python, RE2 and Rust),
so they use only what all read the same way: no look-around, and classes spelled out. Pandas hands
a pattern with a class for blanks to Python, row by row, which takes ten times as long.
"""

import polars as pl

# Pandas writes 2 as 2.0 in a column with gaps.
WHOLE_NUMBER = r"^[-+]?[0-9]+(?:\.0*)?$"

# As ingest spells it: a currency sign if the file has one, a point before decimals, no grouping.
# What has two readings it doesn't guess, and leaves as it is.
_CURRENCY_SIGN = "^[€$£¥₹₩₺₽₪₫฿₱₴₦]"
AMOUNT = rf"{_CURRENCY_SIGN}?[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)$"

# Year first, or slashes; whether day or month comes first then, and whether there is such a day,
# is for ingest to say.
DATE = "^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}/[0-9]{1,2}/[0-9]{4})(?:$|[T ])"


def one_of_words(*words: str) -> str:
    """Pattern of one of some words, in any case, with space, hyphen or underscore between parts."""
    return f"^(?i:{'|'.join(word.replace('_', '[ _-]?') for word in words)})$"


def number(text: pl.Expr) -> pl.Expr:
    """An amount's value, to compare with a bound; money itself is parsed exactly, in ingest.

    Args:
        text: Text without blanks around it.

    Returns:
        Float64; null where the text isn't an ``AMOUNT``.
    """
    digits = text.str.replace(_CURRENCY_SIGN, "")
    return pl.when(text.str.contains(AMOUNT)).then(digits).cast(pl.Float64, strict=False)
