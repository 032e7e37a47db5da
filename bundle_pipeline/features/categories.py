"""product_features and sales -> category_features."""

import logging

import dataframely as dy
import polars as pl

from bundle_pipeline.features.params import FeatureParams
from bundle_pipeline.features.sales import Sales
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.features import CategoryFeatures

logger = logging.getLogger(__name__)

_WINDOW_DAYS = 90


def is_sellable() -> pl.Expr:
    """Whether a product of ``product_features`` can be sold: on sale, and not known to be out."""
    return pl.col("is_on_sale") & ~pl.col("is_out_of_stock").fill_null(value=False)


def category_features(
    sales: Sales, products: pl.DataFrame, params: FeatureParams
) -> dy.DataFrame[CategoryFeatures]:
    """One row per category that some product states; products without one are in none.

    A category is the shop's product type, byte for byte. Collections would be finer, but exports
    don't hold them.

    Args:
        sales: The shop's sales.
        products: ``ProductFeatures`` of the same sales.
        params: How many vendors are named.

    Returns:
        Categories by ``product_type``.
    """
    known = products.drop_nulls("product_type")
    found = (
        _of_products(known)
        .join(_of_sales(known, sales), on="product_type", how="left", validate="1:1")
        .join(_top_vendors(known, params), on="product_type", how="left", validate="1:1")
        .with_columns(
            pl.col("order_count", "unit_count", "revenue_minor", "revenue_90_minor").fill_null(0),
            top_vendors=pl.col("top_vendors").fill_null([]),
            currency=pl.lit(sales.currency, pl.String),
        )
        .pipe(_with_shares, products, sales)
        .sort("product_type")
    )
    logger.info("category_features: %d products in, %d rows out", products.height, found.height)
    return declared(CategoryFeatures, found)


def _of_products(products: pl.DataFrame) -> pl.DataFrame:
    price = pl.col("price_minor")
    return products.group_by("product_type").agg(
        product_count=pl.len().cast(pl.Int64),
        sellable_product_count=is_sellable().sum().cast(pl.Int64),
        sold_product_count=(pl.col("order_count") > 0).sum().cast(pl.Int64),
        min_price_minor=price.min(),
        median_price_minor=price.quantile(0.5, interpolation="lower").cast(pl.Int64),
        max_price_minor=price.max(),
    )


def _of_sales(products: pl.DataFrame, sales: Sales) -> pl.DataFrame:
    numbers = products.select("product_id", "product_type").join(
        sales.products, on="product_id", validate="1:1"
    )
    return (
        sales.lines.lazy()
        .join(numbers.lazy().select("product", "product_type"), on="product", validate="m:1")
        .group_by("product_type")
        .agg(
            order_count=pl.col("order").n_unique().cast(pl.Int64),
            unit_count=pl.col("quantity").sum(),
            revenue_minor=pl.col("net_minor").sum(),
            revenue_90_minor=_revenue_of_days(0, _WINDOW_DAYS),
            _revenue_before=_revenue_of_days(_WINDOW_DAYS, 2 * _WINDOW_DAYS),
        )
        .collect()
    )


def _top_vendors(products: pl.DataFrame, params: FeatureParams) -> pl.DataFrame:
    return (
        products.drop_nulls("vendor")
        .group_by("product_type", "vendor")
        .agg(pl.col("revenue_minor").sum())
        .sort("product_type", -pl.col("revenue_minor"), "vendor")
        .group_by("product_type", maintain_order=True)
        .agg(top_vendors=pl.col("vendor").head(params.top_vendor_count))
    )


def _with_shares(categories: pl.DataFrame, products: pl.DataFrame, sales: Sales) -> pl.DataFrame:
    """Add ``revenue_rate``, ``growth`` and ``share_growth``.

    Growth is revenue of the last 90 days over that of the 90 before. A shop whose orders reach back
    less than 180 days has none, since its second window isn't full. Divided by the shop's own
    growth it no longer says that it is December.
    """
    total = int(products.get_column("revenue_minor").sum())
    latest, before = (
        int(sales.lines.select(_revenue_of_days(first, first + _WINDOW_DAYS)).item())
        for first in (0, _WINDOW_DAYS)
    )
    is_full = sales.history_days >= 2 * _WINDOW_DAYS
    growth = pl.when(pl.lit(is_full) & (pl.col("_revenue_before") > 0)).then(
        pl.col("revenue_90_minor") / pl.col("_revenue_before")
    )
    of_shop = pl.lit(latest / before if latest and before else None, pl.Float64)
    return categories.with_columns(
        revenue_rate=pl.col("revenue_minor") / pl.lit(total or None, pl.Int64),
        growth=growth,
        share_growth=growth / of_shop,
    )


def _revenue_of_days(first: int, last: int) -> pl.Expr:
    """Revenue of lines from ``first`` up to, not including, ``last`` days before as_of."""
    is_in = pl.col("age_days").is_between(first, last, closed="left")
    return pl.col("net_minor").filter(is_in).sum()
