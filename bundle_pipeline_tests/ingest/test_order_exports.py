"""What is listed twice in one export counts twice, in however many parts it comes; again, once."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline_tests.support.exports import (
    ORDERS_WITHOUT_IDS,
    SHOPIFY_ORDERS,
    Cells,
    export,
    shopify_order,
)
from bundle_pipeline_tests.support.landing import ReadShop, loaded_files

ORDER = shopify_order("#1", "MUG", "TEA", "MUG", "MUG")


def shopify(*rows: Cells) -> str:
    return export(SHOPIFY_ORDERS, *rows)


def skus(shop: ReadShop) -> list[str]:
    return sorted(shop.order_lines["sku"].to_list())


def test_an_item_on_both_sides_of_a_split_counts_twice(tmp_path: Path) -> None:
    files = {
        "orders_export_1.csv": shopify(*shopify_order("#7", "CUP"), *ORDER[:3]),
        "orders_export_2.csv": shopify(*ORDER[3:], *shopify_order("#8", "CUP")),
    }
    shop = loaded_files(tmp_path, files)
    assert skus(shop) == ["CUP", "CUP", "MUG", "MUG", "MUG", "TEA"]
    assert shop.ingest_ledger["superseded_count"].to_list() == [0, 0]


@pytest.mark.parametrize(
    "again",
    [
        {"z.csv": ORDER},
        {"z_1.csv": ORDER[:2], "z_2.csv": ORDER[2:]},
        {"orders_export_3.csv": ORDER},
        {"orders_export_3.csv": ORDER[:1], "orders_export_4.csv": ORDER[1:]},
        # A part alone, under another name: which of its equals it had before isn't told.
        {"z.csv": ORDER[3:]},
    ],
)
def test_the_same_order_delivered_again_counts_once(
    tmp_path: Path, again: dict[str, list[Cells]]
) -> None:
    files = {"orders_export_1.csv": ORDER[:3], "orders_export_2.csv": ORDER[3:], **again}
    shop = loaded_files(tmp_path, {path: shopify(*rows) for path, rows in files.items()})
    assert skus(shop) == ["MUG", "MUG", "MUG", "TEA"]


def test_parts_go_by_their_numbers(tmp_path: Path) -> None:
    # By name the tenth part comes before the ninth.
    parts = {"orders_9.csv": shopify(*ORDER[:3]), "orders_10.csv": shopify(*ORDER[3:])}
    assert skus(loaded_files(tmp_path, parts)) == ["MUG", "MUG", "MUG", "TEA"]


def test_files_that_state_the_order_on_each_row_are_an_export_each(tmp_path: Path) -> None:
    row = {"name": "#1", "created_at": "2025-01-01", "sku": "MUG", "quantity": "1", "price": "1"}
    files = {f"orders_{number}.csv": export(ORDERS_WITHOUT_IDS, row, row) for number in (1, 2)}
    assert skus(loaded_files(tmp_path, files)) == ["MUG", "MUG"]


@settings(max_examples=20, deadline=None)
@given(
    items=st.lists(st.sampled_from(["MUG", "TEA", "CUP"]), min_size=1, max_size=6),
    cuts=st.lists(st.lists(st.integers(0, 6), max_size=3), min_size=1, max_size=3),
)
def test_however_often_and_wherever_an_order_is_split_it_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, items: list[str], cuts: list[list[int]]
) -> None:
    rows = shopify_order("#1", *items)
    files: dict[str, str] = {}
    for delivery, places in enumerate(cuts):
        edges = [0, *sorted(min(place, len(rows)) for place in places), len(rows)]
        parts = [rows[a:b] for a, b in pairwise(edges) if a < b]
        for number, part in enumerate(parts, 1):
            files[f"day{delivery}/orders_export_{number}.csv"] = shopify(*part)
    shop = loaded_files(tmp_path_factory.mktemp("landing"), files)
    assert skus(shop) == sorted(items)
