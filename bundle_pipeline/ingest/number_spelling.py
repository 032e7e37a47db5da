"""How a file writes numbers: its decimal sign, and each number with a point and without grouping.

The decimal sign is a file's, not a cell's: ``1,234`` is one thousand in one country and one and a
bit in another. It is known only where a value of the file proves it (``12,50``, ``1.234,56``) and
none proves the other. What then still has two readings is marked, and never read as a number.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import polars as pl

# Signs of currencies, each with the codes that are written with it.
_DOLLARS = ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "CLP", "COP", "ARS", "BRL")
CURRENCY_SIGNS = {
    "€": ("EUR",),
    "$": _DOLLARS,
    "£": ("GBP", "EGP", "GIP", "FKP", "SHP"),
    "¥": ("JPY", "CNY"),
    "₹": ("INR",),
    "₩": ("KRW",),
    "₺": ("TRY",),
    "₽": ("RUB",),
    "₪": ("ILS",),
    "₫": ("VND",),
    "฿": ("THB",),
    "₱": ("PHP",),
    "₴": ("UAH",),
    "₦": ("NGN",),
}
_SIGN = f"[{''.join(CURRENCY_SIGNS)}]"
# Blanks of French and Nordic, apostrophes of Swiss grouping.
_GROUPING = "[ \u00a0\u2007\u2009\u202f'\u2019]"
_NUMBER = (
    rf"^'?(?<minus>[-+\u2212]?){_GROUPING}*(?<sign>{_SIGN}?){_GROUPING}*(?<inner>[-+\u2212]?)"
    rf"(?<digits>[0-9]{{1,3}}(?:{_GROUPING}[0-9]{{3}})+(?:[.,][0-9]+)?|[0-9.,]*[0-9][.,]?)"
    rf"{_GROUPING}*(?<after>{_SIGN}?)$"
)
# One sign with other than three digits after it, both signs, or one sign again and again.
_PROVES = {
    "comma": r"^(?:0|[0-9]{4,})?,[0-9]+$|^[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})$"
    r"|^[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]*$|^[0-9]{1,3}(?:\.[0-9]{3}){2,}$",
    "point": r"^(?:0|[0-9]{4,})?\.[0-9]+$|^[0-9]+\.(?:[0-9]{1,2}|[0-9]{4,})$"
    r"|^[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]*$|^[0-9]{1,3}(?:,[0-9]{3}){2,}$",
}
# Unless the file has proved a sign, only what has one reading: digits with a point at most.
_ONE_READING = r"^[0-9]*(?:\.[0-9]*)?$"
_READS = {
    "comma": r"^(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]*)(?:,[0-9]*)?$",
    "point": r"^(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]*)(?:\.[0-9]*)?$",
    "contradicted": _ONE_READING,
    "unproven": _ONE_READING,
}
_DIGITS = "^[0-9]+$"
_DIGITS_AND_POINT = r"^[0-9]+(?:\.[0-9]+)?$"
_TWO_READINGS = r"^[1-9][0-9]{0,2}\.[0-9]{3}$"

DecimalSign = Literal["comma", "point", "contradicted", "unproven"]


@dataclass(frozen=True)
class DecimalTraces:
    """Whether some value proves a comma, and whether some proves a point. Files add up by ``|``."""

    comma: bool = False
    point: bool = False

    def __or__(self, other: "DecimalTraces") -> "DecimalTraces":
        """What two parts of a file prove together."""
        return DecimalTraces(self.comma or other.comma, self.point or other.point)

    @property
    def sign(self) -> DecimalSign:
        """The file's decimal sign."""
        if self.comma and self.point:
            return "contradicted"
        if self.comma or self.point:
            return "comma" if self.comma else "point"
        return "unproven"


def decimal_traces(numbers: Iterable[pl.Series]) -> DecimalTraces:
    """What some columns of numbers as text prove; of a large column the distinct texts do."""
    proved = DecimalTraces()
    for column in numbers:
        digits = column.to_frame().select(digits=_digits(pl.col(column.name)))
        found = digits.select(
            pl.col("digits").str.contains(proof).any().fill_null(value=False).alias(sign)
            for sign, proof in _PROVES.items()
        )
        proved |= DecimalTraces(**found.row(0, named=True))
    return proved


def plain_number(text: pl.Expr, *, decimal: DecimalSign, is_point_usual: bool) -> pl.Expr:
    """Numbers as a currency sign, if any, a minus, if any, and digits with a point.

    Args:
        text: Text without outer blanks.
        decimal: The file's decimal sign.
        is_point_usual: Whether a point is the decimal sign where nothing proves a sign, as in a
            file that separates its cells by commas.

    Returns:
        Such numbers; ``1.234?`` where a number has two readings; all else as it stands.
    """
    part = text.str.extract_groups(_NUMBER).struct.field
    sign, minus = part("sign") + part("after"), part("minus") + part("inner")
    has_one_each = (sign.str.len_chars() <= 1) & (minus.str.len_chars() <= 1)
    digits = _digits(text)
    is_number = has_one_each & digits.str.contains(_READS[decimal])
    grouping, point = (".", ",") if decimal == "comma" else (",", ".")
    ungrouped = digits.str.replace_all(grouping, "", literal=True)
    pointed = ungrouped.str.replace(point, ".", literal=True)
    number = sign + minus.str.replace("\u2212", "-").str.strip_chars("+") + pointed
    is_open = decimal == "contradicted" or (decimal == "unproven" and not is_point_usual)
    has_two_readings = digits.str.contains(_TWO_READINGS) if is_open else pl.lit(value=False)
    return pl.when(has_two_readings).then(text + "?").when(is_number).then(number).otherwise(text)


def is_plain_number(text: pl.Expr, *, decimal: DecimalSign, is_point_usual: bool) -> pl.Expr:
    """Whether a number stands as :func:`plain_number` would write it, without taking it apart.

    So do nearly all numbers of nearly all exports. Not all of those that do are recognised.
    """
    has_one_reading = decimal == "point" or (decimal == "unproven" and is_point_usual)
    return text.str.contains(_DIGITS_AND_POINT if has_one_reading else _DIGITS)


def _digits(text: pl.Expr) -> pl.Expr:
    """Digits and decimal signs of a number, without blanks and apostrophes between them."""
    digits = text.str.extract_groups(_NUMBER).struct.field("digits")
    return digits.str.replace_all(_GROUPING, "")
