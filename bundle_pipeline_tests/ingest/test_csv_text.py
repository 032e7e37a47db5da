"""Bytes that aren't UTF-8 CSV are refused by what they are."""

import gzip

import pytest

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.compressed import expanded
from bundle_pipeline.ingest.csv_text import plain_text


@pytest.mark.parametrize(
    ("content", "code", "found"),
    [
        (b"", "BP-CSV-EMPTY", "empty"),
        (b" \r\n\n", "BP-CSV-EMPTY", "empty"),
        (b"\xef\xbb\xbf", "BP-CSV-EMPTY", "empty"),
        (gzip.compress(b"", mtime=0), "BP-CSV-EMPTY", "empty"),
        (b"a,b\n1,\x00\n", "BP-CSV-BINARY", "line 2"),
        (b"PK\x03\x04rest", "BP-CSV-BINARY", "ZIP"),
        (b"PAR1rest", "BP-CSV-BINARY", "Parquet"),
        ("a,b\n1,2\n".encode("utf-16"), "BP-CSV-ENCODING", "UTF-16 LE"),
        ("a,b\n1,2\n".encode("utf-16-be"), "BP-CSV-ENCODING", "UTF-16 BE"),
        ("a,b\n1,caf\u00e9\n".encode("latin-1"), "BP-CSV-ENCODING", "8859-1"),
        ("a,b\n1,2\n3,4 \u20ac\n".encode("cp1252"), "BP-CSV-ENCODING", "Windows-1252"),
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
    assert plain_text(content, place="p") == content


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_newlines_of_every_kind_and_a_byte_order_mark_are_fine(newline: str) -> None:
    content = "\ufeff" + newline.join(["a,b", "1,2", ""])
    assert plain_text(content.encode(), place="p") == b"a,b\n1,2\n"


def test_a_gzip_bomb_is_refused_without_unpacking_all_of_it() -> None:
    bomb = gzip.compress(b"0" * 10_000_000, mtime=0)
    with pytest.raises(InputDataError, match="BP-CSV-SIZE"):
        expanded(bomb, place="p", max_bytes=1000)
    assert len(expanded(bomb, place="p", max_bytes=10_000_000)) == 10_000_000
