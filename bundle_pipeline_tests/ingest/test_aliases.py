"""Every spelling in the alias table, in every casing style, and what a file's kind follows from."""

import pytest

from bundle_pipeline.ingest.aliases import FILE_KINDS, FileKind, kind_aliases
from bundle_pipeline.ingest.headers import (
    canonicalised,
    field_columns,
    recognised_kind,
    unmapped_headers,
)


def typical_header(kind: FileKind) -> list[str]:
    aliases = kind_aliases(kind)
    return [aliases.fields[group[0]][0] for group in aliases.typical]


EVERY_SPELLING = [
    (kind, field, spelling)
    for kind in FILE_KINDS
    for field, spellings in kind_aliases(kind).fields.items()
    for spelling in spellings
]


def in_styles(spelling: str) -> list[str]:
    words = spelling.split("_")
    capitalised = [word.capitalize() for word in words]
    return [
        spelling,
        spelling.upper(),
        " ".join(capitalised),
        "-".join(words),
        "/".join(words),
        words[0] + "".join(capitalised[1:]),
        "".join(capitalised),
        "".join(words).upper(),
        f"\ufeff {spelling} ",
    ]


@pytest.mark.parametrize(("kind", "field", "spelling"), EVERY_SPELLING)
def test_every_spelling_in_every_style_maps_to_its_field(
    kind: FileKind, field: str, spelling: str
) -> None:
    for header in in_styles(spelling):
        assert field_columns(kind, ["something else", header])[field] == (1,), header


@pytest.mark.parametrize(("kind", "field", "spelling"), EVERY_SPELLING)
def test_a_file_is_recognised_whichever_spelling_stands_for_a_field(
    kind: FileKind, field: str, spelling: str
) -> None:
    others = [name for name in typical_header(kind) if name != kind_aliases(kind).fields[field][0]]
    for header in in_styles(spelling):
        assert recognised_kind([*others, header]) == kind, header


# Written down by hand, from what exports hold: it has to agree with the table, not follow from it.
WRITTEN_DOWN: dict[FileKind, dict[str, list[str]]] = {
    "orders": {
        "order_id": ["order_id", "orderId", "Order ID", "ORDERID"],
        "order_name": ["name"],
        "created_at": ["createdAt", "created_at", "orderDate", "order_date", "date", "Created at"],
        "customer_currency": ["customer_currency", "currencyCode", "currency"],
        "line_item_quantity": ["lineItemQuantity", "line_item_quantity", "quantity", "qty"],
        "original_unit_price": ["originalUnitPrice", "original_unit_price", "price", "unit_price"],
        "sku": ["sku", "SKU", "variant_sku", "product_sku"],
        "variant_id": ["variantId", "variant_id"],
        "line_discount": ["lineItemTotalDiscount", "line_discount"],
        "financial_status": ["displayFinancialStatus", "financial_status"],
        "customer_email": ["customerEmail", "customer_email"],
        "vendor": ["vendor", "brand", "manufacturer"],
        "product_type": ["productType", "category"],
        "shipping": ["totalShippingPrice", "shipping_cost"],
        "total": ["totalPrice", "order_total"],
    },
    "inventory": {
        "inventory_item_id": ["inventory_item_id", "inventoryItemId", "inventoryitemid"],
        "location_id": ["locationId", "location_id"],
        "available": ["available", "quantity", "stock"],
        "updated_at": ["updatedAt", "last_updated"],
    },
    "variants": {
        "variant_id": ["variant_id", "variantid", "variant_id_", "id"],
        "variant_title": ["varianttitle", "variantTitle", "title"],
        "compare_at_price": ["variant_compare_at_price", "original_price"],
        "cost": ["cost"],
    },
    "catalog": {
        "product_title": ["producttitle", "productTitle", "title", "name"],
        "price": ["price", "variant_price", "current_price"],
        "product_status": ["status", "product_status"],
        "tags": ["tags", "product_tags"],
        "available_total": ["availableTotal", "total_inventory", "stock"],
        "product_created_at": ["productCreatedAt", "created_at"],
        "product_published_at": ["productPublishedAt", "published_at"],
    },
}


@pytest.mark.parametrize(
    ("kind", "field", "header"),
    [
        (kind, field, header)
        for kind, fields in WRITTEN_DOWN.items()
        for field, headers in fields.items()
        for header in headers
    ],
)
def test_spellings_written_down_by_hand_map_to_their_field(
    kind: FileKind, field: str, header: str
) -> None:
    assert field_columns(kind, [header]).get(field) == (0,)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("lineItemQuantity", "line_item_quantity"),
        ("Line Item-Quantity", "line_item_quantity"),
        ("SKUCode", "sku_code"),
        ("\ufeffvariant / sku", "variant_sku"),
        ("ORDER__ID_", "order_id"),
    ],
)
def test_headers_have_one_canonical_form(header: str, name: str) -> None:
    assert canonicalised(header) == name


def test_where_a_field_has_several_columns_the_better_spelling_comes_first() -> None:
    columns = field_columns("catalog", ["name", "variant_sku", "sku", "title", "product_title"])
    assert columns["sku"] == (2, 1)
    assert columns["product_title"] == (4, 3, 0)


def test_headers_that_nothing_knows_are_listed_and_shop_columns_are_not() -> None:
    header = ["orderId", "Shop Domain", "mood", "", "SKU"]
    assert unmapped_headers("orders", header) == ["mood"]
