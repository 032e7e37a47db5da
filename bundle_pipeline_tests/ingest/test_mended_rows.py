"""Mended rows take the place of those they mend: once, beside the order's other lines."""

from pathlib import Path

import pytest

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.params import IngestParams
from bundle_pipeline_tests.support.exports import (
    PRODUCTS_MARKETS,
    SHOPIFY_ORDERS,
    export,
    shopify_order,
)
from bundle_pipeline_tests.support.landing import ReadShop, csv_text, loaded_files

HEADER = ["order_id", "created_at", "line_item_id", "sku", "quantity", "price"]
MENDED = "o.csv_mended-001.csv"


def orders(*rows: str) -> str:
    """Rows as words: order, line, SKU, quantity, price; a line of ``/`` is blank."""
    cells = ([cell.replace("-", "") for cell in row.split()] for row in rows)
    made = csv_text(HEADER, *([o, "2025-01-01", *rest] if rest else [o] for o, *rest in cells))
    return made.replace("/\n", "\n")


def lines(shop: ReadShop) -> list[tuple[str, str, int]]:
    return sorted(shop.order_lines.select("order_id", "sku", "quantity").rows())


def ledger(shop: ReadShop, *names: str) -> list[tuple[int, ...]]:
    return shop.ingest_ledger.select(f"{name}_count" for name in names).rows()


def test_a_mended_line_joins_the_others_of_its_order(tmp_path: Path) -> None:
    files = {
        "o.csv": orders("1 11 a 1 5", "1 12 b x 5", "2 21 a 1 5"),
        MENDED: orders("/", "1 12 b 3 5"),
    }
    shop = loaded_files(tmp_path, files)
    assert lines(shop) == [("1", "a", 1), ("1", "b", 3), ("2", "a", 1)]
    assert shop.quarantine.is_empty()
    assert ledger(shop, "row", "loaded", "superseded", "quarantined") == [
        (3, 2, 1, 0),
        (1, 1, 0, 0),
    ]
    assert shop.ingest_ledger["reasons"][0][0]["reason"] == "mended_row"


@pytest.mark.parametrize(
    ("original", "mended"),
    [
        # The bad one first, last, between; the item lists itself twice; the item itself was wrong.
        (["1 - a x 5", "1 - a 1 5", "1 - b 1 5"], ["1 - a 2 5"]),
        (["1 - a 1 5", "1 - b 1 5", "1 - a x 5"], ["/", "/", "1 - a 2 5"]),
        (["1 - a 1 5", "1 - 9.2E+11 2 5", "1 - b 1 5"], ["/", "1 - a 2 5"]),
    ],
)
def test_without_ids_of_lines_a_mended_item_loads_once_beside_its_equals(
    tmp_path: Path, original: list[str], mended: list[str]
) -> None:
    files = {"o.csv": orders(*original), MENDED: orders(*mended)}
    expected = [("1", "a", 1), ("1", "a", 2), ("1", "b", 1)]
    assert lines(loaded_files(tmp_path / "mended", files)) == expected
    # The whole export later, corrected and as a delivery of its own, still counts once.
    again = orders("1 - a 1 5", "1 - b 1 5", "1 - a 2 5")
    shop = loaded_files(tmp_path / "again", {**files, "p.csv": again})
    assert lines(shop) == expected


def test_rows_that_a_setting_makes_usable_too_do_not_count_twice(tmp_path: Path) -> None:
    # The original price became readable after the row was mended by hand.
    original = orders("1 - a 1 5,00", "1 - a 1 1,234", "2 - b 1 5")
    files = {"o.csv": original, MENDED: orders("/", "1 - a 1 1234")}
    assert lines(loaded_files(tmp_path / "first", files)) == [
        ("1", "a", 1),
        ("1", "a", 1),
        ("2", "b", 1),
    ]
    usable = {**files, "o.csv": original.replace("1,234", "1234")}
    shop = loaded_files(tmp_path / "second", usable)
    assert len(lines(shop)) == 3
    assert ledger(shop, "superseded")[0] == (1,)


