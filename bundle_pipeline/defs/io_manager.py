"""How frames get in and out of the store: one table per frame, one commit per shop.

It checks and writes, it never repairs. What the UI shows of a materialisation is made here.
"""

from functools import lru_cache
from typing import Any

import dagster as dg
import polars as pl

from bundle_pipeline.baskets.encoded import EncodedBaskets, open_baskets
from bundle_pipeline.baskets.size_limit import BasketParams
from bundle_pipeline.baskets.top_products import variants_of_top_products
from bundle_pipeline.defs.preview import PREVIEW_ROWS, markdown_preview
from bundle_pipeline.defs.quick_look import NOT_LOOKED_AT
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.schemas.base import Frame, declared
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline.schemas.catalog import Catalog, Variants
from bundle_pipeline.schemas.orders import OrderLines
from bundle_pipeline.schemas.registry import FRAMES
from bundle_pipeline.schemas.shop_id import ShopId, shop_id
from bundle_pipeline.store.lost_files import lost_file_named
from bundle_pipeline.store.parts import Parts

_Loaded = pl.DataFrame | pl.LazyFrame | EncodedBaskets
# What a preview narrows; what is made from these is narrow already.
_OF_PRODUCTS = (OrderLines, Variants, Catalog)


class FrameIOManager(dg.IOManager):
    """Frames as Delta tables of the site's lake."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._top: dict[ShopId, pl.Series] = {}
        # Of previews only: they are small, and a run writes a frame before it loads it.
        self._written: dict[tuple[type[Frame], ShopId], pl.DataFrame] = {}
        self._narrowed: dict[tuple[type[Frame], ShopId], _Loaded] = {}

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
            if self._site.is_preview and schema not in NOT_LOOKED_AT:
                self._written[schema, shop] = declared(schema, obj)
            shown = frame_metadata(obj, obj.height, version=version)
        context.add_output_metadata(shown)
        context.add_output_metadata({"bundle/settings_hash": origin.settings_hash})
        if self._site.is_preview:
            context.add_output_metadata({"bundle/is_preview": True})

    def load_input(self, context: dg.InputContext) -> _Loaded | Parts[Any]:
        """A shop's newest rows of a frame, as the step wants them.

        Whole, not read yet (``pl.LazyFrame``, in any order), in parts, or opened.
        """
        schema = FRAMES[context.asset_key.path[-1]]
        shop = shop_id(context.asset_partition_key)
        wanted = context.dagster_type.typing_type
        if wanted is Parts:
            return self._site.lake.parts(schema, shop)
        if not self._site.is_preview:
            return self._loaded(schema, shop, wanted)
        if schema in NOT_LOOKED_AT:
            return schema.create_empty()
        if (schema, shop) not in self._narrowed:
            self._narrowed[schema, shop] = self._narrow(
                self._loaded(schema, shop, wanted), schema, shop
            )
        return self._narrowed[schema, shop]

    def _loaded(self, schema: type[Frame], shop: ShopId, wanted: type) -> _Loaded:
        if wanted is EncodedBaskets:
            params = self._site.settings(shop).baskets.model_dump_json()
            lake = self._site.lake
            with lost_file_named(Baskets, shop, lambda: lake.files_of(Baskets, shop)):
                return _opened(lake.parts(Baskets, shop), params)
        if wanted is pl.LazyFrame:
            return self._site.lake.parts(schema, shop).scan()
        written = self._written.get((schema, shop))
        return self._site.lake.read(schema, shop) if written is None else written

    def _narrow(self, loaded: _Loaded, schema: type[Frame], shop: ShopId) -> _Loaded:
        """What a preview sees of a frame."""
        if isinstance(loaded, EncodedBaskets):
            return loaded.of_variants(self._looked_at(shop))
        if schema in _OF_PRODUCTS:
            narrow = loaded.filter(pl.col("variant_id").is_in(self._looked_at(shop).implode()))
            # Every step would read the lines anew; so few of them are held.
            return narrow.collect().lazy() if isinstance(narrow, pl.LazyFrame) else narrow
        return loaded

    def _looked_at(self, shop: ShopId) -> pl.Series:
        """Variants that a preview looks at; a run has its own IO manager, and looks for them once.

        Whatever is loaded comes after the ingest of the run.
        """
        if shop not in self._top:
            lake = self._site.lake
            self._top[shop] = variants_of_top_products(
                lake.parts(OrderLines, shop).scan(),
                lake.read(Variants, shop),
                self._site.settings(shop).preview.product_count,
            )
        return self._top[shop]


# The steps of a run open the same baskets one after the other.
@lru_cache(maxsize=1)
def _opened(parts: Parts[Baskets], params: str) -> EncodedBaskets:
    return open_baskets(parts, BasketParams.model_validate_json(params))


@dg.io_manager(
    required_resource_keys={"site"}, description="Frames as Delta tables of the site's lake."
)
def frame_io_manager(context: dg.InitResourceContext) -> FrameIOManager:
    """The IO manager of a run's own site, which knows whether it is a preview."""
    return FrameIOManager(context.resources.site)


def frame_metadata(first_rows: pl.DataFrame, row_count: int, *, version: int) -> dict[str, Any]:
    """What every materialisation shows: rows, the table's version and the first rows."""
    return {
        "dagster/partition_row_count": row_count,
        "bundle/table_version": version,
        "bundle/preview": dg.MetadataValue.md(markdown_preview(first_rows)),
    }
