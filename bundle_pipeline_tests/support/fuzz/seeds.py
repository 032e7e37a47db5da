"""Good deliveries to start from: quirks, sample shops cut short, and an export of every dialect."""

import gzip
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from bundle_pipeline_tests.ingest.quirks.table import quirks
from bundle_pipeline_tests.support import exports
from bundle_pipeline_tests.support.exports import Cells, export
from bundle_pipeline_tests.support.fuzz.delivery import Delivery, content_of, is_table, rows_of
from bundle_pipeline_tests.support.fuzz.personal import (
    object_with_personal_data,
    with_personal_data,
)

_PROJECT = Path(__file__).parents[3]
_QUIRK_FILES = _PROJECT / "bundle_pipeline_tests" / "ingest" / "quirks" / "files"
_SAMPLES = _PROJECT / "data" / "landing"
# Of each sample file: enough for orders of several lines, and few enough for thousands of cases.
_MAX_ROWS = 16
_GID = "gid://shopify"


def seeds(real: Path | None = None) -> Mapping[str, Delivery]:
    """Every delivery to start from, by name.

    Args:
        real: Folder with more files; each of them becomes a delivery of its own.
    """
    more = {} if real is None else _real(real)
    return {**_own_seeds(), **more}


@cache
def _own_seeds() -> Mapping[str, Delivery]:
    return {**_quirks(), **_samples(), **_exports(), "bulk_products": _bulk_products()}


def _quirks() -> dict[str, Delivery]:
    return {
        f"quirk {name}": _delivery(
            {file: (_QUIRK_FILES / file).read_bytes() for file in quirk.files}
        )
        for name, quirk in quirks().items()
    }


def _samples() -> dict[str, Delivery]:
    return {
        f"sample {folder.name}": _delivery(
            {path.name.removesuffix(".gz"): _plain(path) for path in sorted(folder.iterdir())}
        )
        for folder in sorted(_SAMPLES.iterdir())
        if folder.is_dir()
    }


def _real(folder: Path) -> dict[str, Delivery]:
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix in {".csv", ".jsonl"}]
    return {f"real {path.name}": _delivery({path.name: _plain(path)}) for path in paths}