def test_a_row_mended_in_vain_is_in_quarantine_under_its_new_file(tmp_path: Path) -> None:
    rows = ["1 1 a 1 5", *["2 2 b x 5"]]
    files = {"o.csv": orders(*rows), MENDED: orders("/", "2 2 b y 5")}
    # Rows of a mended file count as those of its original: one of two, which is allowed.
    shop = loaded_files(tmp_path, files, params=IngestParams(max_quarantined_rate=0.5))
    assert shop.quarantine.select("path", "line_number").rows() == [(MENDED, 3)]
    second = {**files, "o.csv_mended-002.csv": orders("/", "2 2 b 4 5")}
    mended = loaded_files(tmp_path, second)
    assert mended.quarantine.is_empty()
    assert lines(mended) == [("1", "a", 1), ("2", "b", 4)]


def test_a_row_that_reading_set_aside_is_mended_too(tmp_path: Path) -> None:
    files = {
        "o.csv": orders("1 1 a 1 5", "1 2 b 1 5 6 7", "3 3 a 1 5"),
        MENDED: orders("/", "1 2 b 1 5"),
    }
    shop = loaded_files(tmp_path, files)
    assert shop.quarantine.is_empty()
    assert lines(shop) == [("1", "a", 1), ("1", "b", 1), ("3", "a", 1)]


def test_a_later_delivery_corrects_mended_rows(tmp_path: Path) -> None:
    files = {
        "o.csv": orders("1 1 a x 5"),
        MENDED: orders("1 1 a 2 5"),
        "p.csv": orders("1 1 a 3 5"),
    }
    assert lines(loaded_files(tmp_path, files)) == [("1", "a", 3)]


def test_a_later_row_of_a_shopify_order_is_mended_without_its_first(tmp_path: Path) -> None:
    rows = shopify_order("#1", "MUG", "MUG", "TEA")
    bad = [rows[0], {**rows[1], "Lineitem quantity": "x"}, rows[2]]
    header, mended = export(SHOPIFY_ORDERS, rows[1]).splitlines(keepends=True)
    files = {
        "o_1.csv": export(SHOPIFY_ORDERS, *bad),
        "o_1.csv_mended-001.csv": f"{header}\n{mended}",
    }
    shop = loaded_files(tmp_path, files)
    assert sorted(shop.order_lines["sku"].to_list()) == ["MUG", "MUG", "TEA"]
    assert shop.orders["financial_status"].to_list() == ["paid"]


def test_mended_rows_of_a_full_snapshot_close_nothing(tmp_path: Path) -> None:
    def product(handle: str, price: str) -> dict[str, str]:
        return {"Handle": handle, "Title": handle, "Variant Price": price, "Status": "active"}

    header, mended = export(PRODUCTS_MARKETS, product("b", "2")).splitlines(keepends=True)
    files = {
        "o.csv": orders("1 1 a 1 5"),
        "p.csv": export(PRODUCTS_MARKETS, product("a", "1"), product("b", "x")),
        "p.csv_mended-001.csv": f"{header}\n{mended}",
    }
    shop = loaded_files(tmp_path, files)
    assert dict(shop.variants.select("product_id", "is_current").rows()) == {"a": True, "b": True}
    assert shop.quarantine.is_empty()


def test_a_file_that_could_not_be_used_is_replaced_as_a_whole(tmp_path: Path) -> None:
    broken = orders("1 1 a 1 5").replace("created_at", "when")
    with pytest.raises(InputDataError, match="BP-CSV-COLUMN"):
        loaded_files(tmp_path / "broken", {"o.csv": broken})
    shop = loaded_files(tmp_path / "mended", {"o.csv": broken, MENDED: orders("1 1 a 1 5")})
    assert lines(shop) == [("1", "a", 1)]
    assert ledger(shop, "row", "superseded", "quarantined") == [(1, 1, 0), (1, 0, 0)]
    # One that can't be used either mends nothing.
    with pytest.raises(InputDataError, match="BP-CSV-COLUMN"):
        loaded_files(tmp_path / "again", {"o.csv": broken, MENDED: broken})
