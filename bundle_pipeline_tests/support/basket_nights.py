"""Baskets in a lake, and what is mined from them, night after night."""

from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from bundle_pipeline.baskets.build import build_baskets
from bundle_pipeline.baskets.encoded import open_baskets
from bundle_pipeline.baskets.size_limit import BasketParams
from bundle_pipeline.mining.item_counts import count_items
from bundle_pipeline.mining.pair_rules import mine_pair_rules
from bundle_pipeline.mining.params import MiningParams
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline.schemas.orders import OrderLines, Orders
from bundle_pipeline.schemas.shop_id import ShopId
from bundle_pipeline.store.lake import Lake
from bundle_pipeline.store.origin import Origin

EVERY_PAIR = MiningParams(min_basket_count=1, max_p_value=1.0)


def updated_baskets(lake: Lake, shop: ShopId) -> int:
    """Bring a shop's stored baskets up to date; how many parts were made."""
    before = lake.parts(Baskets, shop)
    with TemporaryDirectory() as folder:
        baskets = build_baskets(
            lake.parts(Orders, shop),
            lake.parts(OrderLines, shop),
            before=before,
            folder=Path(folder),
        )
        lake.write_parts(baskets, shop, origin=Origin("run", "0" * 16, "1"))
    return sum(not part.is_kept for part in baskets.files)


def mined(lake: Lake, shop: ShopId, params: BasketParams | None = None) -> list[pl.DataFrame]:
    """Stored baskets by order id, and the item counts and all pair rules of those that count."""
    parts = lake.parts(Baskets, shop)
    opened = open_baskets(parts, params or BasketParams())
    return [parts.collected(), count_items(opened), mine_pair_rules(opened, EVERY_PAIR)]
