"""``coffee-shop``: a generated shop in yen whose customers buy at random, saved by a spreadsheet.

Every item is drawn independently, so there is nothing to bundle: an honest pipeline publishes
nothing. Headers have spaces, lines end in CRLF, files begin with a byte order mark, and orders name
what was bought by SKU alone.
"""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from bundle_pipeline_tests.samples.files import ShopFiles, csv_bytes

SEED = 81
_ARTICLES = Path(__file__).with_name("coffee_shop_articles.csv")
_ORDER_COUNT = 450
_CUSTOMER_COUNT = 260
# Chance of 1, 2, 3, 4 different items in an order.
_SIZE_CHANCES = (0.45, 0.30, 0.17, 0.08)
# The shop's own clock; its offset is written as text, as the file has it.
_FIRST_ORDER_AT = datetime(2026, 1, 10, 10)  # noqa: DTZ001
_ORDER_DISTANCE = timedelta(minutes=137)
_COUNTED_AT = "2026-02-22T20:00:00+09:00"


def coffee_shop() -> ShopFiles:
    """Files of the shop by name."""
    articles = pl.read_csv(_ARTICLES, infer_schema=False)
    frames = {
        "Orders.csv": _orders(articles),
        "Variants.csv": _variants(articles),
        "Inventory.csv": _inventory(articles),
        "Catalog.csv": _catalog(articles),
    }
    return {name: csv_bytes(frame, line_end="\r\n", has_bom=True) for name, frame in frames.items()}


def _orders(articles: pl.DataFrame) -> pl.DataFrame:
    draws = np.random.RandomState(SEED)
    weight = articles.get_column("popularity").cast(pl.Float64).to_numpy()
    bought: list[tuple[int, str, int]] = []
    for number in range(_ORDER_COUNT):
        size = 1 + draws.choice(len(_SIZE_CHANCES), p=_SIZE_CHANCES)
        places = draws.choice(articles.height, size=size, replace=False, p=weight / weight.sum())
        customer = f"K{draws.randint(_CUSTOMER_COUNT):04}"
        bought.extend((number, customer, int(place)) for place in places)
    lines = pl.DataFrame(bought, schema=["number", "customer", "place"], orient="row")
    numbered = articles.with_row_index("place").cast({"place": pl.Int64})
    ordered_at = pl.lit(_FIRST_ORDER_AT) + pl.col("number") * pl.lit(_ORDER_DISTANCE)
    return lines.join(numbered, on="place", maintain_order="left", validate="m:1").select(
        pl.format("C-{}", (pl.col("number") + 1).cast(pl.String).str.zfill(5)).alias("Order ID"),
        ordered_at.dt.strftime("%Y-%m-%dT%H:%M:%S+09:00").alias("Order Date"),
        pl.col("customer").alias("Customer ID"),
        pl.col("sku").alias("SKU"),
        pl.lit(1).alias("Quantity"),
        pl.col("price").alias("Unit Price"),
        pl.lit("JPY").alias("Currency"),
    )


def _variants(articles: pl.DataFrame) -> pl.DataFrame:
    return articles.select(
        pl.col("variant_id").alias("Variant ID"),
        pl.col("product_id").alias("Product ID"),
        pl.col("sku").alias("Variant SKU"),
        pl.col("variant_title").alias("Variant Title"),
        pl.col("price").alias("Variant Price"),
        pl.col("inventory_item_id").alias("Inventory Item ID"),
    )


def _inventory(articles: pl.DataFrame) -> pl.DataFrame:
    return articles.select(
        pl.col("inventory_item_id").alias("Inventory Item ID"),
        pl.lit("tokyo").alias("Location ID"),
        pl.col("stock").alias("Available"),
        pl.lit(_COUNTED_AT).alias("Updated At"),
    )


def _catalog(articles: pl.DataFrame) -> pl.DataFrame:
    return articles.select(
        pl.col("product_id").alias("Product ID"),
        pl.col("variant_id").alias("Variant ID"),
        pl.col("product_title").alias("Product Title"),
        pl.col("variant_title").alias("Variant Title"),
        pl.col("product_type").alias("Product Type"),
        pl.col("sku").alias("SKU"),
        pl.col("price").alias("Price"),
        pl.col("inventory_item_id").alias("Inventory Item ID"),
        pl.lit("Active").alias("Product Status"),
    )