def _plain(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


def _delivery(files: Mapping[str, bytes]) -> Delivery:
    return Delivery(
        {path: _planted(path, content) for path, content in files.items()},
        is_nested=any(path.endswith(".jsonl") for path in files),
    )


def _planted(path: str, content: bytes) -> bytes:
    """The first rows of a file, with personal data in them."""
    if is_table(path):
        rows = rows_of(content)[: _MAX_ROWS + 1]
        return content_of(with_personal_data(rows))
    lines = content.splitlines()[:_MAX_ROWS]
    return b"\n".join(object_with_personal_data(line) for line in lines) + b"\n"


_SOLD: Cells = {
    "name": "#1", "created_at": "2025-01-02T03:04:05Z", "sku": "T-BM", "line_item_name": "Tee",
    "quantity": "2", "price": "20.00", "currency": "EUR",
}  # fmt: skip
_SHOPIFY_ROWS: tuple[Cells, ...] = (
    {
        "Handle": "tee", "Title": "Tee", "Option1 Name": "Color", "Option1 Value": "Black",
        "Variant SKU": "T-BM", "Variant Inventory Tracker": "shopify", "Variant Inventory Qty": "3",
        "Variant Price": "20.00", "Variant Compare At Price": "25.00", "Cost per item": "7.5",
        "Status": "active", "Tags": "new, red", "Vendor": "Acme",
        "Body (HTML)": "<p>\n12\" tee</p>",
    },
    {
        "Handle": "tee", "Option1 Value": "White", "Variant SKU": "T-WM", "Variant Price": "20.00",
        "Variant Inventory Tracker": "shopify", "Variant Inventory Qty": "0",
    },
    {"Handle": "tee", "Image Src": "https://example.com/2.jpg", "Image Alt Text": "back"},
    {
        "Handle": "mug", "Title": "Mug", "Option1 Name": "Title", "Option1 Value": "Default Title",
        "Variant SKU": "MUG", "Variant Price": "10.00", "Status": "draft",
    },
)  # fmt: skip
_NEW_NAMES = {
    "Handle": "URL handle", "Option1 Name": "Option1 name", "Option1 Value": "Option1 value",
    "Variant SKU": "SKU", "Variant Inventory Tracker": "Inventory tracker",
    "Variant Inventory Qty": "Inventory quantity", "Variant Price": "Price",
    "Variant Compare At Price": "Compare-at price", "Image Src": "Product image URL",
    "Image Alt Text": "Image alt text", "Body (HTML)": "Description",
}  # fmt: skip
_STOCK_ROWS: tuple[Cells, ...] = tuple(
    {
        "Handle": "tee", "Title": "Tee", "Option1 Name": "Color", "Option1 Value": color,
        "SKU": sku, "Location": place, "Available (not editable)": "4", "Available": "4",
        "On hand": "5", "On hand (current)": "5", "Main street": "4", "Warehouse": "not stocked",
    }
    for color, sku in (("Black", "T-BM"), ("White", "T-WM"))
    for place in ("Main street", "Warehouse")
)  # fmt: skip
_WOOCOMMERCE_ROWS: tuple[Cells, ...] = (
    {
        "ID": "1", "Type": "simple", "SKU": "MUG", "Name": "Mug", "Published": "1",
        "In stock?": "1", "Stock": "5", "Regular price": "8.50", "Categories": "Kitchen > Mugs",
    },
    {
        "ID": "10", "Type": "variable", "SKU": "T", "Name": "Tee", "Published": "1",
        "Attribute 1 name": "Color", "Attribute 1 value(s)": "Black, White",
    },
    {
        "ID": "11", "Type": "variation", "SKU": "T-BM", "Name": "Tee - Black", "Published": "1",
        "Regular price": "20", "Parent": "T", "Attribute 1 name": "Color",
        "Attribute 1 value(s)": "Black", "Stock": "parent",
    },
)  # fmt: skip


def _exports() -> dict[str, Delivery]:
    """Orders without ids beside products and stock in every layout."""
    orders = export(
        exports.ORDERS_WITHOUT_IDS,
        _SOLD,
        {**_SOLD, "sku": "MUG", "line_item_name": "Mug", "quantity": "1", "price": "10"},
        {**_SOLD, "name": "#2", "sku": "", "line_item_name": "Tee - White", "currency": ""},
    )
    long = {"stock.csv": _export(exports.INVENTORY_2026, _STOCK_ROWS)}
    wide = {"stock.csv": _export(exports.INVENTORY_BY_LOCATION, _STOCK_ROWS)}
    renamed = tuple(
        {_NEW_NAMES.get(name, name): cell for name, cell in row.items()} for row in _SHOPIFY_ROWS
    )
    layouts = {
        "products_2017": {**long, "products.csv": _export(exports.PRODUCTS_2017, _SHOPIFY_ROWS)},
        "products_markets": {
            **wide,
            "products.csv": _export(exports.PRODUCTS_MARKETS, _SHOPIFY_ROWS),
        },
        "products_metafields": {
            "stock.csv": _export(exports.INVENTORY_2023, _STOCK_ROWS),
            "products.csv": _export(exports.PRODUCTS_METAFIELDS, _SHOPIFY_ROWS),
        },
        "products_new_names": {
            "products.csv": _export(exports.PRODUCTS_NEW_NAMES, renamed),
        },
        "woocommerce_products": {
            "products.csv": _export(exports.WOOCOMMERCE_PRODUCTS, _WOOCOMMERCE_ROWS)
        },
    }
    return {
        name: _delivery({"orders.csv": orders.encode(), **files}) for name, files in layouts.items()
    }


def _export(header: str, rows: tuple[Cells, ...]) -> bytes:
    """An export of these rows, without the cells that this layout has no column for."""
    names = set(header.split(","))
    known = ({name: cell for name, cell in row.items() if name in names} for row in rows)
    return export(header, *known).encode()


def _bulk_products() -> Delivery:
    product, variant = f"{_GID}/Product/10", f"{_GID}/ProductVariant/21"
    objects = [
        {"id": product, "title": "Tee", "handle": "tee", "status": "ACTIVE", "tags": ["new"]},
        {"id": f"{_GID}/MediaImage/5", "__parentId": product},
        {
            "id": variant,
            "__parentId": product,
            "title": "Black",
            "sku": "T-BM",
            "price": "20.00",
            "inventoryQuantity": 7,
            "inventoryItem": {"id": f"{_GID}/InventoryItem/100", "unitCost": {"amount": "7.5"}},
        },
        {
            "id": f"{_GID}/InventoryLevel/7?inventory_item_id=100",
            "__parentId": variant,
            "location": {"id": f"{_GID}/Location/1"},
            "quantities": [{"name": "available", "quantity": 4}],
        },
    ]
    orders = export(exports.ORDERS_WITHOUT_IDS, _SOLD)
    lines = "".join(f"{json.dumps(entry)}\n" for entry in objects)
    return _delivery({"orders.csv": orders.encode(), "products.jsonl": lines.encode()})
