from typing import cast

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.money import (
    allocated,
    formatted,
    known_currencies,
    minor_unit_exponent,
    to_minor,
)

PRICES = st.integers(min_value=0, max_value=10**12)


@pytest.mark.parametrize(("currency", "exponent"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4)])
def test_exponents_are_those_of_iso_4217(currency: str, exponent: int) -> None:
    assert minor_unit_exponent(currency) == exponent


@pytest.mark.parametrize("currency", ["EURO", "eur", "", "XAU", "$"])
def test_a_currency_without_a_minor_unit_is_refused(currency: str) -> None:
    with pytest.raises(InputDataError, match="BP-MONEY-CURRENCY") as refusal:
        minor_unit_exponent(currency)
    assert repr(currency) in str(refusal.value)


def test_every_known_currency_has_an_exponent_and_gold_is_none() -> None:
    codes = known_currencies()
    assert codes == sorted(codes)
    assert all(minor_unit_exponent(code) >= 0 for code in codes)
    assert "XAU" not in codes


@pytest.mark.parametrize(
    ("amount", "exponent", "minor"),
    [
        ("12.5", 2, 1250),
        ("12", 2, 1200),
        ("1.10", 2, 110),
        (" 0.07 ", 2, 7),
        ("35.829999999999998", 2, 3583),
        ("0.125", 2, 12),
        ("0.135", 2, 14),
        ("1500", 0, 1500),
        ("1.234", 3, 1234),
        ("-3.50", 2, -350),
        ("1,000.00", 2, None),
        ("free", 2, None),
        ("", 2, None),
        (None, 2, None),
    ],
)
def test_text_becomes_minor_units_exactly(
    amount: str | None, exponent: int, minor: int | None
) -> None:
    frame = pl.DataFrame({"amount": [amount]}, schema={"amount": pl.String})
    assert frame.select(to_minor(pl.col("amount"), exponent)).item() == minor


def test_each_row_may_have_its_own_exponent() -> None:
    frame = pl.DataFrame({"amount": ["1.5", "1.5"], "exponent": [2, 3]})
    assert frame.select(to_minor(pl.col("amount"), pl.col("exponent"))).to_series().to_list() == [
        150,
        1500,
    ]


@given(minor=st.integers(min_value=-(10**14), max_value=10**14))
@settings(max_examples=50, deadline=None)
def test_an_amount_written_with_its_decimals_reads_back_equal(minor: int) -> None:
    sign, (whole, cents) = "-" if minor < 0 else "", divmod(abs(minor), 100)
    frame = pl.DataFrame({"amount": [f"{sign}{whole}.{cents:02}"]})
    assert frame.select(to_minor(pl.col("amount"), 2)).item() == minor


def test_ten_over_three_equal_weights_gives_the_odd_unit_to_the_first() -> None:
    assert split(10, [1, 1, 1]) == [4, 3, 3]


def test_the_largest_remainder_gets_the_odd_unit() -> None:
    # Exact shares of 10 by 1 : 2 : 3 are 1.67, 3.33 and 5: the first has the largest remainder.
    assert split(10, [1, 2, 3]) == [2, 3, 5]


def test_weights_of_zero_share_alike() -> None:
    assert split(7, [0, 0]) == [4, 3]


def test_amounts_whose_product_overflows_63_bits_are_split_exactly() -> None:
    assert split(9 * 10**18, [3 * 10**18, 6 * 10**18]) == [3 * 10**18, 6 * 10**18]


def test_groups_are_split_apart_from_each_other() -> None:
    frame = pl.DataFrame({"group": list("abab"), "total": [3, 5, 3, 5], "weight": [1, 1, 1, 4]})
    parts = frame.select(allocated(pl.col("total"), pl.col("weight"), over="group"))
    assert parts.to_series().to_list() == [2, 1, 1, 4]


def test_nothing_is_split_into_no_rows() -> None:
    frame = pl.DataFrame(schema={"group": pl.String, "total": pl.Int64, "weight": pl.Int64})
    parts = frame.select(part=allocated(pl.col("total"), pl.col("weight"), over="group"))
    assert parts.schema == {"part": pl.Int64}
    assert parts.is_empty()


@given(total=PRICES, weights=st.lists(PRICES, min_size=1, max_size=12))
@settings(max_examples=100, deadline=None)
def test_parts_add_up_and_are_within_one_unit_of_their_exact_share(
    total: int, weights: list[int]
) -> None:
    parts = split(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    if whole > 0:
        exact = [total * weight for weight in weights]
        assert all(abs(p * whole - e) < whole for p, e in zip(parts, exact, strict=True))


@given(weights=st.lists(PRICES, min_size=1, max_size=8), data=st.data())
@settings(max_examples=100, deadline=None)
def test_no_part_of_a_total_below_the_weights_is_above_its_weight(
    weights: list[int], data: st.DataObject
) -> None:
    total = data.draw(st.integers(min_value=0, max_value=sum(weights)))
    assert all(p <= w for p, w in zip(split(total, weights), weights, strict=True))


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (1099, "EUR", "10.99 EUR"),
        (5, "USD", "0.05 USD"),
        (0, "EUR", "0.00 EUR"),
        (1099, "JPY", "1099 JPY"),
        (1, "KWD", "0.001 KWD"),
        (12_345_678_901, "IDR", "123456789.01 IDR"),
    ],
)
def test_amounts_are_written_in_their_currency(minor: int, currency: str, text: str) -> None:
    frame = pl.DataFrame({"amount": [minor], "currency": [currency]})
    assert frame.select(formatted(pl.col("amount"), pl.col("currency"))).item() == text


def test_an_unknown_amount_stays_unknown_among_others() -> None:
    frame = pl.DataFrame({"amount": [None, 100], "currency": ["EUR", "JPY"]})
    written = frame.select(formatted(pl.col("amount"), pl.col("currency"))).to_series()
    assert written.to_list() == [None, "100 JPY"]


def split(total: int, weights: list[int]) -> list[int]:
    frame = pl.DataFrame(
        {"group": ["g"] * len(weights), "total": [total] * len(weights), "weight": weights}
    )
    parts = frame.select(allocated(pl.col("total"), pl.col("weight"), over="group")).to_series()
    return cast("list[int]", parts.to_list())
