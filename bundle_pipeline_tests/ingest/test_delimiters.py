"""Delimiters: decided by the header, confirmed on the records, quotes respected."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.delimiters import checked_delimiter, found_delimiter
from bundle_pipeline_tests.support.landing import loaded_files

HEADER = "order_id;created_at;variant_id;quantity;price;title"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_header_tells_the_delimiter(delimiter: str) -> None:
    assert found_delimiter(HEADER.replace(";", delimiter) + "\n1,2;3\t4|5\n") == delimiter


def test_other_signs_inside_quoted_headers_are_text() -> None:
    assert found_delimiter('order_id;created_at;sku;qty;price;"a,b,c,d,e,f,g,h"\n') == ";"


@pytest.mark.parametrize(("header", "delimiter"), [("x;y;z,t", ";"), ("x", ","), ("", ",")])
def test_of_unknown_headers_the_most_frequent_sign_counts_then_a_comma(
    header: str, delimiter: str
) -> None:
    assert found_delimiter(header) == delimiter


@pytest.mark.parametrize(
    "body",
    [
        "",
        '1;2;3;4;5;"x,\n,y"\n',
        # Ragged rows are the parser's to set aside, as long as one fits or no other sign does.
        "1;2\n1;2;3;4;5;6\n",
        "1,2,3\n",
        '1,2,3,4,5,6\n1;"2',
    ],
)
def test_records_that_fit_or_prove_nothing_leave_it_as_it_is(body: str) -> None:
    assert checked_delimiter(f"{HEADER}\n{body}".encode(), place="p") == ";"


def test_records_that_all_have_another_delimiter_refuse_the_file() -> None:
    with pytest.raises(InputDataError) as refused:
        checked_delimiter(f"{HEADER}\n1,2,3,4,5,6\n1,2,3,4,5,6\n".encode(), place="p")
    assert refused.value.code == "BP-CSV-DELIMITER"
    assert "semicolons above rows separated by commas" in refused.value.found


@pytest.mark.parametrize(
    ("name", "delimiter", "encoding"),
    [
        ("orders.csv", ";", "utf-8-sig"),
        ("orders.csv", ";", "cp1252"),
        ("orders.txt", "\t", "utf-16"),
        ("orders.tsv", "\t", "utf-8"),
        ("orders.csv", "|", "utf-16-be"),
    ],
)
def test_a_file_of_a_european_spreadsheet_loads_end_to_end(
    tmp_path: Path, name: str, delimiter: str, encoding: str
) -> None:
    rows = ["1;2025-01-31 10:00;a;2;1.234,50;Crème", "1;2025-01-31 10:00;b;1;980;Hängematte, groß"]
    text = "\r\n".join([HEADER, *rows, ""]).replace(";", delimiter)
    shop = loaded_files(tmp_path, {name: text.encode(encoding)})
    lines = shop.order_lines.select("variant_id", "quantity", "unit_price_minor").rows()
    assert lines == [("a", 2, 123_450), ("b", 1, 98_000)]
    assert shop.as_of == datetime(2025, 1, 31, 10, tzinfo=UTC)
    assert shop.quarantine.is_empty()
