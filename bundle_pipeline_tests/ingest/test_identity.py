"""Which variant an order line means: by id, SKU or title, each counted; nothing is merged."""

from pathlib import Path

import polars as pl
import pytest

from bundle_pipeline.ingest.identity import identities, with_identity
from bundle_pipeline.ingest.params import IngestParams
from bundle_pipeline_tests.support.exports import (
    ORDERS_WITHOUT_IDS,
    PRODUCTS_MARKETS,
    Cells,
    export,
)
from bundle_pipeline_tests.support.landing import ReadShop, csv_text, loaded_files
from bundle_pipeline_tests.support.products import catalog_frame, variant, variants_frame

VARIANTS = variants_frame(
    variant("1", product_id="tee", product_title="Tee", variant_title="Black / M", sku="T-BM"),
    variant("2", product_id="tee", product_title="Tee", variant_title="Black / L", sku="T-BL"),
    variant("3", product_id="mug", product_title="Mug", variant_title="Default Title", sku="M"),
    variant("4", product_id="cup", product_title="Cup", variant_title="Red", sku="shared"),
    variant("5", product_id="pot", product_title="Pot", variant_title=None, sku="shared"),
    variant("6", product_id="hat", product_title="Hat", variant_title="S", sku="H"),
    variant("7", product_id="hat_2", product_title="Hat", variant_title="S", sku="H-2"),
)
LINE = {
    "order_id": "1",
    "created_at": "2025-01-01",
    "line_item_id": "",
    "variant_id": "",
    "sku": "",
    "product_title": "",
    "variant_title": "",
    "line_item_name": "",
    "quantity": "1",
    "price": "1",
}


def orders_csv(*lines: Cells) -> str:
    """Lines of one order, by field."""
    rows = [{**LINE, "line_item_id": str(number), **line} for number, line in enumerate(lines)]
    return csv_text(list(LINE), *(list(row.values()) for row in rows))


def load(folder: Path, *lines: Cells, params: IngestParams | None = None, **files: str) -> ReadShop:
    named = {f"{name}.csv": text for name, text in files.items()}
    return loaded_files(folder, {"orders.csv": orders_csv(*lines), **named}, params=params)


def resolved(line: Cells) -> tuple[str | None, str]:
    """What a line with these fields means among ``VARIANTS``."""
    fields = ("variant_id", "sku", "product_title", "variant_title", "line_item_name")
    rows = pl.DataFrame(
        {name: [line.get(name)] for name in fields}, schema=dict.fromkeys(fields, pl.String)
    )
    known = identities(VARIANTS, catalog_frame())
    row = with_identity(rows, known).row(0, named=True)
    return row["variant_id"], row["resolved_by"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"variant_id": "2", "sku": "T-BM"}, ("2", "variant_id")),
        ({"variant_id": "99", "sku": "T-BM"}, ("99", "variant_id")),
        ({"sku": "T-BM", "line_item_name": "Mug"}, ("1", "sku")),
        ({"sku": "shared"}, (None, "unresolved")),
        ({"sku": "shared", "line_item_name": "Pot"}, ("5", "title")),
        ({"sku": "orphan", "line_item_name": "Tee - Black / L"}, ("2", "title")),
        ({"line_item_name": "Tee"}, (None, "unresolved")),
        ({"line_item_name": "Mug"}, ("3", "title")),
        ({"line_item_name": "Mug - Default Title"}, (None, "unresolved")),
        ({"line_item_name": "Cup"}, ("4", "title")),
        ({"line_item_name": "Cup - Red"}, ("4", "title")),
        ({"line_item_name": "cup - red"}, (None, "unresolved")),
        ({"line_item_name": "Hat - S"}, (None, "unresolved")),
        ({"product_title": "Tee", "variant_title": "Black / M"}, ("1", "title")),
        ({"product_title": "Mug", "variant_title": "Default Title"}, ("3", "title")),
        (
            {"product_title": "Tee", "variant_title": "Black / M", "line_item_name": "Tee"},
            ("1", "title"),
        ),
        ({"line_item_name": "Tip"}, (None, "unresolved")),
        ({}, (None, "unresolved")),
    ],
)
def test_a_line_means_the_one_variant_that_its_best_label_tells(
    line: Cells, expected: tuple[str | None, str]
) -> None:
    assert resolved(line) == expected


def test_a_label_of_several_variants_is_listed() -> None:
    known = identities(VARIANTS, catalog_frame())
    assert known.ambiguous_skus.rows() == [("shared", ["4", "5"])]


def test_a_product_made_anew_takes_its_label_from_the_closed_one() -> None:
    known = identities(
        variants_frame(
            variant("1", sku="a", is_current=False),
            variant("2", sku="a"),
            variant("3", sku="b", is_current=False),
        ),
        catalog_frame(),
    )
    assert sorted(known.by_sku.rows()) == [("a", "2"), ("b", "3")]
    assert known.ambiguous_skus.is_empty()


