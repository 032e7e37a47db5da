"""Rules and what is known of the products -> candidate_bundles."""

import dagster as dg
import polars as pl

from bundle_pipeline.baskets.encoded import EncodedBaskets
from bundle_pipeline.candidates.sources.ladder import Descent, KnownOfProducts, go_down
from bundle_pipeline.candidates.sources.shelf import shelf_of
from bundle_pipeline.candidates.sources.suggested import proven_variants, suggested_by_ladder
from bundle_pipeline.candidates.suggest import KnownOfShop, suggest_bundles
from bundle_pipeline.defs.labels import frame_asset
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.schemas.bundles import KINDS, CandidateBundles
from bundle_pipeline.schemas.shop_id import shop_id


@frame_asset(CandidateBundles, group="candidates", layer="derived", kinds={"polars", "deltalake"})
def candidate_bundles(
    context: dg.AssetExecutionContext,
    site: dg.ResourceParam[Site],
    pair_rules: pl.DataFrame,
    itemsets: pl.DataFrame,
    item_counts: pl.DataFrame,
    orders: pl.DataFrame,
    order_lines: pl.LazyFrame,
    variants: pl.DataFrame,
    catalog: pl.DataFrame,
    inventory: pl.DataFrame,
    product_features: pl.DataFrame,
    objective_plan: pl.DataFrame,
    substitutes: pl.DataFrame,
    duplicate_products: pl.DataFrame,
    baskets: EncodedBaskets,
    item_neighbours: pl.DataFrame,
    neighbour_quality: pl.DataFrame,
    content_neighbours: pl.DataFrame,
) -> dg.MaterializeResult[pl.DataFrame]:
    """Turn what is known of the shop into bundles with items, evidence and stock."""
    shop = shop_id(context.partition_key)
    params = site.settings(shop).candidates
    known = KnownOfShop(
        pair_rules=pair_rules,
        itemsets=itemsets,
        item_counts=item_counts,
        orders=orders,
        order_lines=order_lines,
        variants=variants,
        catalog=catalog,
        inventory=inventory,
        product_features=product_features,
        objective_plan=objective_plan,
        substitutes=substitutes,
        duplicate_products=duplicate_products,
    )
    descent = go_down(
        KnownOfProducts(
            shelf=shelf_of(known.offerable),
            baskets=baskets,
            pair_rules=pair_rules,
            item_neighbours=item_neighbours,
            neighbour_quality=neighbour_quality,
            content_neighbours=content_neighbours,
            duplicate_products=duplicate_products,
            substitutes=substitutes,
            orders=orders,
            order_lines=order_lines,
        ),
        proven_variants(pair_rules, itemsets),
        params.sources,
    )
    bundles = suggest_bundles(shop, known, params, by_ladder=suggested_by_ladder(descent))
    kinds = dict(bundles.get_column("kind").value_counts().rows())
    counts = {f"bundle/{kind.lower()}": kinds.get(kind, 0) for kind in KINDS}
    return dg.MaterializeResult(value=bundles, metadata=counts | _ladder_metadata(descent))


def _ladder_metadata(descent: Descent) -> dict[str, int | float | str]:
    """How far down the ladder of sources it went, what each source adds, and why it ended."""
    return {
        "bundle/active_products": descent.product_count,
        "bundle/coverage_proven": descent.coverage,
        "bundle/coverage": descent.final_coverage,
        "bundle/ladder": descent.reason,
        **{f"bundle/source_{rung.source}": rung.pair_count for rung in descent.rungs},
    }
