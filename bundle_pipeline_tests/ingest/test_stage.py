"""Staging: which files are read, as what, and what refuses a shop."""

import gzip
from pathlib import Path

import polars as pl
import pytest

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.landed_versions import landed_versions
from bundle_pipeline.schemas.ingest import LandedVersions
from bundle_pipeline_tests.support.landing import Content, csv_text, observed_text, staged_files

ORDERS = csv_text(
    ["orderId", "createdAt", "sku", "lineItemQuantity", "originalUnitPrice", "Mood"],
    ["1", "2025-01-01T00:00:00Z", "a", "2", "9.99", "good"],
    ["2", "2025-01-02T00:00:00Z", "b", "1", "5.00", "bad"],
)
INVENTORY = csv_text(["inventory_item_id", "available"], ["i1", "4"])
UNKNOWN = csv_text(["variant_id", "product_id", "price"], ["v1", "p1", "1.00"], ["v2", "p2", "2"])


def refusal_of(folder: Path, files: dict[str, Content]) -> InputDataError:
    with pytest.raises(InputDataError) as refused:
        staged_files(folder, files).raise_for_structure()
    return refused.value


def test_files_are_found_at_any_depth_and_named_below_the_shop(tmp_path: Path) -> None:
    files = {"b/orders.csv": ORDERS, "a.csv.gz": gzip.compress(INVENTORY.encode())}
    staged = staged_files(tmp_path, files)
    assert [(file.path, file.kind, file.row_count) for file in staged.files] == [
        ("a.csv.gz", "inventory", 1),
        ("b/orders.csv", "orders", 2),
    ]
    staged.raise_for_structure()


def test_tables_have_every_field_of_the_kind_and_where_each_row_stands(tmp_path: Path) -> None:
    staged = staged_files(tmp_path, {"2.csv": ORDERS, "1.csv": ORDERS})
    text = observed_text(tmp_path, tmp_path / "spool")
    table = text.table("orders")
    places = list(table.select("_path", "_line_number").iter_rows())
    assert places == [("1.csv", 2), ("1.csv", 3), ("2.csv", 2), ("2.csv", 3)]
    assert table["original_unit_price"].to_list() == ["9.99", "5.00"] * 2
    assert table["customer_currency"].to_list() == [None] * 4
    assert set(table.select(pl.exclude("_line_number", "_customer")).dtypes) == {pl.String}
    assert "original_unit_price" in text.stated_fields["orders"]
    assert "customer_currency" not in text.stated_fields["orders"]
    assert staged.tables["catalog"].is_empty()
    assert "product_title" in staged.tables["catalog"].columns


def test_several_columns_of_one_field_fill_each_other_s_gaps_best_spelling_first(
    tmp_path: Path,
) -> None:
    catalog = csv_text(
        ["variant_sku", "sku", "product_id", "variant_id", "title", "price", "status"],
        ["x", "a", "p", "v1", "Tee", "1", "active"],
        ["x", " ", "p", "v2", "Tee", "1", "active"],
    )
    staged = staged_files(tmp_path, {"orders.csv": ORDERS, "c.csv": catalog})
    assert staged.tables["catalog"]["sku"].to_list() == ["a", "x"]


def test_headers_that_nothing_knows_are_kept_of_recognised_files_only(tmp_path: Path) -> None:
    people = csv_text(["ada@example.com", "Ada"], ["bob@example.com", "Bob"])
    staged = staged_files(tmp_path, {"orders.csv": ORDERS, "people.csv": people})
    assert [file.unmapped_headers for file in staged.files] == [("Mood",), ()]


def test_settings_and_markers_are_no_data(tmp_path: Path) -> None:
    names = ["settings.yaml", "settings.yml", "_SUCCESS", "manifest.json", ".DS_Store"]
    staged = staged_files(tmp_path, {"orders.csv": ORDERS, **dict.fromkeys(names, "x: 1\n")})
    kinds = {file.path: file.kind for file in staged.files if file.problem is None}
    assert kinds == {
        "orders.csv": "orders",
        "settings.yaml": "settings",
        "settings.yml": "settings",
        "_SUCCESS": "marker",
        "manifest.json": "marker",
        ".DS_Store": "marker",
    }


def test_a_file_of_no_known_kind_is_counted_and_blocks_nothing(tmp_path: Path) -> None:
    files = {"orders.csv": ORDERS, "stuff.csv": UNKNOWN, "notes.txt": "hello"}
    staged = staged_files(tmp_path, files)
    staged.raise_for_structure()
    notes, _, stuff = staged.files
    assert notes.problem is not None
    assert notes.problem.code == "BP-FILE-UNSUPPORTED"
    assert stuff.problem is not None
    assert stuff.problem.code == "BP-CSV-UNKNOWN"
    assert stuff.row_count == 2
    assert "variants" in stuff.problem.expected
    assert "inventory_item_id" in stuff.problem.expected


