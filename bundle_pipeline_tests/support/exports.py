"""Exports of shops for tests: their real header rows, and rows that name only what matters."""

from collections.abc import Mapping

from bundle_pipeline_tests.support.landing import csv_text

Cells = Mapping[str, str]


def export(header: str, *rows: Cells) -> str:
    """A CSV file with this header; a row's other cells are blank.

    Args:
        header: Header cells with commas between them.
        rows: Cells by header.
    """
    names = header.split(",")
    unknown = {name for row in rows for name in row} - set(names)
    if unknown:
        raise KeyError(unknown)
    return csv_text(names, *([row.get(name, "") for name in names] for row in rows))


# Of March 2017: the first layout known, without cost and status.
PRODUCTS_2017 = (
    "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,"
    "Option2 Value,Option3 Name,Option3 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,"
    "Variant Inventory Qty,Variant Inventory Policy,Variant Fulfillment Service,Variant Price,"
    "Variant Compare At Price,Variant Requires Shipping,Variant Taxable,Variant Barcode,Image Src,"
    "Image Alt Text,Gift Card,SEO Title,SEO Description,Google Shopping / MPN,Variant Image,"
    "Variant Weight Unit"
)
# Of 2024, with prices per market.
PRODUCTS_MARKETS = (
    "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,"
    "Option1 Value,Option2 Name,Option2 Value,Option3 Name,Option3 Value,Variant SKU,Variant Grams,"
    "Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,"
    "Variant Fulfillment Service,Variant Price,Variant Compare At Price,Variant Requires Shipping,"
    "Variant Taxable,Variant Barcode,Image Src,Image Position,Image Alt Text,Gift Card,SEO Title,"
    "SEO Description,Google Shopping / MPN,Variant Image,Variant Weight Unit,Variant Tax Code,"
    "Cost per item,Included / United States,Price / United States,Compare At Price / United States,"
    "Included / International,Price / International,Compare At Price / International,Status"
)
# Of 2026, with options linked to metafields; a shop with several locations states no quantity.
PRODUCTS_METAFIELDS = (
    "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,"
    "Option1 Value,Option1 Linked To,Option2 Name,Option2 Value,Option2 Linked To,Option3 Name,"
    "Option3 Value,Option3 Linked To,Variant SKU,Variant Grams,Variant Inventory Tracker,"
    "Variant Inventory Policy,Variant Fulfillment Service,Variant Price,Variant Compare At Price,"
    "Variant Requires Shipping,Variant Taxable,Unit Price Total Measure,Variant Barcode,Image Src,"
    "Image Position,Image Alt Text,Gift Card,SEO Title,SEO Description,"
    "Color (product.metafields.custom.color),Color (product.metafields.shopify.color-pattern),"
    "Talla (product.metafields.shopify.size),Variant Image,Variant Weight Unit,Variant Tax Code,"
    "Cost per item,Status"
)
PRODUCTS_NEW_NAMES = (
    "Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,"
    "Status,SKU,Barcode,Option1 name,Option1 value,Option1 Linked To,Option2 name,Option2 value,"
    "Option2 Linked To,Option3 name,Option3 value,Option3 Linked To,Price,Compare-at price,"
    "Cost per item,Charge tax,Tax code,Inventory tracker,Inventory quantity,"
    "Continue selling when out of stock,Weight value (grams),Product image URL,Image position,"
    "Image alt text,Variant image URL,Gift card,SEO title,SEO description,"
    "Color (product.metafields.shopify.color-pattern)"
)
_STOCKED_ITEM = (
    "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Option3 Name,Option3 Value,"
    "SKU,HS Code,COO"
)
INVENTORY_2026 = (
    f"{_STOCKED_ITEM},Location,Bin name,Incoming (not editable),Unavailable (not editable),"
    "Committed (not editable),Available (not editable),On hand (current),On hand (new)"
)
INVENTORY_2023 = f"{_STOCKED_ITEM},Location,Incoming,Unavailable,Committed,Available,On hand"
INVENTORY_BY_LOCATION = f"{_STOCKED_ITEM},Main street,Warehouse"
WOOCOMMERCE_PRODUCTS = (
    "ID,Type,SKU,Name,Published,Is featured?,Visibility in catalog,Short description,Description,"
    "Date sale price starts,Date sale price ends,Tax status,Tax class,In stock?,Stock,"
    "Backorders allowed?,Sold individually?,Weight (lbs),Length (in),Width (in),Height (in),"
    "Allow customer reviews?,Purchase note,Sale price,Regular price,Categories,Tags,Shipping class,"
    "Images,Download limit,Download expiry days,Parent,Grouped products,Upsells,Cross-sells,"
    "External URL,Button text,Position,Attribute 1 name,Attribute 1 value(s),Attribute 1 visible,"
    "Attribute 1 global,Attribute 2 name,Attribute 2 value(s),Attribute 2 visible,"
    "Attribute 2 global,Meta: _wpcom_is_markdown,Download 1 name,Download 1 URL"
)
ORDERS_WITHOUT_IDS = "name,created_at,sku,line_item_name,quantity,price,currency"
# The columns of a Shopify admin's orders export without which it isn't one, and those of an order.
SHOPIFY_ORDERS = (
    "Name,Email,Financial Status,Currency,Subtotal,Total,Created at,Lineitem quantity,"
    "Lineitem name,Lineitem price,Lineitem sku,Notes,Id"
)


def shopify_order(name: str, *skus: str, **changes: str) -> list[Cells]:
    """Rows of an order in that export: its own fields on the first row only."""
    item = {"Name": name, "Created at": "2026-04-10 11:11:26 +0530"}
    prices = {"Lineitem quantity": "1", "Lineitem price": "5.00"}
    rows: list[Cells] = [
        {**item, **prices, "Lineitem name": sku, "Lineitem sku": sku} for sku in skus
    ]
    first = {"Financial Status": "paid", "Currency": "EUR", "Id": name.removeprefix("#")}
    return [{**rows[0], **first, **changes}, *rows[1:]]
