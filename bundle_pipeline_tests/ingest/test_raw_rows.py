"""Rows in quarantine show their known cells as they stand in the file, and nobody in them."""

import gzip
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bundle_pipeline.ingest import raw_rows
from bundle_pipeline.ingest.params import IngestParams
from bundle_pipeline_tests.support.exports import SHOPIFY_ORDERS, export, shopify_order
from bundle_pipeline_tests.support.landing import Content, ReadShop, csv_text, loaded_files

HEADER = ["Order ID", "Created at", "SKU", "Qty", "price", "email", "Notes", "shippingCity", ""]
ROW = ["1", "2025-01-01T10:11:12Z", "'000123", "two", "12.50", "", "", "", ""]


def shown(folder: Path, files: dict[str, Content], **settings: object) -> list[dict[str, Any]]:
    params = IngestParams.model_validate({"max_quarantined_rate": 1.0, **settings})
    return raw(loaded_files(folder, files, params=params))


def raw(shop: ReadShop) -> list[dict[str, Any]]:
    return [json.loads(row) for row in shop.quarantine["raw_row"].to_list() if row is not None]


def changed(**cells: str) -> list[str]:
    return [cells.get(name, cell) for name, cell in zip(HEADER, ROW, strict=True)]


def test_known_cells_are_shown_as_they_stand_there_and_others_masked(tmp_path: Path) -> None:
    row = changed(email="ada@example.com", Notes="call Ada", shippingCity="Ockham")
    row[-1] = "Lovelace"
    (cells,) = shown(tmp_path, {"o.csv": csv_text(HEADER, row)})
    assert cells == {
        "Order ID": "1",
        "Created at": "2025-01-01T10:11:12Z",
        "SKU": "'000123",
        "Qty": "two",
        "price": "12.50",
        "email": "(hidden)",
        "Notes": "(hidden)",
        "shippingCity": "(hidden)",
        "(column 9)": "(hidden)",
    }


@pytest.mark.parametrize(
    ("cell", "seen"),
    [
        ("ada@example.com", "(hidden: has an @)"),
        ("ada @ example.com", "(hidden: has an @)"),
        ("+44 20 7946 0000", "(hidden: like a phone number)"),
        ("tel +1 (555) 0100-77", "(hidden: like a phone number)"),
        ("020 7946 0000", "(hidden: like a phone number)"),
        ("(020) 7946-0000", "(hidden: like a phone number)"),
        ("02079460000", "(hidden: like a phone number)"),
        ("'+16305550100", "(hidden: like a phone number)"),
        # What belongs there, and what it is mistaken for.
        ("1,234", "1,234"),
        ("1.234.567", "1.234.567"),
        ("1 234 567,00", "1 234 567,00"),
        ("-1", "-1"),
        ("2025-01-01 10:11:12 +0530", "2025-01-01 10:11:12 +0530"),
        ("13/01/2025 10:11:12", "13/01/2025 10:11:12"),
        ("x" * 500, "x" * 120 + "\u2026"),
    ],
)
def test_a_known_cell_is_masked_where_it_looks_like_a_person(
    tmp_path: Path, cell: str, seen: str
) -> None:
    (cells,) = shown(tmp_path, {"o.csv": csv_text(HEADER, changed(price=cell))})
    assert cells["price"] == seen


def test_long_digits_are_shown_where_they_are_an_id(tmp_path: Path) -> None:
    row = changed(SKU="4006381333931", price="4006381333931")
    row[0] = "7210448301122"
    (cells,) = shown(tmp_path, {"o.csv": csv_text(HEADER, row)})
    assert (cells["Order ID"], cells["SKU"]) == ("7210448301122", "4006381333931")
    assert cells["price"] == "(hidden: like a phone number)"


def test_of_a_row_that_does_not_fit_only_its_cells_are_counted(tmp_path: Path) -> None:
    ragged = csv_text(HEADER, [*ROW, "Ada Lovelace"], ROW[:4])
    assert shown(tmp_path, {"o.csv": ragged}) == [
        {"(cells)": 10, "(headers)": 9},
        {"(cells)": 4, "(headers)": 9},
    ]


def test_cells_after_a_stray_quote_are_not_shown(tmp_path: Path) -> None:
    text = csv_text(HEADER, ROW) + '2,"x"Lovelace,a,1,1,,,,\n'
    rows = shown(tmp_path, {"o.csv": text})
    assert [set(cells) for cells in rows][1] == {"(cells)", "(headers)"}


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


