"""Which currency an amount is in: its row's, else its order's, else the shop's."""

from functools import cache

import polars as pl

from bundle_pipeline.ingest.number_spelling import CURRENCY_SIGNS
from bundle_pipeline.ingest.outcomes import Rule
from bundle_pipeline.ingest.values import stated
from bundle_pipeline.money import known_currencies, minor_unit_exponent, to_minor

# 10 billion euros: more is a mistake, such as a barcode in the wrong column. Times the largest
# quantity it still fits 63 bits.
LARGEST_AMOUNT_MINOR = 10**12
_SIGN_FIRST = f"^([{''.join(CURRENCY_SIGNS)}])"
_SIGNED_CODES = [sign + code for sign, codes in CURRENCY_SIGNS.items() for code in codes]


def with_order_currency(rows: pl.DataFrame, *, shop: str) -> pl.DataFrame:
    """Add ``currency``, ``_stated_currency`` and ``_order_currency``.

    Args:
        rows: Rows with ``order_id`` and ``customer_currency`` as text.
        shop: The shop's currency, for orders that state none.
    """
    known = rows.with_columns(
        _stated_currency=_code(pl.col("customer_currency")),
        currency=known_code(pl.col("customer_currency")),
    )
    of_order = pl.col("currency").first(ignore_nulls=True).over("order_id")
    return known.with_columns(_order_currency=pl.coalesce(of_order, pl.lit(shop))).with_columns(
        currency=pl.coalesce("currency", "_order_currency")
    )


def currency_rules() -> list[Rule]:
    """Rows whose currency is none, or not their order's."""
    is_known = pl.col("_stated_currency").is_in(known_currencies())
    return [
        Rule("currency_unknown", ~is_known),
        Rule("currency_differs_within_order", pl.col("currency") != pl.col("_order_currency")),
    ]


def amounts(rows: pl.DataFrame, name: str, currency: pl.Expr) -> pl.Series:
    """The amounts of a column in minor units of their currency.

    Args:
        rows: Rows of text.
        name: Column with digits and a point before decimals, maybe after a currency sign.
        currency: Code, per row.

    Returns:
        Int64; null where it is none, too large to be one, or has the sign of another currency.
    """
    texts = rows.get_column(name)
    if texts.null_count() == len(texts):
        # Most exports leave most columns blank.
        return texts.cast(pl.Int64)
    text = pl.col(name)
    sign = text.str.extract(_SIGN_FIRST)
    read = rows.select(
        fits=sign.is_null() | (sign + currency).is_in(_SIGNED_CODES),
        minor=to_minor(_unsigned(text), _exponent(currency)),
    )
    is_amount = pl.col("fits") & (pl.col("minor").abs() <= LARGEST_AMOUNT_MINOR)
    return read.select(pl.when(is_amount).then("minor")).to_series()


def above(limit: int, minor: pl.Series) -> pl.Series:
    """The amounts above a limit; null instead of others."""
    return minor.set(minor <= limit, None)


def price_rules(text: pl.Expr, price_minor: pl.Expr) -> list[Rule]:
    """Rows without a usable price."""
    given = stated(text)
    is_number = given.cast(pl.Float64, strict=False).is_finite().fill_null(value=False)
    return [
        Rule("price_missing", price_minor.is_null() & given.is_null()),
        Rule("price_too_large", price_minor.is_null() & is_number),
        Rule("price_not_a_number", price_minor.is_null()),
        Rule("price_negative", price_minor < 0),
    ]


def _unsigned(text: pl.Expr) -> pl.Expr:
    return stated(text).str.replace(_SIGN_FIRST, "")


def _exponent(currency: pl.Expr) -> pl.Expr:
    return currency.replace_strict(_exponents(), return_dtype=pl.UInt32)


@cache
def _exponents() -> dict[str, int]:
    return {code: minor_unit_exponent(code) for code in known_currencies()}


def _code(text: pl.Expr) -> pl.Expr:
    return stated(text).str.to_uppercase()


def known_code(text: pl.Expr) -> pl.Expr:
    """The ISO 4217 code that a text is in any case; null if it is none."""
    code = _code(text)
    return pl.when(code.is_in(known_currencies())).then(code)
