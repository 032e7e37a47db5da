"""baskets -> item_counts, pair_rules, itemsets; -> item_neighbours, neighbour_quality.

And baskets, pair_rules -> pair_periods, pair_trends.

One step makes the first three: each looks at the same baskets, and the last at the one before.
Another follows the pairs over time. A third makes neighbours and judges the methods behind them.
"""

from collections.abc import Iterator
from dataclasses import asdict

import dagster as dg
import polars as pl

from bundle_pipeline.baskets.encoded import EncodedBaskets
from bundle_pipeline.defs.checks import fact, rows_break
from bundle_pipeline.defs.labels import frame_out
from bundle_pipeline.defs.partitions import SHOPS
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.mining.counting import engine_in_use
from bundle_pipeline.mining.item_counts import count_items
from bundle_pipeline.mining.itemsets import mine_itemsets
from bundle_pipeline.mining.neighbours.find import find_neighbours
from bundle_pipeline.mining.neighbours.judge import judge_neighbours
from bundle_pipeline.mining.neighbours.summary import best_below_popularity, neighbour_summary
from bundle_pipeline.mining.pair_rules import mine_pair_rules
from bundle_pipeline.mining.periods.follow import follow_pairs
from bundle_pipeline.mining.periods.pair_periods import pair_periods
from bundle_pipeline.mining.periods.pair_trends import pair_trends
from bundle_pipeline.mining.periods.summary import period_summary
from bundle_pipeline.mining.summary import mining_summary
from bundle_pipeline.schemas.mining import (
    ItemCounts,
    ItemNeighbours,
    Itemsets,
    NeighbourQuality,
    PairPeriods,
    PairRules,
    PairTrends,
)
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
    context: dg.AssetExecutionContext, site: dg.ResourceParam[Site], baskets: EncodedBaskets
) -> Iterator[dg.Output[pl.DataFrame]]:
    """Count variants and all pairs exactly, keep what is above chance, and grow it by a third."""
    params = site.settings(shop_id(context.partition_key)).mining
    yield dg.Output(count_items(baskets), ItemCounts.name)
    rules = mine_pair_rules(baskets, params)
    yield dg.Output(rules, PairRules.name)
    grown = mine_itemsets(baskets, rules, params)
    numbers = asdict(mining_summary(baskets, rules, grown, params))
    numbers["counting_engine"] = engine_in_use(params)
    numbers["basket_size_limit"] = baskets.capped.size_limit
    numbers["capped_basket_count"] = baskets.capped.basket_count
    numbers["capped_line_count"] = baskets.capped.line_count
    if baskets.segments is not None:
        numbers |= asdict(baskets.segments)
    metadata = {f"bundle/{name}": value for name, value in numbers.items() if value is not None}
    yield dg.Output(grown, Itemsets.name, metadata=metadata)


@dg.multi_asset(
    name="periods",
    partitions_def=SHOPS,
    group_name="mining",
    outs={
        schema.name: frame_out(schema, group="mining", layer="derived", kinds=_KINDS)
        for schema in (PairPeriods, PairTrends)
    },
)
def periods(
    context: dg.AssetExecutionContext,
    site: dg.ResourceParam[Site],
    baskets: EncodedBaskets,
    pair_rules: pl.DataFrame,
) -> Iterator[dg.Output[pl.DataFrame]]:
    """Count the significant pairs in each period, and tell which rise, fade or have a season."""
    params = site.settings(shop_id(context.partition_key)).mining
    followed = follow_pairs(baskets, pair_rules, params)
    trends = pair_trends(followed, params)
    numbers = asdict(period_summary(followed, trends))
    metadata = {f"bundle/{name}": value for name, value in numbers.items()}
    yield dg.Output(pair_periods(followed), PairPeriods.name)
    yield dg.Output(trends, PairTrends.name, metadata=metadata)


_BEATS_POPULARITY = "best_method_beats_popularity"


@dg.multi_asset(
    name="neighbours",
    partitions_def=SHOPS,
    group_name="mining",
    outs={
        schema.name: frame_out(schema, group="mining", layer="derived", kinds=_KINDS)
        for schema in (ItemNeighbours, NeighbourQuality)
    },
    check_specs=[
        fact(
            _BEATS_POPULARITY,
            NeighbourQuality.name,
            "The best method of neighbours completes more held-out baskets than best sellers do.",
            blocking=False,
        )
    ],
)
def neighbours(
    context: dg.AssetExecutionContext, site: dg.ResourceParam[Site], baskets: EncodedBaskets
) -> Iterator[dg.Output[pl.DataFrame] | dg.AssetCheckResult]:
    """Find what goes with each variant by several methods, and judge them on held-out baskets."""
    params = site.settings(shop_id(context.partition_key)).mining.neighbours
    found = find_neighbours(baskets, params)
    quality = judge_neighbours(baskets, params)
    numbers = asdict(neighbour_summary(found, quality))
    metadata = {f"bundle/{name}": value for name, value in numbers.items() if value is not None}
    yield dg.Output(found, ItemNeighbours.name, metadata=metadata)
    yield dg.Output(quality, NeighbourQuality.name)
    yield rows_break(
        _BEATS_POPULARITY,
        best_below_popularity(quality),
        asset=NeighbourQuality.name,
        key="method",
        severity=dg.AssetCheckSeverity.WARN,
    )
