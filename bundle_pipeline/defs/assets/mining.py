"""baskets -> item_counts, pair_rules, itemsets.

One step makes all three: each looks at the same baskets, and the last at the one before.
"""

from collections.abc import Iterator
from dataclasses import asdict

import dagster as dg
import polars as pl

from bundle_pipeline.defs.labels import frame_out
from bundle_pipeline.defs.partitions import SHOPS
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.mining.counting import engine_in_use
from bundle_pipeline.mining.item_counts import count_items
from bundle_pipeline.mining.itemsets import mine_itemsets
from bundle_pipeline.mining.pair_rules import mine_pair_rules
from bundle_pipeline.mining.summary import mining_summary
from bundle_pipeline.schemas.mining import ItemCounts, Itemsets, PairRules
from bundle_pipeline.schemas.shop_id import shop_id

_KINDS = {"scipy", "polars", "deltalake"}


@dg.multi_asset(
    name="mine",
    partitions_def=SHOPS,
    group_name="mining",
    outs={
        schema.name: frame_out(schema, group="mining", layer="derived", kinds=_KINDS)
        for schema in (ItemCounts, PairRules, Itemsets)
    },
    internal_asset_deps={
        ItemCounts.name: {dg.AssetKey("baskets")},
        PairRules.name: {dg.AssetKey("baskets")},
        Itemsets.name: {dg.AssetKey("baskets"), dg.AssetKey(PairRules.name)},
    },
)
def mine(
    context: dg.AssetExecutionContext, site: dg.ResourceParam[Site], baskets: pl.DataFrame
) -> Iterator[dg.Output[pl.DataFrame]]:
    """Count variants and all pairs exactly, keep what is above chance, and grow it by a third."""
    params = site.settings(shop_id(context.partition_key)).mining
    yield dg.Output(count_items(baskets), ItemCounts.name)
    rules = mine_pair_rules(baskets, params)
    yield dg.Output(rules, PairRules.name)
    grown = mine_itemsets(baskets, rules, params)
    numbers = asdict(mining_summary(baskets, rules, grown, params))
    numbers["counting_engine"] = engine_in_use(params)
    metadata = {f"bundle/{name}": value for name, value in numbers.items() if value is not None}
    yield dg.Output(grown, Itemsets.name, metadata=metadata)
