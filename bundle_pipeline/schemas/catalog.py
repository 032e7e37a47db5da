"""What can be sold: variants, their catalog entries and their stock."""

import dataframely as dy

from bundle_pipeline.schemas.base import Frame, minor, one_of, utc_timestamp

PRODUCT_STATUSES = ("active", "draft", "archived", "unlisted")
_IS_CURRENT = "Whether the newest full export still lists it; true where there is none"


class Variants(Frame):
    """Variants of one shop."""

    name = "variants"
    one_row = "One variant: what is sold and mined."

    variant_id = dy.String(primary_key=True, description="Variant id, without a gid:// prefix")
    product_id = dy.String(description="Product it belongs to")
    inventory_item_id = dy.String(nullable=True, description="Key of its stock")
    sku = dy.String(nullable=True, description="The shop's label for it")
    variant_title = dy.String(nullable=True, description="Such as Black / M")
    product_title = dy.String(nullable=True, description="Title of its product, if stated here")
    vendor = dy.String(nullable=True, description="Who makes it")
    product_type = dy.String(nullable=True, description="The shop's category for it")
    price_minor = minor(description="List price")
    compare_at_price_minor = minor(nullable=True, description="Struck-out price, if any")
    unit_cost_minor = minor(nullable=True, description="What one unit costs the shop, if known")
    currency = dy.String(description="ISO 4217 code of the amounts")
    created_at = utc_timestamp(nullable=True, description="When it was created, if stated")
    is_current = dy.Bool(description=_IS_CURRENT)


class Catalog(Frame):
    """Catalog of one shop."""

    name = "catalog"
    one_row = "One variant with what its product page says."

    variant_id = dy.String(primary_key=True, description="Variant id, without a gid:// prefix")
    product_id = dy.String(description="Product it belongs to")
    product_title = dy.String(description="Title of the product")
    variant_title = dy.String(nullable=True, description="Such as Black / M")
    product_type = dy.String(nullable=True, description="The shop's category for it")
    vendor = dy.String(nullable=True, description="Who makes it")
    tags = dy.List(dy.String(), description="Tags, sorted")
    product_status = one_of(PRODUCT_STATUSES, description="active, draft, archived or unlisted")
    sku = dy.String(nullable=True, description="The shop's label for it")
    price_minor = minor(description="List price")
    compare_at_price_minor = minor(nullable=True, description="Struck-out price, if any")
    unit_cost_minor = minor(nullable=True, description="What one unit costs the shop, if known")
    currency = dy.String(description="ISO 4217 code of the amounts")
    inventory_item_id = dy.String(nullable=True, description="Key of its stock")
    available_count = dy.Int64(nullable=True, description="Units in stock, if stated here")
    product_created_at = utc_timestamp(nullable=True, description="When it was created, if stated")
    product_published_at = utc_timestamp(nullable=True, description="When it went on sale")
    is_current = dy.Bool(description=_IS_CURRENT)


class Inventory(Frame):
    """Stock of one shop."""

    name = "inventory"
    one_row = "Units of one variant at one location."

    inventory_item_id = dy.String(primary_key=True, description="Stock key of the variant")
    location_id = dy.String(primary_key=True, description="Where it lies")
    available_count = dy.Int64(
        nullable=True, description="Units for sale, negative if oversold; null if not tracked"
    )
    updated_at = utc_timestamp(nullable=True, description="When that was counted, if stated")
    is_current = dy.Bool(description=_IS_CURRENT)
