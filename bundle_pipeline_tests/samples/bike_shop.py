"""``bike-shop``: a slice of AdventureWorks in the 31 columns of a flattened GraphQL export.

Orders, titles, prices and costs are the source's; ``gid://`` ids are numbered here, stock is made
up (see ``synthetic``). Titles such as "Classic Vest, M" are one product with variants.
"""

from pathlib import Path

import polars as pl

from bundle_pipeline_tests.samples.files import ShopFiles, csv_bytes, gzipped
from bundle_pipeline_tests.samples.slices import newest_orders, sold_articles
from bundle_pipeline_tests.samples.synthetic import with_ids, with_stock

_ORDER_COUNT = 2000
_SEED = 2019
_FIRST_ORDER = 5_000_000_001
_TIME = "%Y-%m-%dT%H:%M:%S-00:00"
_VENDOR = "Adventure Works"

_CATEGORIES = Path(__file__).with_name("bike_shop_categories.csv")


def bike_shop(lines: pl.DataFrame, catalog: pl.DataFrame) -> ShopFiles:
    """Files of the shop by name.

    Args:
        lines: Order lines of the source, with ``order_id``, ``ts``, ``sku``, ``qty``,
            ``unit_price`` and ``list_price``.
        catalog: ``sku``, ``title``, ``category`` (key of the subcategory), ``price``, ``cost``.
    """
    sold = newest_orders(lines, _ORDER_COUNT)
    articles = _articles(sold, catalog)
    counted_at = sold.select(pl.col("ts").max().dt.strftime("%Y-%m-%d %H:%M:%S")).item()
    return {
        "orders_export.csv.gz": gzipped(csv_bytes(_orders(sold, articles))),
        "products_variants.csv": csv_bytes(_variants(articles)),
        "inventory_levels.csv": csv_bytes(_inventory(articles, counted_at=counted_at)),
        "catalog_joined.csv": csv_bytes(_catalog(articles)),
    }


def _articles(sold: pl.DataFrame, catalog: pl.DataFrame) -> pl.DataFrame:
    parts = pl.col("title").str.extract_groups(r"^(?<product>.*?)(?:, (?<variant>[^,]+))?$")
    sold_count = sold_articles(sold).select("sku", "sold_count")
    return (
        catalog.join(sold_count, on="sku", how="left", validate="1:1")
        .join(pl.read_csv(_CATEGORIES), on="category", how="left", validate="m:1")
        .sort("sku")
        .with_columns(pl.col("sold_count").fill_null(0), pl.col("price", "cost").round(2))
        .with_columns(
            product_title=parts.struct.field("product"),
            variant_title=parts.struct.field("variant").fill_null("Default Title"),
        )
        .pipe(with_ids)
        .with_columns(product_id=pl.col("product_id").min().over("product_title"))
        .pipe(with_stock, seed=_SEED)
    )


def _gid(kind: str, number: pl.Expr) -> pl.Expr:
    return pl.format(f"gid://shopify/{kind}/{{}}", number)


def _orders(sold: pl.DataFrame, articles: pl.DataFrame) -> pl.DataFrame:
    known = articles.select(pl.exclude("price", "cost", "sold_count"))
    paid = (pl.col("unit_price") * pl.col("qty")).round(2)
    total = paid.sum().over("order_rank").round(2)
    list_total = (pl.col("list_price") * pl.col("qty")).round(2)
    return sold.join(known, on="sku", maintain_order="left", validate="m:1").select(
        order_id=_gid("Order", pl.col("order_rank") + _FIRST_ORDER),
        name=pl.format("#{}", "order_id"),
        createdAt=pl.col("ts").dt.strftime(_TIME),
        currencyCode=pl.lit("USD"),
        displayFinancialStatus=pl.lit("PAID"),
        displayFulfillmentStatus=pl.lit("FULFILLED"),
        subtotalPrice=total,
        totalShippingPrice=pl.lit(0.0),
        totalTax=pl.lit(0.0),
        totalPrice=total,
        customerEmail=pl.lit(None, dtype=pl.String),
        shippingCountryCode=pl.lit("US"),
        shippingProvince=pl.lit(None, dtype=pl.String),
        shippingCity=pl.lit(None, dtype=pl.String),
        lineItemId=_gid("LineItem", pl.int_range(1, pl.len() + 1)),
        lineItemName="title",
        lineItemQuantity="qty",
        sku="sku",
        vendor=pl.lit(_VENDOR),
        variantTitle="variant_title",
        productId=_gid("Product", pl.col("product_id")),
        productTitle="product_title",
        productType="category_name",
        variantId=_gid("ProductVariant", pl.col("variant_id")),
        originalUnitPrice=pl.col("list_price").round(2),
        discountedTotal=paid,
        lineItemTotalDiscount=(list_total - paid).round(2),
        requiresShipping=pl.lit("True"),
        isGiftCard=pl.lit("False"),
        taxable=pl.lit("True"),
        imageUrl=pl.lit(None, dtype=pl.String),
    )


def _variants(articles: pl.DataFrame) -> pl.DataFrame:
    return articles.select(
        variantId=_gid("ProductVariant", pl.col("variant_id")),
        productId=_gid("Product", pl.col("product_id")),
        sku="sku",
        variantTitle="variant_title",
        product_title="product_title",
        vendor=pl.lit(_VENDOR),
        product_type="category_name",
        variant_price="price",
        variant_compare_at_price=pl.lit(None, dtype=pl.String),
        cost="cost",
        inventoryItemId=_gid("InventoryItem", pl.col("inventory_item_id")),
        option1="variant_title",
        option2=pl.lit(None, dtype=pl.String),
        option3=pl.lit(None, dtype=pl.String),
    )


def _inventory(articles: pl.DataFrame, *, counted_at: str) -> pl.DataFrame:
    # As this export really looks: bare ids where the others have gid://, and no location.
    return articles.select(
        "inventory_item_id",
        "available",
        updated_at=pl.lit(counted_at),
        admin_graphql_api_id=_gid("InventoryItem", pl.col("inventory_item_id")),
        sku="sku",
        tracked=pl.lit("True"),
        requires_shipping=pl.lit("True"),
        country_code_of_origin=pl.lit("US"),
        province_code_of_origin=pl.lit(None, dtype=pl.String),
        harmonized_system_code=pl.lit(None, dtype=pl.String),
        created_at=pl.lit(counted_at),
        country_harmonized_system_codes=pl.lit(None, dtype=pl.String),
        mid_code=pl.lit(None, dtype=pl.String),
    )


def _catalog(articles: pl.DataFrame) -> pl.DataFrame:
    return articles.select(
        productId=_gid("Product", pl.col("product_id")),
        productTitle="product_title",
        vendor=pl.lit(_VENDOR),
        productType="category_name",
        tags=pl.col("category_name").str.to_lowercase(),
        variantId=_gid("ProductVariant", pl.col("variant_id")),
        sku="sku",
        variantTitle="variant_title",
        price="price",
        cost="cost",
        inventoryItemId=_gid("InventoryItem", pl.col("inventory_item_id")),
        status=pl.lit("ACTIVE"),
    )
