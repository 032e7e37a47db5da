"""Spreadsheet scars: apostrophes, serial dates and lost ids, worked out by hand."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from bundle_pipeline.ingest.spreadsheet_scars import (
    mended,
    spelling_traces,
    with_mended_spelling,
)
from bundle_pipeline_tests.support.landing import ReadShop, csv_text, loaded_files

HEADER = [
    "order_id", "created_at", "line_item_id", "variant_id", "sku", "quantity", "price", "name",
    "customer_id", "email", "is_gift_card",
]  # fmt: skip
GOOD = {
    "order_id": "1", "created_at": "2025-01-01", "line_item_id": "l", "variant_id": "v",
    "quantity": "1", "price": "2.50",
}  # fmt: skip


def load(folder: Path, *rows: dict[str, str], delimiter: str = ",") -> ReadShop:
    cells = [[{**GOOD, **row}.get(name, "") for name in HEADER] for row in rows]
    text = csv_text(HEADER, *cells)
    return loaded_files(folder, {"o.csv": text.replace(",", delimiter)})


def times_of(*texts: str | None) -> list[str | None]:
    rows = pl.DataFrame({"created_at": texts}, schema={"created_at": pl.String})
    return with_mended_spelling(rows, delimiter=",")["created_at"].to_list()


def test_the_apostrophe_of_a_spreadsheet_goes_from_labels(tmp_path: Path) -> None:
    first = {"order_id": "'1", "variant_id": "'v", "sku": "'000123", "name": "'#1001"}
    second = {"order_id": "1", "line_item_id": "'m", "sku": "'quoted'", "variant_id": ""}
    shop = load(tmp_path, first, second)
    assert shop.orders.select("order_id", "order_name").rows() == [("1", "#1001")]
    lines = shop.order_lines.select("line_id", "variant_id", "sku").rows()
    assert lines == [("l", "v", "000123"), ("m", None, "'quoted'")]


def test_a_customer_with_and_without_apostrophe_is_one(tmp_path: Path) -> None:
    rows = [{"order_id": str(n), "customer_id": text} for n, text in enumerate(["'72104", "72104"])]
    assert load(tmp_path, *rows).orders["customer_key"].n_unique() == 1


def test_a_customer_whose_id_is_lost_goes_by_the_address(tmp_path: Path) -> None:
    lost = {"customer_id": "7.21045E+12"}
    shop = load(
        tmp_path,
        {**lost, "order_id": "1", "email": "a@example.com"},
        {**lost, "order_id": "2", "email": "b@example.com"},
        {**lost, "order_id": "3"},
    )
    keys = shop.orders["customer_key"].to_list()
    assert keys[2] is None
    assert len(set(keys)) == 3


@pytest.mark.parametrize("name", ["order_id", "line_item_id", "variant_id"])
@pytest.mark.parametrize("text", ["9.23436E+11", "9.23436e+11", "9,23436E+11", "'9.2E11", "9E+11"])
def test_an_id_that_lost_its_digits_is_never_used(tmp_path: Path, name: str, text: str) -> None:
    shop = load(tmp_path, {name: text}, {"order_id": "2"})
    assert shop.quarantine.select("line_number", "reason").rows() == [(2, "id_lost_its_digits")]
    assert "export it again" in shop.quarantine["hint"].item()
    assert shop.order_lines["order_id"].to_list() == ["2"]


def test_a_sku_may_look_so_unless_it_is_all_that_tells_the_variant(tmp_path: Path) -> None:
    shop = load(
        tmp_path,
        {"line_item_id": "1", "sku": "1E5", "variant_id": ""},
        {"line_item_id": "2", "sku": "4.00638E+12"},
        {"line_item_id": "3", "sku": "4.00638E+12", "variant_id": ""},
    )
    assert shop.order_lines["sku"].to_list() == ["1E5", "4.00638E+12"]
    assert shop.quarantine.select("line_number", "reason").rows() == [(4, "id_lost_its_digits")]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (["variant_id", "product_id", "inventory_item_id", "price"], ["4.5E+13", "p", "i", "1"]),
        (["variant_id", "product_id", "inventory_item_id", "price"], ["v", "4.5E+13", "i", "1"]),
        (["inventory_item_id", "available"], ["4.5E+13", "1"]),
        (
            ["variant_id", "product_id", "product_title", "price", "status"],
            ["4.5E+13", "p", "Tee", "1", "active"],
        ),
    ],
)
def test_no_kind_of_file_uses_a_lost_id(tmp_path: Path, header: list[str], row: list[str]) -> None:
    orders = csv_text(HEADER, [{**GOOD}.get(name, "") for name in HEADER])
    shop = loaded_files(tmp_path, {"1.csv": orders, "2.csv": csv_text(header, row)})
    assert shop.quarantine.select("path", "reason").rows() == [("2.csv", "id_lost_its_digits")]


def test_booleans_of_spreadsheets_are_read(tmp_path: Path) -> None:
    rows = [{"line_item_id": text, "is_gift_card": text} for text in ("TRUE", "FALSE")]
    assert load(tmp_path, *rows).order_lines["line_id"].to_list() == ["FALSE"]


def test_serial_dates_are_times_if_all_times_of_the_file_are() -> None:
    # 45292 is 2024-01-01; 92 days later, 0.348 * 86,400 s = 30,067.2 s.
    assert times_of("45384.348", "45292", "45384,5", None) == [
        "2024-04-02T08:21:07",
        "2024-01-01T00:00:00",
        "2024-04-02T12:00:00",
        None,
    ]
    assert times_of("32874", "73050") == ["1990-01-01T00:00:00", "2099-12-31T00:00:00"]


@pytest.mark.parametrize(
    "other", ["2024-01-01", "1/2/2024", "soon", "32873", "73051", "1714564800"]
)
def test_a_serial_date_beside_any_other_time_stays_as_it_is(other: str) -> None:
    assert times_of("45384.348", other)[0] == "45384.348"


def test_serial_dates_load_and_mixed_ones_are_quarantined(tmp_path: Path) -> None:
    rows = [{"order_id": "1", "created_at": "45384.5"}, {"order_id": "2", "created_at": "45385"}]
    assert load(tmp_path / "all", *rows).orders["ordered_at"].to_list() == [
        datetime(2024, 4, 2, 12, tzinfo=UTC),
        datetime(2024, 4, 3, tzinfo=UTC),
    ]
    mixed = load(tmp_path / "mixed", *rows, {"order_id": "3"})
    assert mixed.quarantine["reason"].to_list() == ["ordered_at_not_a_time"] * 2
    assert mixed.orders["order_id"].to_list() == ["3"]


def test_numbers_of_all_columns_prove_the_sign_of_the_file() -> None:
    rows = pl.DataFrame(
        {"price": ["1.234", "5"], "cost": ["0,50", None], "available": ["1.000", "-1"]}
    )
    assert with_mended_spelling(rows, delimiter=";").to_dict(as_series=False) == {
        "price": ["1234", "5"],
        "cost": ["0.50", None],
        "available": ["1000", "-1"],
    }


def test_quantities_and_prices_with_two_readings_are_quarantined(tmp_path: Path) -> None:
    shop = load(
        tmp_path,
        {"line_item_id": "1", "price": "1.234"},
        {"line_item_id": "2", "price": "5", "quantity": "1.000"},
        {"line_item_id": "3", "price": "5"},
        delimiter=";",
    )
    reasons = shop.quarantine.select("line_number", "reason").rows()
    assert reasons == [(2, "price_not_a_number"), (3, "quantity_not_a_number")]
    assert shop.order_lines["unit_price_minor"].to_list() == [500]


def test_part_of_a_file_is_mended_by_what_all_of_it_shows() -> None:
    parts = [
        pl.DataFrame({"price": [price], "created_at": [time]})
        for price, time in (("1.234", "45292"), ("1,50", "45293"))
    ]
    traces = spelling_traces(parts[0]) | spelling_traces(parts[1])
    whole = with_mended_spelling(pl.concat(parts), delimiter=",")
    assert pl.concat(mended(part, traces, delimiter=",") for part in parts).equals(whole)
    assert whole["price"].to_list() == ["1234", "1.50"]
