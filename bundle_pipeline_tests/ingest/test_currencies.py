"""Amounts of a column, worked out by hand."""

import polars as pl

from bundle_pipeline.ingest.currencies import amounts


def read(*given: tuple[str | None, str]) -> list[int | None]:
    rows = pl.DataFrame(given, schema={"price": pl.String, "code": pl.String}, orient="row")
    return amounts(rows, "price", pl.col("code")).to_list()


def test_an_amount_is_in_minor_units_of_its_rows_currency() -> None:
    assert read(("12.5", "EUR"), ("12.5", "KWD"), ("12", "JPY")) == [1250, 12500, 12]


def test_a_sign_is_that_of_the_currency_or_it_is_no_amount() -> None:
    assert read(("\u20ac4", "EUR"), ("$4", "CAD"), ("$4", "EUR")) == [400, 400, None]


def test_what_is_no_amount_is_null() -> None:
    assert read(("free", "EUR"), ("N/A", "EUR"), (None, "EUR"), ("1", "EUR")) == [*[None] * 3, 100]


def test_ten_billion_is_the_largest_amount_of_either_sign() -> None:
    most = "10000000000"
    assert read(
        (most, "EUR"), (f"-{most}", "EUR"), (f"{most}.01", "EUR"), (f"-{most}.01", "EUR")
    ) == [
        10**12,
        -(10**12),
        None,
        None,
    ]


def test_a_blank_column_holds_no_amounts() -> None:
    assert read((None, "EUR"), (None, "EUR")) == [None, None]
    assert read() == []
