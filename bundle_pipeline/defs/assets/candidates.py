"""Rules and what is known of the products -> candidate_bundles."""

import dagster as dg
import polars as pl

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
    order_lines: pl.DataFrame,
    variants: pl.DataFrame,
    catalog: pl.DataFrame,
    inventory: pl.DataFrame,
    product_features: pl.DataFrame,
    objective_plan: pl.DataFrame,
    substitutes: pl.DataFrame,
    duplicate_products: pl.DataFrame,
) -> dg.MaterializeResult[pl.DataFrame]:
    """Turn what is known of the shop into bundles with items, evidence and stock."""
    shop = shop_id(context.partition_key)
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
    bundles = suggest_bundles(shop, known, site.settings(shop).candidates)
    kinds = dict(bundles.get_column("kind").value_counts().rows())
    counts = {f"bundle/{kind.lower()}": kinds.get(kind, 0) for kind in KINDS}
    return dg.MaterializeResult(value=bundles, metadata=counts)
