"""How rows of a dialect become rows of the kinds: one pure function per shape of export."""

from collections.abc import Mapping

from bundle_pipeline.ingest.reshapes.reshaped import Reshape
from bundle_pipeline.ingest.reshapes.shopify_bulk_orders import shopify_bulk_orders
from bundle_pipeline.ingest.reshapes.shopify_bulk_products import shopify_bulk_products
from bundle_pipeline.ingest.reshapes.shopify_inventory import (
    shopify_inventory,
    shopify_inventory_by_location,
)
from bundle_pipeline.ingest.reshapes.shopify_orders import shopify_orders
from bundle_pipeline.ingest.reshapes.shopify_products import shopify_products
from bundle_pipeline.ingest.reshapes.woocommerce_items import woocommerce_items
from bundle_pipeline.ingest.reshapes.woocommerce_products import woocommerce_products

RESHAPES: Mapping[str, Reshape] = {
    "shopify_bulk_orders": shopify_bulk_orders,
    "shopify_bulk_products": shopify_bulk_products,
    "shopify_inventory": shopify_inventory,
    "shopify_inventory_by_location": shopify_inventory_by_location,
    "shopify_orders": shopify_orders,
    "shopify_products": shopify_products,
    "woocommerce_items": woocommerce_items,
    "woocommerce_products": woocommerce_products,
}
