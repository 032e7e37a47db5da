"""Money: integers of a currency's minor unit, ISO 4217 exponents, exact allocation. No floats."""

from functools import cache

import polars as pl
from iso4217 import Currency

from bundle_pipeline.errors import InputDataError

# Wide enough for any amount of any currency, with room for the digits that spreadsheets append to
# a float (35.829999999999998): they are rounded away at the minor unit.
_MOST_DIGITS = 38
_PARSED_AMOUNT = pl.Decimal(_MOST_DIGITS, 12)


def minor_unit_exponent(currency: str) -> int:
    """Number of decimals of a currency: 2 for EUR, 0 for JPY, 3 for KWD (ISO 4217).

    Args:
        currency: ISO 4217 alphabetic code, upper case.

    Raises:
        InputDataError: The code isn't in ISO 4217, or it has no minor unit (gold, for one).
    """
    try:
        exponent = Currency(currency).exponent
    except ValueError:
        exponent = None
    if exponent is None:
        raise InputDataError(
            "BP-MONEY-CURRENCY",
            place="currency",
            found=repr(currency),
            expected="an ISO 4217 currency with a minor unit, such as EUR",
            remedy="correct the currency column, or set ingest.default_currency for the shop",
        )
    return exponent


def known_currencies() -> list[str]:
    """Every ISO 4217 code that money can be held in, sorted."""
    return _exponents().get_column("currency").to_list()


@cache
def _exponents() -> pl.DataFrame:
    """``currency`` and ``exponent``, its decimals, of all that money can be held in; sorted."""
    known = [(entry.code, entry.exponent) for entry in Currency if entry.exponent is not None]
    columns = {"currency": pl.String, "exponent": pl.UInt32}
    return pl.DataFrame(known, schema=columns, orient="row").sort("currency")


def to_minor(amount: pl.Expr, exponent: pl.Expr | int) -> pl.Expr:
    """Decimal text to an integer amount in minor units, exactly: ``"12.5"`` in EUR is 1250.

    Digits beyond the minor unit are rounded half to even.

    Args:
        amount: Text with ``.`` as the decimal point and no grouping.
        exponent: Decimals of the currency, per row or for all.

    Returns:
        Int64; null where the text is null or isn't such a number.
    """
    stripped = amount.str.strip_chars()
    if isinstance(exponent, int):
        # Polars rounds half to even where it cuts digits off.
        exact = stripped.cast(pl.Decimal(_MOST_DIGITS, exponent), strict=False)
        return exact.to_physical().cast(pl.Int64, strict=False)
    scale = pl.lit(10, dtype=pl.Int64).pow(exponent.cast(pl.UInt32))
    parsed = stripped.cast(_PARSED_AMOUNT, strict=False)
    return (parsed * scale).round(0).cast(pl.Int64, strict=False)


def allocated(total: pl.Expr, weight: pl.Expr, *, over: str) -> pl.Expr:
    """Split an integer total over the rows of a group in proportion to a weight, adding up exactly.

    Largest remainder (Hamilton's method): each row gets the floor of its exact share, and what is
    left goes, one unit each, to the largest remainders, earlier rows first among equals. Where all
    weights are 0 the shares are equal.

    Args:
        total: The group's total in minor units, the same on each of its rows, at least 0.
        weight: Integer weight per row, at least 0.
        over: Column that names the group.

    Returns:
        Int64 per row; their sum over the group is ``total``.
    """
    summed = weight.sum().over(over)
    even = summed == 0
    share_weight = pl.when(even).then(1).otherwise(weight)
    whole = pl.when(even).then(pl.len().over(over)).otherwise(summed)
    # 128 bits: two amounts above 3 * 10**9 (30 million rupiah) overflow 63 bits when multiplied.
    exact = total * share_weight.cast(pl.Int128)
    floor_share = exact // whole
    left_over = total - floor_share.sum().over(over)
    place = (exact % whole).rank("ordinal", descending=True).over(over)
    return (floor_share + (place <= left_over).cast(pl.Int64)).cast(pl.Int64)


def formatted(amount_minor: pl.Expr, currency: pl.Expr) -> pl.Expr:
    """An amount for people to read: 1099 with EUR becomes ``10.99 EUR``, with JPY ``1099 JPY``.

    Args:
        amount_minor: Integer minor units, at least 0.
        currency: Code of :func:`known_currencies`, per row.

    Returns:
        Text; null where the amount is null.
    """
    known = _exponents()
    exponent = currency.replace_strict(known["currency"], known["exponent"])
    scale = pl.lit(10, dtype=pl.Int64).pow(exponent)
    decimals = (amount_minor % scale).cast(pl.String).str.zfill(exponent)
    return (
        pl.when(exponent == 0)
        .then(pl.format("{} {}", amount_minor, currency))
        .otherwise(pl.format("{}.{} {}", amount_minor // scale, decimals, currency))
    )
