"""catalog, variants, baskets -> duplicate_products, content_neighbours, substitutes."""

import dagster as dg
import polars as pl

from bundle_pipeline.baskets.encoded import EncodedBaskets
from bundle_pipeline.defs.labels import frame_asset
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.features.content_neighbours import find_content_neighbours
from bundle_pipeline.features.duplicates import find_duplicate_products
from bundle_pipeline.features.product_pages import products_of_variants
from bundle_pipeline.features.substitutes import find_substitutes
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.schemas.similar_products import (
    ContentNeighbours,
    DuplicateProducts,
    Substitutes,
)

_KINDS = {"polars", "scipy", "deltalake"}


@frame_asset(
    DuplicateProducts,
    group="features",
    layer="derived",
    kinds={"rapidfuzz", "polars", "deltalake"},
)
def duplicate_products(
    context: dg.AssetExecutionContext,
    site: dg.ResourceParam[Site],
    catalog: pl.DataFrame,
    variants: pl.DataFrame,
) -> dg.MaterializeResult[pl.DataFrame]:
    """List products that may be one product, for review; the sure ones aren't bundled together."""
    params = site.settings(shop_id(context.partition_key)).similar_products.duplicates
    found = find_duplicate_products(catalog, variants, params)
    duplicate_count = found.filter("is_duplicate").height
    return dg.MaterializeResult(value=found, metadata={"bundle/duplicates": duplicate_count})


@frame_asset(ContentNeighbours, group="features", layer="derived", kinds=_KINDS)
def content_neighbours(
    context: dg.AssetExecutionContext,
    site: dg.ResourceParam[Site],
    catalog: pl.DataFrame,
    variants: pl.DataFrame,
) -> dg.MaterializeResult[pl.DataFrame]:
    """Find the products most like each one by title, tags, type, vendor and price."""
    params = site.settings(shop_id(context.partition_key)).similar_products.content
    return dg.MaterializeResult(value=find_content_neighbours(catalog, variants, params))


@frame_asset(Substitutes, group="features", layer="derived", kinds=_KINDS)
def substitutes(
    context: dg.AssetExecutionContext,
    site: dg.ResourceParam[Site],
    content_neighbours: pl.DataFrame,
    baskets: EncodedBaskets,
    catalog: pl.DataFrame,
    variants: pl.DataFrame,
) -> dg.MaterializeResult[pl.DataFrame]:
    """Judge by orders which products alike are bought one instead of the other."""
    params = site.settings(shop_id(context.partition_key)).similar_products.substitutes
    found = find_substitutes(
        content_neighbours,
        baskets=baskets,
        products=products_of_variants(catalog, variants),
        params=params,
    )
    substitute_count = found.filter("is_substitute").height
    return dg.MaterializeResult(value=found, metadata={"bundle/substitutes": substitute_count})
