"""Rows are conserved: every row in has one outcome, however dirty the files."""

from pathlib import Path

import polars as pl
from blake3 import blake3
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bundle_pipeline.schemas.ingest import OUTCOMES
from bundle_pipeline_tests.support.landing import ReadShop, csv_text, loaded_files


def cells(*texts: str) -> st.SearchStrategy[str]:
    return st.sampled_from(["", *texts])


ORDER_HEADER = [
    "order_id", "created_at", "line_item_id", "variant_id", "sku", "quantity", "price", "currency",
    "financial_status", "line_discount", "is_gift_card",
]  # fmt: skip
ORDER_ROWS = st.tuples(
    cells("1", "2", "gid://shopify/Order/1"),
    cells("2025-01-01", "2025-01-02T10:00:00Z", "soon", "13/01/2025", "1/2/2025"),
    cells("l1", "l2", "l3"),
    cells("v1", "v2"),
    cells("a", "b", 'quo"te', "new\nline"),
    cells("1", "2", "2.0", "0", "-1", "x", "99999999999"),
    cells("1", "2.50", "-1", "free", "1e400"),
    cells("EUR", "JPY", "ZZZ"),
    cells("paid", "voided", "refunded"),
    cells("0.5", "9", "-1", "x"),
    cells("true", "false"),
).map(list)
STOCK_HEADER = ["inventory_item_id", "location_id", "available", "updated_at"]
STOCK_ROWS = st.tuples(
    cells("i", "j"), cells("1", "2"), cells("1", "x", "not stocked"), cells("2025-01-01", "x")
).map(list)
CATALOG_HEADER = [
    "variant_id", "product_id", "inventory_item_id", "product_title", "price", "product_status",
]  # fmt: skip
CATALOG_ROWS = st.tuples(
    cells("v1", "v2"),
    cells("p"),
    cells("i", "j"),
    cells("Tee"),
    cells("1", "x"),
    cells("active", "?"),
).map(list)
RAGGED_ROWS = st.lists(cells("1", "x"), min_size=1, max_size=14)


def rows(regular: st.SearchStrategy[list[str]]) -> st.SearchStrategy[list[list[str]]]:
    return st.lists(st.one_of(regular, regular, regular, RAGGED_ROWS), max_size=12)


def accounted_for(shop: ReadShop) -> None:
    ledger = shop.ingest_ledger
    assert (
        ledger["row_count"].to_list()
        == ledger.select(pl.sum_horizontal(f"{outcome}_count" for outcome in OUTCOMES))
        .to_series()
        .to_list()
    )
    loaded = dict(ledger.group_by("kind").agg(pl.col("loaded_count").sum()).iter_rows())
    assert loaded.get("orders", 0) == shop.order_lines.height
    assert loaded.get("inventory", 0) == shop.inventory.height
    assert loaded.get("catalog", 0) == shop.catalog.height
    assert ledger["quarantined_count"].sum() == shop.quarantine.height
    counted = [sum(reason["row_count"] for reason in reasons) for reasons in ledger["reasons"]]
    assert counted == (ledger["row_count"] - ledger["loaded_count"]).to_list()


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows(ORDER_ROWS), rows(ORDER_ROWS), rows(STOCK_ROWS), rows(CATALOG_ROWS))
def test_every_row_of_dirty_files_has_exactly_one_outcome(
    tmp_path: Path,
    first: list[list[str]],
    second: list[list[str]],
    stock: list[list[str]],
    catalog: list[list[str]],
) -> None:
    files = {
        "1.csv": csv_text(ORDER_HEADER, *first),
        "2.csv": csv_text(ORDER_HEADER, *second),
        "stock.csv": csv_text(STOCK_HEADER, *stock),
        "catalog.csv": csv_text(CATALOG_HEADER, *catalog),
    }
    shop = loaded_files(tmp_path, files)
    accounted_for(shop)
    row_counts = dict(shop.ingest_ledger.select("path", "row_count").iter_rows())
    assert row_counts == {
        "1.csv": len(first),
        "2.csv": len(second),
        "stock.csv": len(stock),
        "catalog.csv": len(catalog),
    }


def test_files_that_aren_t_ours_are_in_the_ledger_and_in_quarantine(tmp_path: Path) -> None:
    files = {
        "orders.csv": csv_text(ORDER_HEADER),
        "people.csv": csv_text(["who", "what"], ["Ada", "ada@example.com"], ["Bob", "bob"]),
        "notes.txt": "hello",
        "_SUCCESS": "",
        "settings.yaml": "enabled: true\n",
    }
    shop = loaded_files(tmp_path, files)
    ledger = shop.ingest_ledger.select("path", "kind", "row_count", "quarantined_count").rows()
    assert ledger == [
        ("_SUCCESS", "marker", 0, 0),
        ("notes.txt", None, 0, 0),
        ("orders.csv", "orders", 0, 0),
        ("people.csv", None, 2, 2),
        ("settings.yaml", "settings", 0, 0),
    ]
    assert shop.quarantine.select("path", "line_number", "reason").rows() == [
        ("notes.txt", 1, "unusable_file"),
        ("people.csv", 1, "unusable_file"),
    ]
    assert "nearest" in shop.quarantine["hint"][1]


def test_the_ledger_names_bytes_and_hash_of_every_file(tmp_path: Path) -> None:
    content = csv_text(ORDER_HEADER)
    ledger = loaded_files(tmp_path, {"orders.csv": content}).ingest_ledger
    assert ledger["byte_count"].to_list() == [len(content)]
    assert ledger["content_hash"].to_list() == [blake3(content.encode()).hexdigest()]
