"""scored_bundles and what the shop sold -> priced_bundles."""

from dataclasses import asdict

import dagster as dg
import polars as pl

from bundle_pipeline.defs.labels import frame_asset
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.pricing.price import price_bundles
from bundle_pipeline.pricing.summary import pricing_summary
from bundle_pipeline.schemas.bundles import PricedBundles
from bundle_pipeline.schemas.shop_id import shop_id


@frame_asset(PricedBundles, group="pricing", layer="derived", kinds={"polars", "deltalake"})
def priced_bundles(
    context: dg.AssetExecutionContext,
    site: dg.ResourceParam[Site],
    scored_bundles: pl.DataFrame,
    orders: pl.DataFrame,
    order_lines: pl.LazyFrame,
    variants: pl.DataFrame,
    catalog: pl.DataFrame,
) -> dg.MaterializeResult[pl.DataFrame]:
    """Price each bundle where it earns most, inside its objective's caps and above its floor."""
    priced = price_bundles(
        scored_bundles,
        site.settings(shop_id(context.partition_key)).pricing,
        orders=orders,
        order_lines=order_lines,
        variants=variants,
        catalog=catalog,
    )
    numbers = asdict(pricing_summary(priced))
    metadata = {f"bundle/{name}": value for name, value in numbers.items() if value is not None}
    return dg.MaterializeResult(value=priced, metadata=metadata)
