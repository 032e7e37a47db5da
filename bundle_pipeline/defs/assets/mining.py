"""baskets -> item_counts, pair_rules, itemsets."""

from dataclasses import asdict

import dagster as dg
import polars as pl

from bundle_pipeline.defs.labels import frame_asset
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.mining.item_counts import count_items
from bundle_pipeline.mining.itemsets import mine_itemsets
from bundle_pipeline.mining.pair_rules import mine_pair_rules
from bundle_pipeline.mining.summary import mining_summary
from bundle_pipeline.schemas.mining import ItemCounts, Itemsets, PairRules
from bundle_pipeline.schemas.shop_id import shop_id


@frame_asset(ItemCounts, group="mining", layer="derived", kinds={"polars", "deltalake"})
def item_counts(baskets: pl.DataFrame) -> dg.MaterializeResult[pl.DataFrame]:
    """Count the baskets that hold each variant."""
    return dg.MaterializeResult(value=count_items(baskets))


@frame_asset(PairRules, group="mining", layer="derived", kinds={"scipy", "polars", "deltalake"})
def pair_rules(
    context: dg.AssetExecutionContext, site: dg.ResourceParam[Site], baskets: pl.DataFrame
) -> dg.MaterializeResult[pl.DataFrame]:
    """Count all pairs exactly and keep those above chance, with the evidence for each."""
    params = site.settings(shop_id(context.partition_key)).mining
    rules = mine_pair_rules(baskets, params)
    significant = rules.filter("is_significant").height // 2
    return dg.MaterializeResult(value=rules, metadata={"bundle/significant_pairs": significant})


@frame_asset(Itemsets, group="mining", layer="derived", kinds={"scipy", "polars", "deltalake"})
def itemsets(
    context: dg.AssetExecutionContext,
    site: dg.ResourceParam[Site],
    baskets: pl.DataFrame,
    pair_rules: pl.DataFrame,
) -> dg.MaterializeResult[pl.DataFrame]:
    """Grow significant pairs by a third variant that adds something to the best of them."""
    params = site.settings(shop_id(context.partition_key)).mining
    grown = mine_itemsets(baskets, pair_rules, params)
    numbers = asdict(mining_summary(baskets, pair_rules, grown, params))
    return dg.MaterializeResult(
        value=grown,
        metadata={f"bundle/{name}": value for name, value in numbers.items() if value is not None},
    )
