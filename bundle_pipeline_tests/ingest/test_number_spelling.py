"""Numbers: a file's decimal sign is proved or unknown; what has two readings is never a number."""

from typing import get_args

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.ingest.number_spelling import (
    DecimalSign,
    DecimalTraces,
    decimal_traces,
    is_plain_number,
    plain_number,
)


def traces_of(*texts: str | None) -> DecimalTraces:
    return decimal_traces([pl.Series("a", texts, dtype=pl.String)])


def spelled(*texts: str | None, is_point_usual: bool = True) -> list[str | None]:
    rows = pl.DataFrame({"a": texts}, schema={"a": pl.String})
    sign = traces_of(*texts).sign
    number = plain_number(pl.col("a"), decimal=sign, is_point_usual=is_point_usual)
    return rows.select(number)["a"].to_list()


@pytest.mark.parametrize(
    "text",
    [
        "12,50", "12,5", "0,5", ",5", "0,123", "1.234,56", "1.234,5", "1.234,567", "1.234.567",
        "1234,567", "12,5000", "1 234,567", "1\u202f234,5", "1'234,50", "-12,50", "12,50 €",
    ],
)  # fmt: skip
def test_a_value_with_one_reading_proves_its_sign(text: str) -> None:
    assert traces_of(text) == DecimalTraces(comma=True)
    mirrored = text.translate(str.maketrans(",.", ".,"))
    assert traces_of(mirrored) == DecimalTraces(point=True)


@pytest.mark.parametrize(
    "text", ["1,234", "1.234", "123.456", "12", "1 234", "1,2,3", "x", "", None]
)
def test_a_value_with_two_readings_or_none_proves_nothing(text: str | None) -> None:
    assert traces_of(text) == DecimalTraces()


def test_a_file_that_proves_a_comma_is_read_with_it() -> None:
    texts = ["12,50", "1,234", "1.234", "1.234.567,8", "7", "-0,5", None, "free", "1,2,3", "1.23,4"]
    numbers = ["12.50", "1.234", "1234", "1234567.8", "7", "-0.5", None, "free", "1,2,3", "1.23,4"]
    assert spelled(*texts) == numbers


def test_a_file_that_proves_a_point_is_read_with_it() -> None:
    texts = ["12.50", "1,234", "1.234", "1,234,567.8", "7", "1'234.5", "1,2,3"]
    assert spelled(*texts) == ["12.50", "1234", "1.234", "1234567.8", "7", "1234.5", "1,2,3"]


def test_without_proof_what_has_two_readings_is_no_number() -> None:
    texts = ["1,234", "1.234", "7"]
    assert spelled(*texts) == ["1,234", "1.234", "7"]
    assert spelled(*texts, is_point_usual=False) == ["1,234", "1.234?", "7"]


@pytest.mark.parametrize("is_point_usual", [True, False])
def test_proofs_that_contradict_each_other_prove_nothing(is_point_usual: bool) -> None:  # noqa: FBT001
    texts = ["12,50", "12.50", "1,234", "1.234", "7"]
    read = spelled(*texts, is_point_usual=is_point_usual)
    assert read == ["12,50", "12.50", "1,234", "1.234?", "7"]


@pytest.mark.parametrize(
    "text",
    ["€12.50", "€ 12.50", "12.50 €", "12.50\u00a0€", "\u202f12.50\u2009€", "'12.50€", "+12.50€"],
)
def test_signs_of_currencies_and_blanks_go_to_one_place(text: str) -> None:
    assert spelled(text) == ["€12.50"]


@pytest.mark.parametrize("text", ["-€12.50", "€-12.50", "\u221212.50 €"])
def test_a_minus_follows_the_sign_of_the_currency(text: str) -> None:
    assert spelled(text) == ["€-12.50"]


@pytest.mark.parametrize("text", ["€12.50€", "--12.50", "12.50 EUR", "(12.50)", "1 23.50", "1e3"])
def test_what_is_spelled_otherwise_stays(text: str) -> None:
    assert spelled(text) == [text]


@settings(deadline=None)
@given(st.integers(0, 10**9), st.sampled_from([".", " ", "\u202f", "'", ""]), st.booleans())
def test_grouped_numbers_with_decimals_read_back_equal(
    minor: int,
    grouping: str,
    is_mirrored: bool,  # noqa: FBT001
) -> None:
    grouped = f"{minor // 100:_}".replace("_", grouping) + f",{minor % 100:02}"
    text = grouped.translate(str.maketrans(",.", ".,")) if is_mirrored else grouped
    assert spelled(text) == [f"{minor // 100}.{minor % 100:02}"]


NUMBERS = st.text(alphabet="0123.,'- €", max_size=8)


@settings(deadline=None)
@given(NUMBERS, st.sampled_from(get_args(DecimalSign)), st.booleans())
def test_a_number_that_is_plain_stays_as_it_is(
    text: str,
    decimal: DecimalSign,
    is_point_usual: bool,  # noqa: FBT001
) -> None:
    asked = {"decimal": decimal, "is_point_usual": is_point_usual}
    number = pl.DataFrame({"a": [text]}).select(
        is_plain=is_plain_number(pl.col("a"), **asked), plain=plain_number(pl.col("a"), **asked)
    )
    assert not number.item(0, "is_plain") or number.item(0, "plain") == text


def test_most_numbers_are_plain() -> None:
    rows = pl.DataFrame({"a": ["12", "12.50", "1.234", "12,50", "-1", None]})

    def plain(decimal: DecimalSign, *, is_point_usual: bool) -> list[bool | None]:
        is_plain = is_plain_number(pl.col("a"), decimal=decimal, is_point_usual=is_point_usual)
        return rows.select(is_plain)["a"].to_list()

    with_point = [True, True, True, False, False, None]
    without = [True, False, False, False, False, None]
    assert (
        plain("point", is_point_usual=False) == plain("unproven", is_point_usual=True) == with_point
    )
    assert (
        plain("comma", is_point_usual=True) == plain("contradicted", is_point_usual=True) == without
    )


@settings(deadline=None)
@given(st.lists(NUMBERS, max_size=6), st.integers(0, 6))
def test_traces_of_a_file_are_those_of_its_parts_together(texts: list[str], cut: int) -> None:
    assert traces_of(*texts) == traces_of(*texts[:cut]) | traces_of(*texts[cut:])
