"""Bytes that aren't UTF-8 CSV are refused by what they are."""

import gzip

import pytest

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.compressed import expanded
from bundle_pipeline.ingest.csv_text import PlainText, plain_text


@pytest.mark.parametrize(
    ("content", "code", "found"),
    [
        (b"", "BP-CSV-EMPTY", "empty"),
        (b" \r\n\n", "BP-CSV-EMPTY", "empty"),
        (b"\xef\xbb\xbf", "BP-CSV-EMPTY", "empty"),
        (b"sep=,\n\n", "BP-CSV-EMPTY", "empty"),
        (gzip.compress(b"", mtime=0), "BP-CSV-EMPTY", "empty"),
        (b"a,b\n1,\x00\n", "BP-CSV-BINARY", "line 2"),
        (b"PK\x03\x04rest", "BP-CSV-BINARY", "ZIP"),
        (b"PAR1rest", "BP-CSV-BINARY", "Parquet"),
        ("a,b\n1,\x00\n".encode("utf-16"), "BP-CSV-BINARY", "line 2"),
        (b"\xff\xfe", "BP-CSV-EMPTY", "empty"),
        (b"<?xml version='1.0'?><Error/>", "BP-CSV-MARKUP", "XML"),
        (b"\n <!DOCTYPE html><html>", "BP-CSV-MARKUP", "HTML"),
        (gzip.compress(b"a,b\n1,2\n" * 500, mtime=0)[:-20], "BP-CSV-GZIP", "cut-off"),
        (b"\x1f\x8bnot gzip at all", "BP-CSV-GZIP", "damaged"),
    ],
)
def test_what_is_no_csv_is_refused_by_name(content: bytes, code: str, found: str) -> None:
    with pytest.raises(InputDataError) as refused:
        plain_text(content, place="shop s, orders.csv")
    assert refused.value.code == code
    assert found in refused.value.place + refused.value.found
    assert "orders.csv" in refused.value.place


def test_the_line_of_a_wrong_byte_is_named_wherever_it_stands() -> None:
    content = b"a,b\n" + b"1,2\n" * 5_000_000 + b"\xff,2\n"
    with pytest.raises(InputDataError, match="line 5000002"):
        plain_text(content, place="orders.csv")


def test_a_character_across_two_blocks_is_one_character() -> None:
    content = b"x" * (16 * 1024**2 - 1) + "\u20ac\n".encode()
    assert plain_text(content, place="p").text == content


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_newlines_of_every_kind_and_a_byte_order_mark_are_fine(newline: str) -> None:
    content = "\ufeff" + newline.join(["a,b", "1,2", ""])
    assert plain_text(content.encode(), place="p") == PlainText(b"a,b\n1,2\n", ",", "UTF-8")


def test_what_spreadsheets_save_as_unicode_text_is_read() -> None:
    content = "a\tb\r\n1\tcaf\u00e9\r\n".encode("utf-16")
    expected = PlainText("a\tb\n1\tcaf\u00e9\n".encode(), "\t", "UTF-16-LE")
    assert plain_text(content, place="p") == expected
    assert plain_text(gzip.compress(content), place="p") == expected


def test_a_first_line_that_names_the_delimiter_is_obeyed_and_keeps_its_line() -> None:
    plain = plain_text(b"sep=;\r\na,b;c\r\n1,5;2\r\n", place="p")
    assert plain == PlainText(b"\na,b;c\n1,5;2\n", ";", "UTF-8")


def test_gzip_of_several_members_is_one_text() -> None:
    content = gzip.compress(b"a,b\n") + gzip.compress(b"1,2\n")
    assert plain_text(content, place="p").text == b"a,b\n1,2\n"


def test_a_gzip_bomb_is_refused_without_unpacking_all_of_it() -> None:
    bomb = gzip.compress(b"0" * 10_000_000, mtime=0)
    with pytest.raises(InputDataError, match="BP-CSV-SIZE"):
        expanded(bomb, place="p", max_bytes=1000)
    assert len(expanded(bomb, place="p", max_bytes=10_000_000)) == 10_000_000
