"""Ids, whole numbers, words and times, worked out by hand."""

from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bundle_pipeline.ingest.spreadsheet_scars import with_mended_spelling
from bundle_pipeline.ingest.values import (
    id_text,
    is_true,
    utc_time,
    utc_times,
    whole_number,
    word,
)
from bundle_pipeline.schemas.base import UTC_TIMESTAMP


def times(*texts: str, files: str | None = None) -> list[datetime | None]:
    """Times of some files, each in its own spelling."""
    by_file = pl.DataFrame({"created_at": texts, "file": list(files or "f" * len(texts))})
    mended = [
        with_mended_spelling(rows, delimiter=",")
        for rows in by_file.partition_by("file", maintain_order=True)
    ]
    return pl.concat(mended).select(utc_time(pl.col("created_at"))).to_series().to_list()


def converted(expression: pl.Expr, *texts: str | None) -> list[object]:
    return (
        pl.DataFrame({"text": texts}, schema={"text": pl.String})
        .select(expression)["text"]
        .to_list()
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        # Years that no datetime has.
        ("0000-01-01", None),
        ("0001-01-01T00:00:00+00:01", None),
        ("9999-12-31T23:59:59-00:01", None),
        ("01/31/0000", None),
        ("10000-01-31", None),
        ("-2024-01-31", None),
        ("2024-01-31T10:11:12.500000Z", datetime(2024, 1, 31, 10, 11, 12, 500_000, tzinfo=UTC)),
        ("2024-01-31T10:11:12.871238Z", datetime(2024, 1, 31, 10, 11, 12, 871_238, tzinfo=UTC)),
        ("2024-01-31T10:11:12Z", datetime(2024, 1, 31, 10, 11, 12, tzinfo=UTC)),
        ("2024-01-31T10:11:12.5+0200", datetime(2024, 1, 31, 8, 11, 12, 500_000, tzinfo=UTC)),
        ("2024-01-31T10:11:12+02:00", datetime(2024, 1, 31, 8, 11, 12, tzinfo=UTC)),
        ("2024-01-31T10:11:12-00:00", datetime(2024, 1, 31, 10, 11, 12, tzinfo=UTC)),
        ("2024-01-31T20:11:12-05:00", datetime(2024, 2, 1, 1, 11, 12, tzinfo=UTC)),
        ("2024-01-31T10:11:12.25", datetime(2024, 1, 31, 10, 11, 12, 250_000, tzinfo=UTC)),
        ("2024-01-31T10:11:12", datetime(2024, 1, 31, 10, 11, 12, tzinfo=UTC)),
        ("2024-01-31T10:11", datetime(2024, 1, 31, 10, 11, tzinfo=UTC)),
        ("2024-01-31 10:11:12.000001", datetime(2024, 1, 31, 10, 11, 12, 1, tzinfo=UTC)),
        ("2024-01-31 10:11:12", datetime(2024, 1, 31, 10, 11, 12, tzinfo=UTC)),
        ("2024-01-31 10:11", datetime(2024, 1, 31, 10, 11, tzinfo=UTC)),
        ("2024-01-31", datetime(2024, 1, 31, tzinfo=UTC)),
        ("2026-04-10 11:11:26 +0530", datetime(2026, 4, 10, 5, 41, 26, tzinfo=UTC)),
        ("2024-02-29", datetime(2024, 2, 29, tzinfo=UTC)),
        ("1/31/2024 9:05", datetime(2024, 1, 31, 9, 5, tzinfo=UTC)),
        ("01/31/2024 10:11:12", datetime(2024, 1, 31, 10, 11, 12, tzinfo=UTC)),
        ("01/31/2024", datetime(2024, 1, 31, tzinfo=UTC)),
        ("31/01/2024 10:11:12", datetime(2024, 1, 31, 10, 11, 12, tzinfo=UTC)),
        ("31/01/2024", datetime(2024, 1, 31, tzinfo=UTC)),
    ],
)
def test_every_form_of_a_time_is_read(text: str, expected: datetime) -> None:
    assert times(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        None,
        "0000-00-00",
        "1900-01-01",
        "N/A",
        "NULL",
        "yesterday",
        "2023-02-29",
        "2024-13-01",
        "2024-01-31T25:00:00Z",
        "2024-1-1x",
        "13/13/2024",
        "45384.348",
        "2024-01-31T10:11:12Z and more",
    ],
)
def test_what_is_no_time_is_null_and_never_now(text: str | None) -> None:
    assert converted(utc_time(pl.col("text")).alias("text"), text) == [None]


# The spelling of most exports, and texts of the same length that only look like it.
PLAIN = ["2024-01-31T10:11:12Z", "9999-12-31T23:59:59Z", None]
NOT_PLAIN = ["0000-01-31T10:11:12Z", "2024-01-31T10:11:62Z", "2024-01-31 10:11+02", "yesterday"]


@given(st.lists(st.sampled_from(PLAIN)), st.lists(st.sampled_from([*PLAIN, *NOT_PLAIN])))
def test_a_column_of_times_is_read_as_each_of_them_is(
    plain: list[str | None], mixed: list[str | None]
) -> None:
    for texts in (plain, mixed):
        column = pl.Series("text", texts, dtype=pl.String)
        assert utc_times(column).to_list() == converted(
            utc_time(pl.col("text")).alias("text"), *texts
        )
        assert utc_times(column).dtype == UTC_TIMESTAMP


def test_dates_with_slashes_are_read_as_their_file_writes_them() -> None:
    # File a only has dates that fit both readings, b one that is day first, c one of each.
    read = times(
        "02/03/2024",
        "15/03/2024",
        "02/03/2024",
        "1/31/2024",
        "31/1/2024",
        "1/2/2024",
        "2/2/2024",
        files="abbcccc",
    )
    assert [time and (time.month, time.day) for time in read] == [
        (2, 3),
        (3, 15),
        (3, 2),
        (1, 31),
        (1, 31),
        None,
        (2, 2),
    ]


def test_ids_lose_their_prefix_and_nothing_else() -> None:
    ids = ["gid://shopify/ProductVariant/20001", "20001", "000123", "1E5", "NA", "gid://x/1"]
    bare = ["20001", "20001", "000123", "1E5", "NA", "gid://x/1"]
    assert converted(id_text(pl.col("text")), *ids) == bare


def test_whole_numbers() -> None:
    texts = ["2", "2.0", "2.", "-1", "+3", "007", "2.5", "1e3", "two", "1,000", "9999999999", None]
    numbers = [2, 2, 2, -1, 3, 7, None, None, None, None, None, None]
    assert converted(whole_number(pl.col("text")), *texts) == numbers


def test_words_and_truths_have_one_spelling() -> None:
    texts = ["PARTIALLY_REFUNDED", "Partially refunded", "N/A", None]
    assert converted(word(pl.col("text")), *texts) == [*["partially_refunded"] * 2, None, None]
    assert converted(is_true(pl.col("text")), "True", "1", "YES", "no", "0", "x", None) == [
        *[True] * 3,
        *[False] * 4,
    ]
