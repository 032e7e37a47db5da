"""scored_bundles -> priced_bundles."""

import dagster as dg
import polars as pl

from bundle_pipeline.defs.labels import frame_asset
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.pricing.price import price_bundles
from bundle_pipeline.schemas.bundles import PricedBundles
from bundle_pipeline.schemas.shop_id import shop_id


@frame_asset(PricedBundles, group="pricing", layer="derived", kinds={"polars", "deltalake"})
def priced_bundles(
    context: dg.AssetExecutionContext,
    site: dg.ResourceParam[Site],
    scored_bundles: pl.DataFrame,
) -> dg.MaterializeResult[pl.DataFrame]:
    """Price each bundle inside its objective's caps and above its floor."""
    params = site.settings(shop_id(context.partition_key)).pricing
    return dg.MaterializeResult(value=price_bundles(scored_bundles, params))