TEE: Cells = {
    "Handle": "tee", "Title": "Tee", "Option1 Value": "Black", "Option2 Value": "M",
    "Variant SKU": "T-BM", "Variant Price": "20", "Cost per item": "7", "Status": "active",
    "Variant Inventory Tracker": "shopify", "Variant Inventory Qty": "4",
}  # fmt: skip
MUG: Cells = {
    "Handle": "mug", "Title": "Mug", "Variant Price": "8", "Status": "draft",
    "Option1 Value": "Default Title",
}  # fmt: skip


def test_orders_without_ids_meet_a_product_export_without_ids(tmp_path: Path) -> None:
    orders = export(
        ORDERS_WITHOUT_IDS,
        *(
            {"name": "#1", "created_at": "2025-01-01", "quantity": "1", "price": "1", **line}
            for line in (
                {"sku": "T-BM"},
                {"line_item_name": "Mug"},
                {"line_item_name": "Poster"},
            )
        ),
    )
    files = {"o.csv": orders, "p.csv": export(PRODUCTS_MARKETS, TEE, MUG)}
    lines = loaded_files(tmp_path, files).order_lines
    assert lines.select("variant_id", "resolved_by").rows() == [
        ("handle:tee:Black / M", "sku"),
        ("handle:mug", "title"),
        (None, "unresolved"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        {"variant_id": "1", "sku": "T-BM"},
        {"variant_id": "1", "product_title": "Tee", "variant_title": "Black / M"},
    ],
)
def test_orders_with_ids_give_them_to_a_product_export_without(tmp_path: Path, line: Cells) -> None:
    shop = load(tmp_path, line, products=export(PRODUCTS_MARKETS, TEE, MUG))
    assert shop.variants.select("variant_id", "product_id", "unit_cost_minor").rows() == [
        ("1", "tee", 700),
        ("handle:mug", "mug", None),
    ]
    assert shop.catalog["variant_id"].to_list() == ["1", "handle:mug"]
    stock_key = shop.variants.row(0, named=True)["inventory_item_id"]
    assert shop.inventory.select("inventory_item_id", "available_count").rows() == [(stock_key, 4)]
    assert shop.unknown_variants.is_empty()


def test_two_ids_of_one_sku_are_not_taken_for_one_variant(tmp_path: Path) -> None:
    lines = ({"variant_id": "1", "sku": "T-BM"}, {"variant_id": "2", "sku": "T-BM"})
    shop = load(tmp_path, *lines, products=export(PRODUCTS_MARKETS, TEE))
    assert shop.variants["variant_id"].to_list() == ["handle:tee:Black / M"]
    assert shop.order_lines["variant_id"].to_list() == ["1", "2"]
    assert shop.unknown_variants.rows() == [("1", 1), ("2", 1)]


def test_the_cost_of_a_product_export_reaches_the_variant_of_a_file_with_ids(
    tmp_path: Path,
) -> None:
    header = ["variant_id", "product_id", "inventory_item_id", "handle", "title", "price"]
    variants = csv_text(
        header, ["1", "10", "100", "tee", "Black / M", "19"], ["2", "10", "101", "tee", "XS", "18"]
    )
    products = export(PRODUCTS_MARKETS, TEE, {**TEE, "Option2 Value": "L", "Variant SKU": "T-BL"})
    shop = load(tmp_path, products=products, variants=variants)
    columns = ("variant_id", "product_id", "inventory_item_id", "sku", "price_minor")
    assert shop.variants.select(*columns, "unit_cost_minor").rows() == [
        ("1", "10", "100", "T-BM", 1900, 700),
        ("2", "10", "101", None, 1800, None),
        ("handle:tee:Black / L", "10", "handle:tee:Black / L", "T-BL", 2000, 700),
    ]
    assert shop.inventory["inventory_item_id"].to_list() == ["100", "handle:tee:Black / L"]


def test_ids_that_no_product_has_are_kept_and_counted(tmp_path: Path) -> None:
    lines = ({"variant_id": "7"}, {"variant_id": "9"}, {"variant_id": "9"})
    shop = load(tmp_path, *lines)
    assert shop.order_lines["variant_id"].to_list() == ["7", "9", "9"]
    assert shop.unknown_variants.rows() == [("9", 2), ("7", 1)]


@pytest.mark.parametrize(
    ("status", "setting"),
    [("draft", "exclude_draft_products"), ("archived", "exclude_archived_products")],
)
def test_lines_of_products_off_sale_count_unless_a_setting_leaves_them_out(
    tmp_path: Path, status: str, setting: str
) -> None:
    products = export(PRODUCTS_MARKETS, TEE, {**MUG, "Status": status})
    lines = ({"sku": "T-BM"}, {"line_item_name": "Mug"})
    kept = load(tmp_path / "off", *lines, products=products)
    assert kept.order_lines.height == 2
    params = IngestParams.model_validate({setting: True})
    shop = load(tmp_path / "on", *lines, products=products, params=params)
    assert shop.order_lines["variant_id"].to_list() == ["handle:tee:Black / M"]
    assert shop.ingest_ledger["reasons"].to_list()[0] == [
        {"outcome": "excluded", "reason": f"{status}_product", "row_count": 1}
    ]