@pytest.mark.parametrize(
    ("content", "code", "named"),
    [
        (b"\x89PNG\x00\x01", "BP-CSV-BINARY", ["bad.csv"]),
        ("", "BP-CSV-EMPTY", ["bad.csv"]),
        (ORDERS.encode("utf-16")[:-1], "BP-CSV-ENCODING", ["UTF-16", "UTF-8"]),
        ("PK\x03\x04 and no more", "BP-ZIP-DAMAGED", ["bad.csv"]),
        ("<html></html>", "BP-CSV-MARKUP", ["bad.csv"]),
        (ORDERS + '3,"2025', "BP-CSV-QUOTE", ["line 4"]),
        (
            ORDERS.replace(",", ";", 5),
            "BP-CSV-DELIMITER",
            ["header separated by semicolons", "rows separated by commas"],
        ),
        (
            "".join(f'"{line}"\n' for line in ORDERS.splitlines()),
            "BP-CSV-DELIMITER",
            ["one quoted cell"],
        ),
        (ORDERS.replace("Mood", "order id"), "BP-CSV-HEADER", ["'orderId'", "'order id'"]),
        ("order_id,sku,qty\n1,a,2\n", "BP-CSV-COLUMN", ["created_at", "unit_price", "line 1"]),
        ("order_id,sku" + ",x" * 9998, "BP-CSV-HEADER", ["10000 columns"]),
    ],
)
def test_a_file_that_can_t_be_used_refuses_the_shop_with_place_and_expectation(
    tmp_path: Path, content: Content, code: str, named: list[str]
) -> None:
    refused = refusal_of(tmp_path, {"bad.csv": content, "orders.csv": ORDERS})
    assert refused.code == code
    assert refused.place.startswith("shop shop, bad.csv")
    assert [word for word in named if word not in str(refused)] == []


def test_the_first_bad_file_by_path_is_the_one_that_is_named(tmp_path: Path) -> None:
    refused = refusal_of(tmp_path, {"b.csv": "", "a.csv": b"\x00", "orders.csv": ORDERS})
    assert refused.code == "BP-CSV-BINARY"


def test_cells_that_ran_into_the_header_are_not_quoted(tmp_path: Path) -> None:
    header = (
        "order_id,created_at,sku,quantity,price,customer,1,2025-01-01,a,1,2,Ada Smith,Ada Smith"
    )
    refused = refusal_of(tmp_path, {"orders.csv": f"{header},sku\n"})
    assert refused.code == "BP-CSV-HEADER"
    assert refused.found == (
        "6 columns that mean the same: 'sku', number 7, number 10, number 12, number 13, 'sku'"
    )


@pytest.mark.parametrize("sign", ["\r", "\x1e", "\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_header_that_ends_in_another_way_than_the_rows_is_refused(
    tmp_path: Path, sign: str, delimiter: str
) -> None:
    # The row behind it would be lost: neither loaded nor counted.
    header, first, *rows = ORDERS.splitlines()
    orders = header + sign + "\n".join([first, *rows, ""])
    refused = refusal_of(tmp_path, {"o.csv": orders.replace(",", delimiter)})
    assert refused.code == "BP-CSV-NEWLINE"
    assert refused.found.startswith(f"a first line that goes on behind U+{ord(sign):04X}")


def test_a_quoted_header_may_hold_any_line_end(tmp_path: Path) -> None:
    orders = ORDERS.replace("Mood", '"Mo\u2028od"').replace("sku", '"sku\r"')
    assert staged_files(tmp_path, {"o.csv": orders}).files[0].row_count == 2


def test_a_shop_without_orders_is_refused_and_told_what_it_has(tmp_path: Path) -> None:
    refused = refusal_of(tmp_path, {"stock.csv": INVENTORY, "stuff.csv": UNKNOWN})
    assert refused.code == "BP-INGEST-NO-ORDERS"
    assert "stock.csv (inventory)" in refused.found
    assert "stuff.csv (not recognised)" in refused.found
    assert refusal_of(tmp_path / "empty", {}).found == "no file"


def test_a_header_alone_is_an_empty_file_of_its_kind(tmp_path: Path) -> None:
    staged = staged_files(tmp_path, {"orders.csv": ORDERS.splitlines()[0]})
    staged.raise_for_structure()
    assert staged.files[0].row_count == 0
    assert [block.row_count for block in staged.blocks] == [0]


def test_a_hostile_header_reaches_no_sql(tmp_path: Path) -> None:
    header = """x" from (select 1 as x), read_text('/etc/hostname') t --"""
    orders = ORDERS.replace("Mood", '"' + header.replace('"', '""') + '"')
    staged = staged_files(tmp_path, {"orders.csv": orders})
    assert staged.files[0].unmapped_headers == (header,)
    assert [block.row_count for block in staged.blocks] == [2]


def test_the_log_of_versions_grows_and_changes_no_row(tmp_path: Path) -> None:
    first = staged_files(tmp_path, {"orders.csv": ORDERS, "notes.xlsx": b"PK\x03\x04"})
    log = landed_versions(first, LandedVersions.create_empty(), run_id="one")
    assert log.select("path", "outcome", "problem", "run_id").rows() == [
        ("notes.xlsx", "unusable", "BP-FILE-UNSUPPORTED", "one"),
        ("orders.csv", "read", None, "one"),
    ]
    again = landed_versions(staged_files(tmp_path, {}), log, run_id="two")
    assert again.equals(log)
    replaced = staged_files(tmp_path, {"orders.csv": ORDERS + "\n"})
    longer = landed_versions(replaced, log, run_id="three")
    assert longer.filter(pl.col("run_id") != "three").equals(log)
    assert longer.filter(run_id="three").get_column("path").to_list() == ["orders.csv"]
