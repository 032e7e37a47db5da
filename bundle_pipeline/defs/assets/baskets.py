"""orders, order_lines -> baskets."""

import dagster as dg
import polars as pl

from bundle_pipeline.baskets.build import build_baskets
from bundle_pipeline.defs.labels import frame_asset
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline.schemas.shop_id import shop_id


@frame_asset(Baskets, group="baskets", layer="derived", kinds={"polars", "deltalake"})
def baskets(
    context: dg.AssetExecutionContext,
    site: dg.ResourceParam[Site],
    orders: pl.DataFrame,
    order_lines: pl.DataFrame,
) -> dg.MaterializeResult[pl.DataFrame]:
    """Keep the distinct variants of each order; mark orders above the size limit as not counted."""
    params = site.settings(shop_id(context.partition_key)).baskets
    return dg.MaterializeResult(value=build_baskets(orders, order_lines, params))
