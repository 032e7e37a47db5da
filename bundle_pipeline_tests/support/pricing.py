"""Prices for tests: of a shop that never sold anything, or of one whose orders are given."""

import dataframely as dy
import polars as pl

from bundle_pipeline.pricing.params import PricingParams
from bundle_pipeline.pricing.price import price_bundles
from bundle_pipeline.schemas.bundles import PricedBundles
from bundle_pipeline.schemas.catalog import Catalog, Variants
from bundle_pipeline.schemas.orders import OrderLines, Orders


def priced_without_history(
    scored: pl.DataFrame, params: PricingParams
) -> dy.DataFrame[PricedBundles]:
    """Prices of a shop without any order: the stated priors decide."""
    return priced_with_history(
        scored,
        params,
        orders=Orders.create_empty(),
        order_lines=OrderLines.create_empty(),
    )


def priced_with_history(
    scored: pl.DataFrame, params: PricingParams, *, orders: pl.DataFrame, order_lines: pl.DataFrame
) -> dy.DataFrame[PricedBundles]:
    """Prices of a shop with these orders and without product files: no category is known."""
    return price_bundles(
        scored,
        params,
        orders=orders,
        order_lines=order_lines.lazy(),
        variants=Variants.create_empty(),
        catalog=Catalog.create_empty(),
    )
