"""Shapes of text, read alike by the engine of pandas, by Polars and by Python."""

import re

import polars as pl
import pytest

from bundle_pipeline.ingest.currencies import amounts
from bundle_pipeline.ingest.spreadsheet_scars import with_mended_spelling
from bundle_pipeline.ingest.values import utc_time, whole_number
from bundle_pipeline.quality.text_shapes import AMOUNT, DATE, WHOLE_NUMBER, number, one_of_words

WHOLE = ["0", "7", "+3", "-2", "2.0", "2."]
NOT_WHOLE = ["", "2.5", "2,0", "1e5", "two", "0x1", "1 2", "--1", "\N{ARABIC-INDIC DIGIT ONE}"]
AMOUNTS = ["0", "12", "12.5", "12.50", "-3.00", "+1", ".5", "35.829999999999998"]
NOT_AMOUNTS = ["", ".", "-", "12,50", "1.234,50", "5 EUR", "1e5", "NaN", "inf", "free"]
DATES = [
    "2026-01-31",
    "2026-01-31 10:00",
    "2025-08-22T12:26:39-00:00",
    "2026-04-10 11:11:26 +0530",
    "31/1/2026",
    "1/31/2026 09:08:07",
]
NOT_DATES = ["", "45384.348", "yesterday", "2026", "31.01.2026", "2026-1-1", "20260131"]


def _matches(pattern: str, text: str) -> bool:
    """What all three engines say.

    Raises:
        AssertionError: They disagree.
    """
    frame = pl.DataFrame({"text": [text]})
    in_polars = frame.select(pl.col("text").str.contains(pattern)).item()
    in_pandas = frame.to_pandas()["text"].str.contains(pattern).item()
    in_python = re.search(pattern, text) is not None
    assert in_polars == in_pandas == in_python
    return in_python


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [(WHOLE_NUMBER, WHOLE, NOT_WHOLE), (AMOUNT, AMOUNTS, NOT_AMOUNTS), (DATE, DATES, NOT_DATES)],
    ids=["whole number", "amount", "date"],
)
def test_a_shape_tells_its_own_from_others(pattern: str, yes: list[str], no: list[str]) -> None:
    assert [text for text in yes if not _matches(pattern, text)] == []
    assert [text for text in no if _matches(pattern, text)] == []


def test_ingest_reads_what_has_the_shape_and_nothing_else() -> None:
    def staged(texts: list[str]) -> pl.DataFrame:
        return with_mended_spelling(pl.DataFrame({"created_at": texts}), delimiter=",")

    def read(texts: list[str], value: pl.Expr) -> list[bool]:
        return staged(texts).select(value.is_not_null()).to_series().to_list()

    text = pl.col("created_at")
    assert all(read(WHOLE, whole_number(text)))
    assert not any(read(NOT_WHOLE, whole_number(text)))
    assert not amounts(staged(AMOUNTS), "created_at", pl.lit("USD")).has_nulls()
    assert all(read(DATES, utc_time(text)))
    assert not any(read(NOT_DATES, utc_time(text)))


def test_the_value_of_an_amount() -> None:
    texts = pl.DataFrame({"text": ["12.50", "-3", ".5", "\u20ac-4", "NaN", "inf", "1e5", None]})
    values = texts.select(number(pl.col("text"))).to_series().to_list()
    assert values == [12.5, -3.0, 0.5, -4.0, None, None, None, None]


@pytest.mark.parametrize(
    "text", ["partially_paid", "PARTIALLY_PAID", "Partially paid", "partially-paid"]
)
def test_words_in_any_spelling(text: str) -> None:
    assert _matches(one_of_words("paid", "partially_paid"), text)


@pytest.mark.parametrize("text", ["", "unpaid", "paid.", "partially__paid", "paid refunded"])
def test_other_words_do_not_match(text: str) -> None:
    assert not _matches(one_of_words("paid", "partially_paid"), text)
