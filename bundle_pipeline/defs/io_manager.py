"""How frames get in and out of the store: one table per frame, one commit per shop.

It checks and writes, it never repairs. What the UI shows of a materialisation is made here.
"""

from typing import Any

import dagster as dg
import polars as pl

from bundle_pipeline.defs.preview import markdown_preview
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.schemas.registry import FRAMES
from bundle_pipeline.schemas.shop_id import shop_id


class FrameIOManager(dg.IOManager):
    """Frames as Delta tables of the site's lake."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def handle_output(self, context: dg.OutputContext, obj: pl.DataFrame) -> None:
        """Check a shop's frame against its declaration and commit it."""
        schema = FRAMES[context.asset_key.path[-1]]
        shop = shop_id(context.asset_partition_key)
        origin = self._site.origin(shop, context.run_id)
        version = self._site.lake.write(schema, shop, obj, origin=origin)
        context.add_output_metadata(frame_metadata(obj, version=version))
        context.add_output_metadata({"bundle/settings_hash": origin.settings_hash})

    def load_input(self, context: dg.InputContext) -> pl.DataFrame:
        """A shop's newest rows of a frame."""
        schema = FRAMES[context.asset_key.path[-1]]
        return self._site.lake.read(schema, shop_id(context.asset_partition_key))


def frame_metadata(frame: pl.DataFrame, *, version: int) -> dict[str, Any]:
    """What every materialisation shows: rows, the table's version and the first rows."""
    return {
        "dagster/partition_row_count": frame.height,
        "bundle/table_version": version,
        "bundle/preview": dg.MetadataValue.md(markdown_preview(frame)),
    }
