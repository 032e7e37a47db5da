"""orders, order_lines -> baskets, in parts."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import dagster as dg

from bundle_pipeline.baskets.build import build_baskets
from bundle_pipeline.defs.labels import frame_asset
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.store.parts import Parts


@frame_asset(Baskets, group="baskets", layer="derived", kinds={"polars", "deltalake"})
def baskets(
    context: dg.AssetExecutionContext,
    site: dg.ResourceParam[Site],
    # Dagster takes no generic types here.
    orders: Parts,
    order_lines: Parts,
) -> Iterator[dg.Output[Parts]]:
    """Keep the distinct variants of each order; parts whose orders stay aren't made again."""
    before = site.lake.whole_parts(Baskets, shop_id(context.partition_key))
    with TemporaryDirectory(prefix="bundle-pipeline-") as folder:
        yield dg.Output(build_baskets(orders, order_lines, before=before, folder=Path(folder)))
