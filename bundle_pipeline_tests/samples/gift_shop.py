"""``gift-shop``: a slice of UCI Online Retail II in snake_case headers with bare numeric ids.

Orders are real: who bought what, when and for how much. Ids of variants, products and stock are
numbered here; stock and cost are made up (see ``synthetic``).
"""

import polars as pl

from bundle_pipeline_tests.samples.files import ShopFiles, csv_bytes
from bundle_pipeline_tests.samples.slices import newest_orders, sold_articles
from bundle_pipeline_tests.samples.synthetic import with_cost, with_ids, with_stock

_ORDER_COUNT = 800
# Wholesale buyers order hundreds of SKUs at once; without them the sample stays small.
_MAX_LINE_COUNT = 40
_SEED = 2010
_TIME = "%Y-%m-%d %H:%M:%S"
_TIME_WITH_OFFSET = "%Y-%m-%dT%H:%M:%S+00:00"


def gift_shop(lines: pl.DataFrame, titles: pl.DataFrame) -> ShopFiles:
    """Files of the shop by name.

    Args:
        lines: Order lines of the source, with ``order_id``, ``ts``, ``customer_id``, ``sku``,
            ``qty`` and ``unit_price``.
        titles: ``sku`` and ``title``.
    """
    sold = newest_orders(lines, _ORDER_COUNT, max_line_count=_MAX_LINE_COUNT)
    articles = (
        sold_articles(sold)
        .join(titles.select("sku", "title"), on="sku", how="left", validate="1:1")
        .with_columns(pl.col("title").str.strip_chars())
        .sort("sku")
        .pipe(with_ids)
        .pipe(with_stock, seed=_SEED)
        .pipe(with_cost, seed=_SEED + 1)
    )
    counted_at = sold.select(pl.col("ts").max().dt.strftime(_TIME_WITH_OFFSET)).item()
    return {
        "orders.csv": csv_bytes(_orders(sold, articles)),
        "variants.csv": csv_bytes(_variants(articles)),
        "inventory.csv": csv_bytes(_inventory(articles, counted_at=counted_at)),
        "catalog.csv": csv_bytes(_catalog(articles)),
    }


def _orders(sold: pl.DataFrame, articles: pl.DataFrame) -> pl.DataFrame:
    ids = articles.select("sku", "variant_id")
    return sold.join(ids, on="sku", maintain_order="left", validate="m:1").select(
        "order_id",
        order_date=pl.col("ts").dt.strftime(_TIME),
        customer_id="customer_id",
        currency=pl.lit("GBP"),
        variant_id="variant_id",
        sku="sku",
        qty="qty",
        unit_price=pl.col("unit_price").round(2),
    )


def _variants(articles: pl.DataFrame) -> pl.DataFrame:
    return articles.select(
        "variant_id",
        "product_id",
        "sku",
        pl.lit("Default Title").alias("variant_title"),
        "price",
        "cost",
        "inventory_item_id",
    )


def _inventory(articles: pl.DataFrame, *, counted_at: str) -> pl.DataFrame:
    return articles.select(
        "inventory_item_id",
        location_id=pl.lit("1"),
        quantity="available",
        last_updated=pl.lit(counted_at),
    )


def _catalog(articles: pl.DataFrame) -> pl.DataFrame:
    return articles.select(
        "product_id",
        "variant_id",
        "sku",
        product_title="title",
        price="price",
        inventory_item_id="inventory_item_id",
        status=pl.lit("active"),
    )
