"""catalog, variants, baskets -> duplicate_products, content_neighbours, substitutes.

One step makes all of them: the first two look at the same pages, and the last at the second.
"""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from bundle_pipeline.baskets.encoded import EncodedBaskets
from bundle_pipeline.defs.labels import frame_out
from bundle_pipeline.defs.partitions import SHOPS
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

_KINDS = {
    DuplicateProducts: {"rapidfuzz", "polars", "deltalake"},
    ContentNeighbours: {"polars", "scipy", "deltalake"},
    Substitutes: {"polars", "scipy", "deltalake"},
}
_PAGES = {dg.AssetKey("catalog"), dg.AssetKey("variants")}


@dg.multi_asset(
    name="compare",
    partitions_def=SHOPS,
    group_name="features",
    outs={
        schema.name: frame_out(schema, group="features", layer="derived", kinds=kinds)
        for schema, kinds in _KINDS.items()
    },
    internal_asset_deps={
        DuplicateProducts.name: _PAGES,
        ContentNeighbours.name: _PAGES,
        Substitutes.name: {
            *_PAGES,
            dg.AssetKey("baskets"),
            dg.AssetKey(ContentNeighbours.name),
        },
    },
)
def compare(
    context: dg.AssetExecutionContext,
    site: dg.ResourceParam[Site],
    catalog: pl.DataFrame,
    variants: pl.DataFrame,
    baskets: EncodedBaskets,
) -> Iterator[dg.Output[pl.DataFrame]]:
    """Say which products may be one, which are most alike, and which replace each other.

    Products that may be one are listed for review; the sure ones aren't bundled together. Alike
    are those with like titles, tags, types, vendors and prices. Orders tell which of them are
    bought one instead of the other.
    """
    params = site.settings(shop_id(context.partition_key)).similar_products
    duplicates = find_duplicate_products(catalog, variants, params.duplicates)
    duplicate_count = duplicates.filter("is_duplicate").height
    yield dg.Output(
        duplicates, DuplicateProducts.name, metadata={"bundle/duplicates": duplicate_count}
    )
    neighbours = find_content_neighbours(catalog, variants, params.content)
    yield dg.Output(neighbours, ContentNeighbours.name)
    substitutes = find_substitutes(
        neighbours,
        baskets=baskets,
        products=products_of_variants(catalog, variants),
        params=params.substitutes,
    )
    substitute_count = substitutes.filter("is_substitute").height
    yield dg.Output(
        substitutes, Substitutes.name, metadata={"bundle/substitutes": substitute_count}
    )
