"""The kind of a file follows from its header alone."""

import pytest

from bundle_pipeline.ingest.headers import kind_matches, recognised_kind

# Headers of exports as they are seen in the wild.
FULL_ORDERS = (
    "order_id,name,createdAt,currencyCode,displayFinancialStatus,displayFulfillmentStatus,"
    "subtotalPrice,totalShippingPrice,totalTax,totalPrice,customerEmail,shippingCountryCode,"
    "shippingProvince,shippingCity,lineItemId,lineItemName,lineItemQuantity,sku,vendor,"
    "variantTitle,productId,productTitle,productType,variantId,originalUnitPrice,discountedTotal,"
    "lineItemTotalDiscount,requiresShipping,isGiftCard,taxable,imageUrl"
)
MINIMAL_ORDERS = (
    "orderId,lineItemId,variantId,sku,createdAt,lineItemQuantity,originalUnitPrice,currency"
)
SNAKE_ORDERS = "order_id,created_at,sku,line_item_quantity,original_unit_price"
NAMED_ORDERS = "name,date,sku,qty,price"
CATALOG = (
    "product_id,product_title,vendor,product_type,tags,variant_id,sku,variant_title,price,cost,"
    "inventory_item_id,product_status"
)
MERGED_CATALOG = (
    "product_id,handle,product_title,product_type,vendor,created_at,published_at,status,tags,id,"
    "title,sku,inventory_policy,inventory_item_id,inventory_policy.1,inventory_quantity,"
    "variant_id,variant_title,variant_sku,price,compare_at_price"
)
VARIANTS = (
    "variant_id,product_id,sku,variant_title,product_title,vendor,product_type,price,"
    "compare_at_price,cost,inventory_item_id,created_at,updated_at,image_url,option1"
)
ADMIN_VARIANTS = (
    "product_id,product_title,product_type,vendor,created_at,published_at,status,tags,handle,"
    "Published Scope,Collection,id,title,sku,position,inventory_item_id,inventory_quantity"
)
INVENTORY = "inventory_item_id,location_id,available,updated_at"
ONE_PLACE_INVENTORY = "inventory_item_id,available,updated_at,admin_graphql_api_id,sku,tracked"


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (FULL_ORDERS, "orders"),
        (MINIMAL_ORDERS, "orders"),
        (SNAKE_ORDERS, "orders"),
        (NAMED_ORDERS, "orders"),
        (CATALOG, "catalog"),
        (MERGED_CATALOG, "catalog"),
        (VARIANTS, "variants"),
        (ADMIN_VARIANTS, "variants"),
        (INVENTORY, "inventory"),
        (ONE_PLACE_INVENTORY, "inventory"),
        ("customer_id,first_name,last_name,email,total_spent", None),
        ("order_id,refund_id,refund_amount,created_at", None),
        ("event_id,customer_id,variant_id,product_id,price,occurred_at", None),
        ("name,sku,quantity", None),
        ("a,b,c", None),
        ("", None),
    ],
)
def test_kind_of_a_header(header: str, kind: str | None) -> None:
    assert recognised_kind(header.split(",")) == kind
    assert recognised_kind(list(reversed(header.split(",")))) == kind


def test_orders_that_lack_a_column_are_still_orders() -> None:
    assert recognised_kind(["orderId", "sku", "createdAt", "lineItemQuantity"]) == "orders"


def test_what_a_header_lacks_is_known_for_the_nearest_kind() -> None:
    nearest = kind_matches(["variantId", "productId", "title", "price"])[0]
    assert nearest.kind == "variants"
    assert nearest.missing == (("inventory_item_id",),)
