"""Shapes of text: what a number, an amount and a date look like in an export.

The patterns are for text without blanks around it. Three engines read them (Python, RE2 and Rust),
so they use only what all read the same way: no look-around, and classes spelled out. Pandas hands
a pattern with a class for blanks to Python, row by row, which takes ten times as long.
"""

import polars as pl

# Pandas writes 2 as 2.0 in a column with gaps.
WHOLE_NUMBER = r"^[-+]?[0-9]+(?:\.0*)?$"

# A point before decimals, no grouping, no currency: 1.234 is one thousand in half of the world, so
# ingest doesn't guess either.
AMOUNT = r"^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)$"

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
    return pl.when(text.str.contains(AMOUNT)).then(text).cast(pl.Float64, strict=False)
