"""How rows of a dialect become rows of the kinds: one pure function per shape of export."""

from collections.abc import Mapping

from bundle_pipeline.ingest.reshapes.reshaped import Reshape
from bundle_pipeline.ingest.reshapes.shopify_bulk_orders import shopify_bulk_orders
from bundle_pipeline.ingest.reshapes.shopify_orders import shopify_orders
from bundle_pipeline.ingest.reshapes.woocommerce_items import woocommerce_items

RESHAPES: Mapping[str, Reshape] = {
    "shopify_bulk_orders": shopify_bulk_orders,
    "shopify_orders": shopify_orders,
    "woocommerce_items": woocommerce_items,
}