TEXT = csv_text(
    HEADER[:-1], ["9", *ROW[1:3], "1", *ROW[4:8]], ["1", "2025-01-01", "T\u00e9e", *ROW[3:8]]
)


@pytest.mark.parametrize(
    "files",
    [
        {"o.csv": TEXT},
        {"o.csv": TEXT.replace("\n", "\r\n")},
        {"o.csv.gz": gzip.compress(TEXT.encode())},
        {"o.zip": zipped({"in/o.csv": TEXT.encode(), "x.csv": b"a,b\n1,2\n"})},
        {"o.txt": TEXT.replace(",", "\t").encode("utf-16")},
        {"o.csv": TEXT.encode("cp1252")},
        {"o.csv": "sep=;\n" + TEXT.replace(",", ";")},
    ],
    ids=["plain", "crlf", "gzip", "zip", "utf-16", "cp1252", "hint"],
)
def test_rows_are_found_again_in_whatever_they_came_in(
    tmp_path: Path, files: dict[str, Content]
) -> None:
    (cells,) = shown(tmp_path, files)
    assert (cells["Order ID"], cells["SKU"], cells["Qty"]) == ("1", "T\u00e9e", "two")


def test_a_dialect_shows_its_fields_by_its_own_headers(tmp_path: Path) -> None:
    first, second = shopify_order("#1", "MUG", "TEA", Email="ada@example.com", Notes="call Ada")
    bad = {**second, "Lineitem quantity": "two", "Email": "ada@example.com"}
    (cells,) = shown(tmp_path, {"o.csv": export(SHOPIFY_ORDERS, first, bad)})
    assert cells["Lineitem sku"] == "TEA"
    assert cells["Lineitem quantity"] == "two"
    assert cells["Email"] == "(hidden)"
    assert "Notes" not in cells


def test_lines_of_json_show_their_paths(tmp_path: Path) -> None:
    order = {"id": "gid://shopify/Order/1", "createdAt": "2025-01-01T00:00:00Z"}
    item = {
        "id": "gid://shopify/LineItem/9",
        "__parentId": order["id"],
        "quantity": "two",
        "sku": "MUG",
        "originalUnitPrice": "5.00",
        "customAttributes": "to Ada",
    }
    lines = [{**order, "email": "ada@example.com"}, item]
    text = "\n".join([*map(json.dumps, lines), "not json, Ada"])
    (cells,) = shown(tmp_path, {"o.jsonl": text})
    assert (cells["quantity"], cells["customAttributes"]) == ("two", "(hidden)")
    assert not re.search("ada", json.dumps(cells), re.IGNORECASE)


def test_the_shop_s_own_spellings_are_known_columns(tmp_path: Path) -> None:
    text = csv_text(
        ["order_id", "created_at", "sku", "Stk", "price"], ["1", "2025-01-01", "a", "x", "1"]
    )
    extra = {"orders": {"line_item_quantity": ["Stk"]}}
    assert shown(tmp_path, {"o.csv": text}, extra_aliases=extra)[0]["Stk"] == "x"


def test_how_much_is_kept_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw_rows, "MAX_ROWS_PER_FILE", 2)
    wide = [f"extra {number}" for number in range(500)]
    rows = ([*ROW, *("x" * 50 for _ in wide)] for _ in range(3))
    shop = loaded_files(tmp_path, {"o.csv": csv_text([*HEADER, *wide], *rows)})
    kept = shop.quarantine["raw_row"].to_list()
    assert [row is None for row in kept] == [False, False, True]
    assert len(kept[0]) < 2 * 4_000
    assert json.loads(kept[0])["\u2026"] == "\u2026"


def test_a_file_that_can_t_be_used_shows_nothing_of_itself(tmp_path: Path) -> None:
    people = csv_text(["Ada Lovelace", "ada@example.com"], ["call Ada", "12 St James"])
    orders = csv_text(HEADER, changed(Qty="1"))
    shop = loaded_files(tmp_path, {"o.csv": orders, "people.csv": people})
    assert shop.quarantine["reason"].to_list() == ["unusable_file"]
    assert shop.quarantine["raw_row"].to_list() == [None]
