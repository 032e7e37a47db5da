"""Rules and what is known of the products -> candidate_bundles."""

import dagster as dg
import polars as pl

from bundle_pipeline.candidates.suggest import suggest_bundles
from bundle_pipeline.defs.labels import frame_asset
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.schemas.bundles import CandidateBundles
from bundle_pipeline.schemas.shop_id import shop_id


@frame_asset(CandidateBundles, group="candidates", layer="derived", kinds={"polars", "deltalake"})
def candidate_bundles(
    context: dg.AssetExecutionContext,
    site: dg.ResourceParam[Site],
    pair_rules: pl.DataFrame,
    itemsets: pl.DataFrame,
    item_counts: pl.DataFrame,
    orders: pl.DataFrame,
    order_lines: pl.DataFrame,
    variants: pl.DataFrame,
    catalog: pl.DataFrame,
    inventory: pl.DataFrame,
) -> dg.MaterializeResult[pl.DataFrame]:
    """Turn significant pairs and itemsets into bundles with items, evidence and stock."""
    shop = shop_id(context.partition_key)
    return dg.MaterializeResult(
        value=suggest_bundles(
            shop,
            pair_rules=pair_rules,
            itemsets=itemsets,
            item_counts=item_counts,
            orders=orders,
            order_lines=order_lines,
            variants=variants,
            catalog=catalog,
            inventory=inventory,
            params=site.settings(shop).candidates,
        )
    )
