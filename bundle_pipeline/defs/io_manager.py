"""How frames get in and out of the store: one table per frame, one commit per shop.

It checks and writes, it never repairs. What the UI shows of a materialisation is made here.
"""

from functools import lru_cache
from typing import Any

import dagster as dg
import polars as pl

from bundle_pipeline.baskets.encoded import EncodedBaskets, open_baskets
from bundle_pipeline.baskets.size_limit import BasketParams
from bundle_pipeline.defs.preview import PREVIEW_ROWS, markdown_preview
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline.schemas.registry import FRAMES
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.store.parts import Parts


class FrameIOManager(dg.IOManager):
    """Frames as Delta tables of the site's lake."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def handle_output(self, context: dg.OutputContext, obj: pl.DataFrame | Parts[Any]) -> None:
        """Check a shop's frame against its declaration and commit it; parts have been checked."""
        schema = FRAMES[context.asset_key.path[-1]]
        shop = shop_id(context.asset_partition_key)
        origin = self._site.origin(shop, context.run_id)
        lake = self._site.lake
        if isinstance(obj, Parts):
            version = lake.write_parts(obj, shop, origin=origin)
            shown = frame_metadata(obj.head(PREVIEW_ROWS), obj.row_count, version=version)
        else:
            version = lake.write(schema, shop, obj, origin=origin)
            shown = frame_metadata(obj, obj.height, version=version)
        context.add_output_metadata(shown)
        context.add_output_metadata({"bundle/settings_hash": origin.settings_hash})

    def load_input(self, context: dg.InputContext) -> pl.DataFrame | Parts[Any] | EncodedBaskets:
        """A shop's newest rows of a frame, as the step wants them: whole, in parts, or opened."""
        schema = FRAMES[context.asset_key.path[-1]]
        shop = shop_id(context.asset_partition_key)
        wanted = context.dagster_type.typing_type
        if wanted is EncodedBaskets:
            parts = self._site.lake.parts(Baskets, shop)
            limit = self._site.settings(shop).baskets.max_basket_size
            return _opened(parts, max_basket_size=limit)
        if wanted is Parts:
            return self._site.lake.parts(schema, shop)
        return self._site.lake.read(schema, shop)


# The steps of a run open the same baskets one after the other.
@lru_cache(maxsize=1)
def _opened(parts: Parts[Baskets], *, max_basket_size: int | None) -> EncodedBaskets:
    return open_baskets(parts, BasketParams(max_basket_size=max_basket_size))


def frame_metadata(first_rows: pl.DataFrame, row_count: int, *, version: int) -> dict[str, Any]:
    """What every materialisation shows: rows, the table's version and the first rows."""
    return {
        "dagster/partition_row_count": row_count,
        "bundle/table_version": version,
        "bundle/preview": dg.MetadataValue.md(markdown_preview(first_rows)),
    }
