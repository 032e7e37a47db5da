"""Rows and their lines: as the standard library reads them, ragged rows set aside."""

import csv
import io
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest import csv_records
from bundle_pipeline.ingest.csv_records import found_records
from bundle_pipeline.ingest.csv_rows import CsvRows, read_rows
from bundle_pipeline.ingest.text_blocks import Span, TextBlock

Row = tuple[str | int | None, ...]


def read(text: str, *, delimiter: str = ",") -> CsvRows:
    header, _, rows = text.partition("\n")
    assert header.count(delimiter) == 2
    return read_rows(
        TextBlock(rows.encode(), Span(0, len(rows), 2)),
        delimiter=delimiter,
        column_count=3,
        wanted=range(3),
        place="p",
    )


def rows_of(text: str) -> list[Row]:
    return read(text).rows.rows()


def rejected_of(text: str) -> list[tuple[int, str]]:
    return read(text).rejected.rows()


def test_ragged_rows_are_set_aside_with_their_lines() -> None:
    text = "a,b,c\n1,2,3\n1,2\n1,2,3,4\n5,6,7\n"
    assert rows_of(text) == [("1", "2", "3", 2), ("5", "6", "7", 5)]
    assert rejected_of(text) == [(3, "wrong_field_count"), (4, "wrong_field_count")]


def test_lines_stay_right_after_newlines_in_quotes_and_blank_lines() -> None:
    text = 'a,b,c\n1,"x\n\ny",3\n\n\n1,2\n\n4,5,6\n'
    assert rows_of(text) == [("1", "x\n\ny", "3", 2), ("4", "5", "6", 9)]
    assert rejected_of(text) == [(7, "wrong_field_count")]


def test_text_stays_the_text_it_is() -> None:
    skus = ["000123", "1E5", "NA", "2024-01-01", "true", "1,5", '12" tube', "e\u0301", "\u200bx"]
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows([["a", "b", "c"], *([s, s, s] for s in skus)])
    assert [row[0] for row in rows_of(buffer.getvalue())] == skus


def test_outer_blanks_go_and_what_is_blank_is_null() -> None:
    assert rows_of("a,b,c\n x , ,\n") == [("x", None, None, 2)]
    assert rows_of('a,b,c\n\u00a0x\t,"",\u3000\n') == [("x", None, None, 2)]


def test_a_quote_inside_an_unquoted_cell_is_a_character() -> None:
    text = 'a,b,c\n1,12" tube,3\n4,"5\nx",6\n7,8,9\n'
    assert rows_of(text) == [("1", '12" tube', "3", 2), ("4", "5\nx", "6", 3), ("7", "8", "9", 5)]


def test_text_after_a_closing_quote_sets_the_row_aside() -> None:
    assert rejected_of('a,b,c\n1,"x"y,3\n4,5,6\n') == [(2, "broken_quoting")]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('a,b,c\n1,2,3\n4,"x\n5,6,7\n', 3),
        ('a,b,c\n1,2,3\n4,5,"x', 3),
        ('a,b,c\n1,"p\nq",3\n4,5,"x', 4),
        ('a,b,c\n1,12" tube,3\n4,"x\n5,6,7\n', 3),
        # The quote of line 2 ends at the next one, which swallows a row on its way.
        ('a,b,c\n1,"12 inch,3\n4,5,6\n7,"foo",9\n1,2,3\n', 2),
    ],
)
def test_a_quote_that_is_never_closed_refuses_the_file_and_names_its_line(
    text: str, line: int
) -> None:
    with pytest.raises(InputDataError, match=f"BP-CSV-QUOTE p line {line}:"):
        read(text)


def test_a_row_too_long_to_be_one_is_refused() -> None:
    with pytest.raises(InputDataError, match="BP-CSV-RECORD p line 3:"):
        read("a,b,c\n1,2,3\n" + "x" * 1_100_000 + ",2,3\n")


def test_the_parser_giving_up_is_a_refusal_without_the_row() -> None:
    with pytest.raises(InputDataError, match="BP-CSV-STRUCTURE") as refused:
        read("a,b,c\n1,secret\rthing,3\n4,5,6\n")
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_header_alone_has_no_rows() -> None:
    assert rows_of("a,b,c\n") == []
    assert rows_of("a,b,c") == []


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_quotes_and_ragged_rows_are_those_of_the_delimiter(delimiter: str) -> None:
    # The stray quote of line 4 makes the lines be found quote by quote.
    text = 'a;b;c\n1;"x;y\nz,1";3\n7;12" tube;9\n1;2\n'.replace(";", delimiter)
    parsed = read(text, delimiter=delimiter)
    assert parsed.rows.rows() == [
        ("1", f"x{delimiter}y\nz,1", "3", 2),
        ("7", '12" tube', "9", 4),
    ]
    assert parsed.rejected.rows() == [(5, "wrong_field_count")]


def test_the_last_line_may_lack_its_newline() -> None:
    assert rows_of('a,b,c\n4,5,"6"') == [("4", "5", "6", 2)]


CELLS = st.text(alphabet='ab,"\n \u00e9', max_size=5)


def by_the_standard_library(text: str) -> list[Row]:
    reader = csv.reader(io.StringIO(text, newline=""))
    next(reader)
    rows: list[Row] = []
    start = reader.line_num + 1
    for record in reader:
        if record:
            rows.append((*(cell.strip() or None for cell in record), start))
        start = reader.line_num + 1
    return rows


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=6), st.sampled_from([0, 1]))
def test_rows_and_lines_are_those_of_the_standard_library(
    cells: list[tuple[str, str, str]], quoting: Literal[0, 1]
) -> None:
    buffer = io.StringIO()
    # 0 quotes the cells that need it, 1 all of them.
    csv.writer(buffer, lineterminator="\n", quoting=quoting).writerows([("a", "b", "c"), *cells])
    text = buffer.getvalue()
    assert rows_of(text) == by_the_standard_library(text)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=6), st.integers(1, 7))
def test_lines_don_t_depend_on_the_block_size_nor_on_the_way_they_are_found(
    cells: list[tuple[str, str]], block_bytes: int
) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(cells)
    text = buffer.getvalue().encode()
    whole = found_records(text, delimiter=",", place="p")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_records, "_BLOCK_BYTES", block_bytes)
        in_blocks = found_records(text, delimiter=",", place="p")
        patch.setattr(csv_records, "_newlines_by_parity", lambda _data, _delimiter: None)
        scanned = found_records(text, delimiter=",", place="p")
    for other in (in_blocks, scanned):
        assert other.starts.tolist() == whole.starts.tolist()
        assert other.line_numbers.tolist() == whole.line_numbers.tolist()
        assert other.line_counts.tolist() == whole.line_counts.tolist()
