"""Any set of order lines as the four CSVs of a shop, for runs and benchmarks on real shops.

``python -m bundle_pipeline_tests.samples.as_csv LINES_PARQUET OUTDIR [--catalog PARQUET]``

The lines have ``order_id, ts, customer_id, sku, qty, unit_price`` (paid per unit), ``list_price``,
``unit_cost`` and ``line_discount``; null where the source has none. What is missing is made up,
with fixed seeds: times (a minute apart, over a year), prices, costs and stock.
"""

from pathlib import Path
from typing import Annotated

import numpy as np
import polars as pl
import typer

from bundle_pipeline_tests.samples.files import csv_bytes, write_shop
from bundle_pipeline_tests.samples.synthetic import with_cost, with_ids, with_stock

_SEED = 7
_FIRST_ORDER = 1_000_001
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_NO_TIME_FROM = pl.datetime(2025, 1, 1)
_MINUTES_PER_YEAR = 365 * 24 * 60
# Made-up prices lie between 1 and 20, log-uniformly.
_MOST_LOG_PRICE = np.log(20.0)
_DETAILS = ("title", "category", "price", "cost")


def shop_frames(
    lines: pl.DataFrame, catalog: pl.DataFrame | None = None, *, currency: str
) -> dict[str, pl.DataFrame]:
    """The four files of the shop as frames by file name.

    Args:
        lines: One row per order line; see above.
        catalog: ``sku``, and ``title``, ``category``, ``price`` and ``cost`` where known; variants
            that were never sold are in it too.
        currency: ISO 4217 code of the amounts.
    """
    timed = lines.with_columns(_ordered_at())
    articles = _articles(lines, _catalog_of(lines) if catalog is None else catalog)
    counted_at = timed.select(pl.col("ts").max().dt.strftime(_TIME)).item()
    return {
        "orders.csv": _orders(timed, articles, currency=currency),
        "variants.csv": _variants(articles),
        "inventory.csv": _inventory(articles, counted_at=counted_at),
        "catalog.csv": _catalog(articles),
    }


def _ordered_at() -> pl.Expr:
    minute = (pl.col("order_id").rank("dense").cast(pl.Int64) - 1) % _MINUTES_PER_YEAR
    made_up = _NO_TIME_FROM + pl.duration(minutes=minute)
    return pl.coalesce(pl.col("ts").cast(pl.Datetime("us")), made_up).alias("ts")


def _catalog_of(lines: pl.DataFrame) -> pl.DataFrame:
    return lines.select("sku").unique()


def _articles(lines: pl.DataFrame, catalog: pl.DataFrame) -> pl.DataFrame:
    listed = pl.coalesce("list_price", "unit_price")
    sold = lines.group_by("sku").agg(
        sold_count=pl.col("qty").sum(),
        price=listed.median().round(2),
        known_cost=pl.col("unit_cost").median().round(2),
    )
    return (
        sold.join(_described(catalog), on="sku", how="full", coalesce=True, validate="1:1")
        .sort("sku")
        .with_columns(
            pl.col("sold_count").fill_null(0),
            pl.col("title").fill_null(pl.col("sku")),
            pl.coalesce("price", "catalog_price"),
        )
        .pipe(_with_price)
        .pipe(with_ids)
        .pipe(with_stock, seed=_SEED)
        .pipe(with_cost, seed=_SEED + 1)
        .with_columns(cost=pl.coalesce("known_cost", "catalog_cost", "cost"))
    )


def _described(catalog: pl.DataFrame) -> pl.DataFrame:
    """One row per SKU of the catalog, with its columns or nulls."""
    columns = {name: pl.col(name) if name in catalog.columns else pl.lit(None) for name in _DETAILS}
    return catalog.unique("sku", keep="first", maintain_order=True).select(
        "sku",
        title=columns["title"].cast(pl.String),
        category=columns["category"].cast(pl.String),
        catalog_price=columns["price"].cast(pl.Float64).round(2),
        catalog_cost=columns["cost"].cast(pl.Float64).round(2),
    )


def _with_price(articles: pl.DataFrame) -> pl.DataFrame:
    draws = np.random.RandomState(_SEED + 2)
    made_up = pl.Series(np.exp(draws.uniform(0.0, _MOST_LOG_PRICE, articles.height)).round(2))
    return articles.with_columns(pl.coalesce("price", made_up))


def _orders(timed: pl.DataFrame, articles: pl.DataFrame, *, currency: str) -> pl.DataFrame:
    known = articles.select("sku", "variant_id", "product_id", "price")
    unit_price = pl.coalesce("list_price", "unit_price", "price").round(2)
    off = ((pl.col("list_price") - pl.col("unit_price")) * pl.col("qty")).clip(lower_bound=0)
    order = pl.col("order_id").rank("dense").cast(pl.Int64) - 1 + _FIRST_ORDER
    return timed.join(known, on="sku", how="left", maintain_order="left", validate="m:1").select(
        order_id=order,
        name=pl.format("#{}", "order_id"),
        createdAt=pl.col("ts").dt.strftime(_TIME),
        currencyCode=pl.lit(currency),
        displayFinancialStatus=pl.lit("PAID"),
        customerId="customer_id",
        lineItemId=pl.int_range(1, pl.len() + 1),
        lineItemQuantity="qty",
        sku="sku",
        productId="product_id",
        variantId="variant_id",
        originalUnitPrice=unit_price,
        lineItemTotalDiscount=off.round(2).fill_null(0.0),
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
        pl.lit("1").alias("location_id"),
        "available",
        pl.lit(counted_at).alias("updated_at"),
    )


def _catalog(articles: pl.DataFrame) -> pl.DataFrame:
    return articles.select(
        "product_id",
        "variant_id",
        "sku",
        pl.col("title").alias("product_title"),
        pl.col("category").alias("product_type"),
        "price",
        "cost",
        "inventory_item_id",
        pl.lit("active").alias("product_status"),
    )


def convert(
    lines: Annotated[Path, typer.Argument(help="Parquet file of order lines.")],
    outdir: Annotated[Path, typer.Argument(help="Folder of the shop.")],
    catalog: Annotated[Path | None, typer.Option(help="Parquet file of titles.")] = None,
    currency: Annotated[str, typer.Option(help="ISO 4217 code of the amounts.")] = "GBP",
) -> None:
    """Write the shop's four CSVs."""
    known = None if catalog is None else pl.read_parquet(catalog)
    frames = shop_frames(pl.read_parquet(lines), known, currency=currency)
    write_shop({name: csv_bytes(frame) for name, frame in frames.items()}, outdir)


if __name__ == "__main__":
    typer.run(convert)
