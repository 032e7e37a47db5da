"""Simple orders, in blocks of any size, are what deciding row by row makes of them."""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bundle_pipeline.ingest import text_blocks
from bundle_pipeline.ingest.params import IngestParams
from bundle_pipeline_tests.support.landing import (
    ReadShop,
    loaded_files,
    observed_text,
    staged_files,
)

HEADER = [
    *("order_id", "name", "created_at", "customer_id", "currency", "financial_status", "total"),
    *("line_item_id", "variant_id", "sku", "product_title", "quantity", "price", "line_discount"),
    *("discounted_total", "is_gift_card", "discount_code", "requires_shipping"),
]
PRODUCTS = "product_id,variant_id,title,price,sku,status\np,v9,Tee,1,S9,active\n"

# Most of it plain, some of it not; every rule of either way is met.
ORDER = st.fixed_dictionaries(
    {
        "order_id": st.sampled_from(["1", "2", "3", "4", "'1", "gid://shopify/Order/1", "5", ""]),
        "name": st.sampled_from(["#1", "#2", "'#1", ""]),
        "created_at": st.sampled_from(
            ["2025-01-02T03:04:05Z", "2025-01-02 03:04:05 +0530", "13/2/2025", "3/2/2025", "", "x"]
        ),
        "customer_id": st.sampled_from(["7", "gid://shopify/Customer/7", "N/A", ""]),
        "currency": st.sampled_from(["EUR", "EUR", "eur", "JPY", "", "XX"]),
        "financial_status": st.sampled_from(["paid", "PAID", "voided", "refunded", ""]),
        "total": st.sampled_from(["", "10.00", "-1", "x"]),
    }
)
LINE = st.fixed_dictionaries(
    {
        "line_item_id": st.sampled_from(["1", "2", "3", "9.23436E+11", ""]),
        "variant_id": st.sampled_from(["v1", "v2", "'v1", ""]),
        "sku": st.sampled_from(["S9", "00042", "1E5", ""]),
        "product_title": st.sampled_from(["Tee", "Gift wrap", "Cap, red", ""]),
        "quantity": st.sampled_from(["1", "2", "2.0", "0", "-1", "x", ""]),
        "price": st.sampled_from(["10.00", "5", "0", "1.234", "1.234.567", "1,50", "$3", "-1", ""]),
        "line_discount": st.sampled_from(["", "1.00", "10.00", "99", "x"]),
        "discounted_total": st.sampled_from(["", "9.00"]),
        "is_gift_card": st.sampled_from(["", "false", "true"]),
        "discount_code": st.sampled_from(["", "", "BP: x"]),
        "requires_shipping": st.sampled_from(["", "TRUE", "no"]),
    }
)
PLAIN_ORDER = {
    "order_id": "1",
    "name": "#1",
    "created_at": "2025-01-02T03:04:05Z",
    "customer_id": "7",
    "currency": "EUR",
    "financial_status": "paid",
    "total": "10.00",
}
PLAIN_LINE = {"variant_id": "v1", "sku": "S", "product_title": "Tee", "quantity": "1", "price": "5"}

Files = list[list[tuple[dict[str, str], list[dict[str, str]]]]]


@st.composite
def files(draw: st.DrawFn) -> Files:
    """Order files: mostly plain orders, each with some lines, and a few fields spoilt."""
    made: Files = []
    number = 0
    for _ in range(draw(st.integers(1, 2))):
        orders: list[tuple[dict[str, str], list[dict[str, str]]]] = []
        for _ in range(draw(st.integers(0, 5))):
            number += 1
            order = {**PLAIN_ORDER, "order_id": str(number), "name": f"#{number}"}
            lines = [
                {**PLAIN_LINE, "line_item_id": str(place)}
                for place in range(draw(st.integers(1, 3)))
            ]
            if draw(st.booleans()):
                order.update(_some(draw, ORDER))
            if draw(st.booleans()):
                lines[-1].update(_some(draw, LINE))
            orders.append((order, lines))
        made.append(orders)
    return made


def _some(draw: st.DrawFn, fields: st.SearchStrategy[dict[str, str]]) -> dict[str, str]:
    values = draw(fields)
    chosen = draw(st.sets(st.sampled_from(sorted(values)), max_size=2))
    return {name: values[name] for name in chosen}


def text_of(orders: list[tuple[dict[str, str], list[dict[str, str]]]]) -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, HEADER, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({**order, **line} for order, lines in orders for line in lines)
    return buffer.getvalue()


