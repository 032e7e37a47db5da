"""candidate_bundles, and what goes with their items -> scored_bundles."""

import dagster as dg
import polars as pl

from bundle_pipeline.baskets.encoded import EncodedBaskets
from bundle_pipeline.defs.labels import frame_asset
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.schemas.bundles import ScoredBundles
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.scoring.score import ShopFacts, score_bundles


@frame_asset(ScoredBundles, group="scoring", layer="derived", kinds={"polars", "deltalake"})
def scored_bundles(
    context: dg.AssetExecutionContext,
    site: dg.ResourceParam[Site],
    candidate_bundles: pl.DataFrame,
    baskets: EncodedBaskets,
    item_neighbours: pl.DataFrame,
    content_neighbours: pl.DataFrame,
) -> dg.MaterializeResult[pl.DataFrame]:
    """Give each candidate a score, and store what every component contributes to it."""
    params = site.settings(shop_id(context.partition_key)).scoring
    facts = ShopFacts(
        baskets=baskets,
        item_neighbours=item_neighbours,
        content_neighbours=content_neighbours,
    )
    return dg.MaterializeResult(value=score_bundles(candidate_bundles, params, facts=facts))
