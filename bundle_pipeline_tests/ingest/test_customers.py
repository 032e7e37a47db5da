"""Nobody can be found in a frame: customers are keyed hashes, nothing else of them is loaded."""

import re
from pathlib import Path

import polars as pl
import pytest

from bundle_pipeline.ingest.customers import CustomerKeys
from bundle_pipeline_tests.support.landing import csv_text, loaded_files, staged_files

PLANTED = {
    "customer_id": "cust-771",
    "customerEmail": "Ada.Lovelace@Example.com",
    "Billing Name": "Ada Lovelace",
    "Shipping Street": "12 St James Square",
    "shippingCity": "Ockham",
    "shippingProvince": "Surrey",
    "Phone": "+44 20 7946 0000",
    "Notes": "call Ada",
}
TRACES = re.compile("cust-771|lovelace|james|ockham|surrey|7946|call ada|example", re.IGNORECASE)
HEADER = ["order_id", "created_at", "line_item_id", "sku", "quantity", "price", *PLANTED]


def planted_orders() -> str:
    people = list(PLANTED.values())
    return csv_text(
        HEADER,
        ["1", "2025-01-01", "l1", "a", "1", "1", *people],
        ["2", "2025-01-01", "l2", "a", "none", "1", *people],
        # Slipped by some columns: the price is an address, and the SKU an e-mail.
        ["3", "2025-01-01", "l3", people[1], "1", people[1], *people],
        ["4", "2025-01-01", "l4", "a", "1", "1", *people, "one too many"],
    )


def all_text(frame: pl.DataFrame) -> str:
    return frame.write_json() + " ".join(frame.columns)


def test_planted_people_are_in_no_frame(tmp_path: Path) -> None:
    staged = staged_files(tmp_path, {"orders.csv": planted_orders()})
    shop = loaded_files(tmp_path, {"orders.csv": planted_orders()})
    frames = [shop.orders, shop.order_lines, shop.quarantine, shop.ingest_ledger]
    assert shop.orders["customer_key"].null_count() == 0
    assert shop.quarantine.height == 3
    for frame in frames:
        assert TRACES.search(all_text(frame)) is None
    assert TRACES.search(repr(staged.files)) is None


def test_staged_text_holds_no_customers_and_no_addresses(tmp_path: Path) -> None:
    text = planted_orders().splitlines(keepends=True)
    staged = staged_files(tmp_path, {"orders.csv": "".join(text[:3])})
    waiting = [pl.read_parquet(path) for path in (tmp_path / "spool").glob("*.parquet")]
    assert waiting
    for frame in waiting:
        assert TRACES.search(all_text(frame)) is None
    assert TRACES.search(repr(staged)) is None


def test_a_file_of_customers_leaves_no_trace(tmp_path: Path) -> None:
    people = csv_text(["Ada Lovelace", "ada@example.com"], ["call Ada", "12 St James"])
    orders = csv_text(HEADER)
    shop = loaded_files(tmp_path, {"orders.csv": orders, "people.csv": people})
    assert TRACES.search(all_text(shop.quarantine) + all_text(shop.ingest_ledger)) is None


def test_a_customer_has_one_key_however_the_export_spells_it(tmp_path: Path) -> None:
    header = ["order_id", "created_at", "sku", "quantity", "price", "customer_id", "email"]
    people = [
        ("gid://shopify/Customer/7", "x@example.com"),
        ("7", ""),
        ("", "Ada@Example.com "),
        ("N/A", "ada@example.com"),
        ("", ""),
    ]
    rows = (
        [str(order), "2025-01-01", "a", "1", "1", *person] for order, person in enumerate(people)
    )
    keys = loaded_files(tmp_path, {"orders.csv": csv_text(header, *rows)}).orders["customer_key"]
    assert keys[0] == keys[1] is not None
    assert keys[2] == keys[3] is not None
    assert keys[0] != keys[2]
    assert keys[4] is None


def test_keys_depend_on_the_secret_and_are_short_hexadecimal() -> None:
    first, second = (CustomerKeys(secret).of(pl.Series(["7"])).item() for secret in (b"1", b"2"))
    assert first != second
    assert re.fullmatch("[0-9a-f]{32}", first)


def test_a_customer_has_one_hash_however_often_they_come() -> None:
    customers = CustomerKeys(b"key")
    once = customers.of(pl.Series(["7", "8", "9", "A@b.c", None])).to_list()
    often = customers.of(pl.Series(["7", "7", "a@b.c", "7", "N/A", None])).to_list()
    assert len(set(once)) == 5
    assert often == [once[0], once[0], once[3], once[0], None, None]
    assert CustomerKeys(b"key").of(pl.Series(["a@b.c"])).item() == once[3]


def test_more_customers_than_are_remembered_have_the_same_hashes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stated = pl.Series([str(number) for number in [*range(20), *range(20)]])
    all_known = CustomerKeys(b"key").of(stated)
    monkeypatch.setattr("bundle_pipeline.ingest.customers._MOST_KNOWN", 3)
    assert CustomerKeys(b"key").of(stated).equals(all_known)
