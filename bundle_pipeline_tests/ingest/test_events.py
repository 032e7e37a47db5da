"""Events: views, carts and searches of an optional export, each row accounted for."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from bundle_pipeline.ingest.customers import CustomerKeys
from bundle_pipeline.ingest.headers import recognised_kind
from bundle_pipeline_tests.support.landing import (
    CUSTOMER_KEY,
    ReadShop,
    csv_text,
    loaded_files,
    observed_text,
)

ORDERS = (
    "order_id,created_at,variant_id,sku,line_item_quantity,original_unit_price\n"
    "1,2025-01-01,v1,S1,1,2\n"
)
VARIANTS = "product_id,variant_id,variant_title,price,inventory_item_id,sku\np1,v1,Blue,2,i1,S1\n"
HEADER = ("event_type", "occurred_at", "product_id", "variant_id", "sku", "session_id", "query")
NOON = "2025-01-05T12:00:00Z"
AT_NOON = datetime(2025, 1, 5, 12, tzinfo=UTC)


def load(folder: Path, **files: str) -> ReadShop:
    events = {f"{name}.csv": text for name, text in files.items()}
    return loaded_files(folder, {"orders.csv": ORDERS, "variants.csv": VARIANTS, **events})


def event(kind: str, *, time: str = NOON, session: str = "s1", **item: str) -> list[str]:
    names = ("product_id", "variant_id", "sku")
    return [kind, time, *(item.get(name, "") for name in names), session, item.get("query", "")]


def test_a_header_with_type_time_and_item_is_one_of_events() -> None:
    assert recognised_kind(HEADER) == "events"
    assert recognised_kind(["Event Name", "eventTime", "SKU"]) == "events"
    assert recognised_kind(["event_type", "occurred_at"]) is None


def test_events_are_read_with_their_item_and_a_hash_of_whose_they_are(tmp_path: Path) -> None:
    shop = load(
        tmp_path,
        events=csv_text(
            HEADER,
            event("product_viewed", product_id="gid://shopify/Product/p1"),
            event("Add to Cart", variant_id="v1", time="2025-01-05 12:00:30"),
            event("search", sku="S1", session=""),
        ),
    )
    (key,) = CustomerKeys(CUSTOMER_KEY).of(pl.Series(["s1"]))
    columns = ("event_type", "occurred_at", "product_id", "variant_id", "visitor_key")
    assert sorted(shop.events.select(columns).rows(), key=str) == [
        ("cart", AT_NOON.replace(second=30), None, "v1", key),
        ("search", AT_NOON, None, "v1", None),
        ("view", AT_NOON, "p1", None, key),
    ]


def test_every_event_row_is_accounted_for_by_name(tmp_path: Path) -> None:
    shop = load(
        tmp_path,
        events=csv_text(
            HEADER,
            event("view", product_id="p1"),
            event("checkout_started", product_id="p1", time="who knows"),
            event("search", query="blue tee"),
            event("view", sku="nobody's"),
            event("", product_id="p1"),
            event("view", product_id="p1", time=""),
            event("view", product_id="p1", time="noon"),
            event("view", product_id="9.23436E+11"),
        ),
    )
    ledger = shop.ingest_ledger.row(by_predicate=pl.col("path") == "events.csv", named=True)
    assert (ledger["kind"], ledger["row_count"], ledger["loaded_count"]) == ("events", 8, 1)
    assert {entry["reason"]: entry["row_count"] for entry in ledger["reasons"]} == {
        "event_type_not_used": 1,
        "event_without_product": 2,
        "event_type_missing": 1,
        "occurred_at_missing": 1,
        "occurred_at_not_a_time": 1,
        "id_lost_its_digits": 1,
    }
    assert (ledger["excluded_count"], ledger["quarantined_count"]) == (3, 4)


def test_events_of_overlapping_exports_are_there_once(tmp_path: Path) -> None:
    # Two views in one second by nobody known are two; the next export repeats both.
    twice = [event("view", product_id="p1", session="")] * 2
    shop = load(
        tmp_path,
        monday=csv_text(HEADER, *twice),
        tuesday=csv_text(HEADER, *twice, event("cart", product_id="p1", session="")),
    )
    assert sorted(shop.events["event_type"]) == ["cart", "view", "view"]
    assert shop.ingest_ledger["superseded_count"].sum() == 2


def test_a_stated_id_tells_events_apart(tmp_path: Path) -> None:
    header = ("event_id", *HEADER)
    rows = [["e1", *event("view", product_id="p1")], ["e2", *event("view", product_id="p1")]]
    shop = load(tmp_path, events=csv_text(header, *rows, rows[0]))
    assert shop.events["event_id"].to_list() == ["e1", "e2"]


def test_nobody_and_no_search_text_is_kept(tmp_path: Path) -> None:
    header = (*HEADER, "email", "ip_address")
    row = [*event("search", product_id="p1", query="for ada"), "ada@example.com", "10.9.8.7"]
    bad = ["view", "noon", *row[2:]]
    shop = load(tmp_path, events=csv_text(header, row, bad))
    seen = observed_text(tmp_path, tmp_path / "spool").table("events")
    for frame in (shop.events, shop.quarantine, shop.ingest_ledger, seen):
        text = frame.write_json()
        assert not any(trace in text for trace in ("ada", "10.9.8.7", '"s1"', "example"))


def test_a_shop_without_events_has_an_empty_frame(tmp_path: Path) -> None:
    assert load(tmp_path).events.is_empty()
