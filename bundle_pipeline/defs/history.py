"""What a shop's delivery looks like beside the one before, as it is in the lake.

What belongs here: reading what was stored before this run, and remembering what was found. What
stays out: the facts and their thresholds, which are the quality room's.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import cast

import polars as pl

from bundle_pipeline.defs.resources import Site
from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.load import LoadedShop
from bundle_pipeline.quality.history import catalog_history, daily_orders, order_history
from bundle_pipeline.quality.history_suite import history_fingerprint, history_validated
from bundle_pipeline.quality.params import QualityParams
from bundle_pipeline.quality.remembered import facts_remembered, remembered_as
from bundle_pipeline.quality.result import ExpectationResult
from bundle_pipeline.schemas.base import FrameT
from bundle_pipeline.schemas.catalog import Catalog
from bundle_pipeline.schemas.ingest import IngestLedger
from bundle_pipeline.schemas.shop_id import ShopId
from bundle_pipeline.store.lake import Lake

_NOTHING_TO_COMPARE_WITH = {"BP-STORE-MISSING", "BP-STORE-OUTDATED", "BP-STORE-LOST"}


def history_results(
    site: Site, shop: ShopId, loaded: LoadedShop, params: QualityParams
) -> Iterator[ExpectationResult]:
    """Results of the expectations about a shop's history; nothing of it may be stored yet."""
    before = stored(site.lake, IngestLedger, shop)
    delivery = _delivery(loaded.ingest_ledger)
    comparisons = {
        "orders": lambda: order_history(
            daily_orders(loaded.orders.scan()),
            loaded.ingest_ledger,
            previous_ledger=before,
            as_of=_newest_time(loaded),
            params=params,
        ),
        "catalog": lambda: catalog_history(
            loaded.catalog, stored(site.lake, Catalog, shop), params
        ),
    }
    for kind, compare in comparisons.items():
        facts = facts_remembered(
            site.documents,
            f"validations/history/{shop}/{delivery}/{kind}.json",
            is_same_delivery=before is not None and _delivery(before) == delivery,
            compare=compare,
        )
        key = f"validations/history/{history_fingerprint(kind, facts, params)}.json"
        validate = partial(history_validated, kind, facts, params)
        yield from remembered_as(site.documents, key, validate)


def stored(lake: Lake, schema: type[FrameT], shop: ShopId) -> pl.DataFrame | None:
    """A shop's rows of a frame as they were before this run; None if there are none."""
    try:
        rows = lake.read(schema, shop)
    except InputDataError as error:
        if error.code not in _NOTHING_TO_COMPARE_WITH:
            raise
        return None
    return None if rows.is_empty() else rows


def _delivery(ledger: pl.DataFrame) -> str:
    files = ledger.select("path", "content_hash").sort("path").rows()
    return hashlib.sha256(repr(files).encode()).hexdigest()[:20]


def _newest_time(loaded: LoadedShop) -> datetime | None:
    """The newest time that tables other than orders state; None if none does.

    Not when a product goes on sale, which may lie ahead.
    """
    clocks = (
        loaded.inventory.get_column("updated_at"),
        loaded.variants.get_column("created_at"),
        loaded.catalog.get_column("product_created_at"),
    )
    times = [cast("datetime | None", clock.max()) for clock in clocks]
    return max((time for time in times if time is not None), default=None)
