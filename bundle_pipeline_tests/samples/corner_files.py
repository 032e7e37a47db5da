"""The files of ``corner-shop``, each in the columns of its dialect."""

from collections.abc import Collection, Sequence

import polars as pl

from bundle_pipeline_tests.samples.corner_orders import Line
from bundle_pipeline_tests.samples.files import ShopFiles, csv_bytes

_UPDATED_AT = "2026-04-02T18:00:00.250Z"
_GIFT_CARDS = "Gift Cards"
_UTC = "%Y-%m-%dT%H:%M:%SZ"


def base_export(lines: Sequence[Line], *, ragged: Collection[str]) -> bytes:
    """The minimal eight columns; lines whose id is in ``ragged`` have two fields too many."""
    rows = pl.DataFrame(lines).select(
        orderId="order_id",
        lineItemId="line_id",
        variantId="variant_id",
        sku="sku",
        createdAt="ordered_at",
        lineItemQuantity="quantity",
        originalUnitPrice="unit_price",
        currency="currency",
    )
    header, *records = csv_bytes(rows).decode().splitlines()
    torn = (f"{text},left,over" if _line_id(text) in ragged else text for text in records)
    return "\n".join([header, *torn, ""]).encode()


def _line_id(record: str) -> str:
    # No field of this export is quoted.
    return record.split(",")[1]


def delta_export(lines: Sequence[Line], articles: pl.DataFrame) -> bytes:
    """A wider export with status, titles and totals; times at the shop's offset."""
    rows = pl.DataFrame(lines).join(
        articles.drop("sku"), on="variant_id", how="left", maintain_order="left", validate="m:1"
    )
    ordered_at = pl.col("ordered_at").str.to_datetime(_UTC, time_zone="UTC")
    local = ordered_at.dt.convert_time_zone("Europe/Berlin")
    paid = pl.col("quantity").cast(pl.Int64) * pl.col("unit_price").cast(pl.Decimal(12, 2))
    paid = paid - pl.col("discount").cast(pl.Decimal(12, 2))
    return csv_bytes(
        rows.select(
            order_id="order_id",
            name=pl.format("#{}", "order_id"),
            createdAt=local.dt.strftime("%Y-%m-%dT%H:%M:%S%:z"),
            currencyCode="currency",
            displayFinancialStatus="status",
            displayFulfillmentStatus=pl.lit("FULFILLED"),
            totalPrice=paid.sum().over("order_id"),
            lineItemId="line_id",
            lineItemName="product_title",
            variantTitle="variant_title",
            productId="product_id",
            variantId="variant_id",
            sku="sku",
            productType="product_type",
            lineItemQuantity="quantity",
            originalUnitPrice="unit_price",
            discountedTotal=paid,
            lineItemTotalDiscount="discount",
            isGiftCard=pl.col("product_type") == _GIFT_CARDS,
        )
    )


def catalog_files(articles: pl.DataFrame) -> ShopFiles:
    """Variants, stock at two locations, and the catalog."""
    return {
        "products_variants.csv": csv_bytes(_variants(articles)),
        "inventory_levels.csv": csv_bytes(_inventory(articles)),
        "catalog_joined.csv": csv_bytes(_catalog(articles)),
    }


def _variants(articles: pl.DataFrame) -> pl.DataFrame:
    return articles.select(
        "variant_id",
        "product_id",
        "sku",
        "variant_title",
        "product_title",
        "vendor",
        "product_type",
        "price",
        "compare_at_price",
        "cost",
        "inventory_item_id",
        created_at=pl.lit("2025-11-03T09:00:00.000Z"),
        updated_at=pl.lit(_UPDATED_AT),
        image_url=pl.lit(None, dtype=pl.String),
        option1="variant_title",
        option2=pl.lit(None, dtype=pl.String),
        option3=pl.lit(None, dtype=pl.String),
    )


def _inventory(articles: pl.DataFrame) -> pl.DataFrame:
    stock = articles.unpivot(
        on=["stock_front", "stock_back"],
        index="inventory_item_id",
        variable_name="location_id",
        value_name="available",
    )
    return (
        stock.with_columns(
            pl.col("location_id").replace_strict({"stock_front": "501", "stock_back": "502"})
        )
        .sort("inventory_item_id", "location_id")
        .with_columns(updated_at=pl.lit(_UPDATED_AT))
    )


def _catalog(articles: pl.DataFrame) -> pl.DataFrame:
    return articles.select(
        "product_id",
        "product_title",
        "vendor",
        "product_type",
        "tags",
        "variant_id",
        "sku",
        "variant_title",
        "price",
        "compare_at_price",
        "cost",
        "inventory_item_id",
        pl.col("status").alias("product_status"),
    )