def load(made: Files, *, is_any_simple: bool, block_bytes: int) -> ReadShop:
    landed = {f"{number}.csv": text_of(orders) for number, orders in enumerate(made)}
    params = IngestParams(
        max_quarantined_rate=1.0,
        # Asks for the status of each line's product, which only the way row by row knows.
        exclude_draft_products=not is_any_simple,
    )
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_blocks.text_blocks, "__kwdefaults__", {"block_bytes": block_bytes})
        return loaded_files(Path(folder), {**landed, "p.csv": PRODUCTS}, params=params)


ORDER_WITHOUT_ITS_ID = [
    [({**PLAIN_ORDER, "order_id": order_id, "name": "#1"}, [PLAIN_LINE]) for order_id in ("1", "")]
]


@settings(max_examples=25, deadline=None)
@given(files(), st.sampled_from([1, 200, 400, 10**6]))
@example(ORDER_WITHOUT_ITS_ID, 10**6)
def test_both_ways_and_all_block_sizes_come_to_the_same(made: Files, block_bytes: int) -> None:
    slow = load(made, is_any_simple=False, block_bytes=10**6)
    fast = load(made, is_any_simple=True, block_bytes=block_bytes)
    for name in ("orders", "order_lines", "quarantine", "ingest_ledger"):
        assert getattr(fast, name).equals(getattr(slow, name)), name
    assert (fast.currency, fast.as_of) == (slow.currency, slow.as_of)


@pytest.mark.parametrize(
    "time",
    [
        *("-2025-01-02T03:04:05Z", "12025-01-02T03:04:05Z", "0000-01-02T03:04:05Z"),
        *("2025-1-2T03:04:05Z", "12025-1-02T03:04:05Z"),
    ],
)
def test_a_time_that_deciding_row_by_row_refuses_is_refused(tmp_path: Path, time: str) -> None:
    text = text_of([({**PLAIN_ORDER, "created_at": time}, [PLAIN_LINE])])
    shop = loaded_files(tmp_path, {"o.csv": text})
    assert shop.quarantine["reason"].to_list() == ["ordered_at_not_a_time"]


def test_plain_orders_are_simple_and_an_order_in_two_files_is_not(tmp_path: Path) -> None:
    plain = [
        ({**PLAIN_ORDER, "order_id": number}, [{**PLAIN_LINE, "line_item_id": number}])
        for number in "123"
    ]
    shop = loaded_files(tmp_path, {"a.csv": text_of(plain), "b.csv": text_of(plain[1:2])})
    waiting = list((tmp_path / "spool").glob("waiting-*"))
    assert len(waiting) == 2
    assert shop.orders.height == 3
    assert shop.ingest_ledger["superseded_count"].to_list() == [1, 0]


@pytest.mark.parametrize("block_bytes", [1, 10**6])
def test_a_number_that_waits_and_proves_a_comma_is_held_against_the_whole_file(
    block_bytes: int,
) -> None:
    # Alone, 1.234.567 proves that a point groups digits; beside 10.00 nothing is proven, and what
    # has two readings isn't read.
    prices = ["10.00", "1.234.567", "1.234"]
    orders = [
        (
            {**PLAIN_ORDER, "order_id": price, "financial_status": status, "total": ""},
            [{**PLAIN_LINE, "price": price}],
        )
        for price, status in zip(prices, ["paid", "paid", "pending"], strict=True)
    ]
    slow = load([orders], is_any_simple=False, block_bytes=10**6)
    fast = load([orders], is_any_simple=True, block_bytes=block_bytes)
    assert slow.order_lines["unit_price_minor"].to_list() == [1000]
    assert fast.order_lines.equals(slow.order_lines)


def test_rows_that_are_read_twice_are_observed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The second block has a comma, so that the whole file is looked at again.
    monkeypatch.setattr(text_blocks.text_blocks, "__kwdefaults__", {"block_bytes": 1})
    prices = ["5.00", "1,50"]
    orders = [
        ({**PLAIN_ORDER, "order_id": price}, [{**PLAIN_LINE, "price": price}]) for price in prices
    ]
    staged_files(tmp_path, {"o.csv": text_of(orders)})
    seen = observed_text(tmp_path, tmp_path / "spool").table("orders")
    assert seen["order_id"].to_list() == prices


def test_a_file_that_turns_out_to_be_unusable_is_not_observed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_blocks.text_blocks, "__kwdefaults__", {"block_bytes": 1})
    text = text_of([(PLAIN_ORDER, [PLAIN_LINE])]) + '2,"never closed\n'
    staged = staged_files(tmp_path, {"o.csv": text})
    assert staged.files[0].problem is not None
    assert "orders" not in observed_text(tmp_path, tmp_path / "spool").rows
