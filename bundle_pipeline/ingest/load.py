"""Loading: staged text of a shop to its declared frames, with every row accounted for."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import dataframely as dy
import polars as pl

from bundle_pipeline.ingest.catalog import load_catalog
from bundle_pipeline.ingest.currencies import shop_currency
from bundle_pipeline.ingest.identity import identities, unknown_variants
from bundle_pipeline.ingest.inventory import load_inventory
from bundle_pipeline.ingest.ledger import (
    ingest_ledger,
    quarantine,
    raise_above_quarantine_rate,
    with_reading_verdicts,
)
from bundle_pipeline.ingest.linked_ids import order_labels, with_linked_ids
from bundle_pipeline.ingest.order_rows import with_order_ids
from bundle_pipeline.ingest.orders import load_orders
from bundle_pipeline.ingest.params import IngestParams
from bundle_pipeline.ingest.snapshots import with_outdated
from bundle_pipeline.ingest.stage import StagedShop
from bundle_pipeline.ingest.variants import load_variants
from bundle_pipeline.schemas.catalog import Catalog, Inventory, Variants
from bundle_pipeline.schemas.ingest import IngestLedger, Quarantine
from bundle_pipeline.schemas.orders import OrderLines, Orders

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class LoadedShop:
    """A shop's frames.

    Attributes:
        currency: That of most orders, or the default where none states one; variants and catalog
            are in it.
        as_of: Time of the newest order, None without orders.
        ambiguous_skus: ``sku`` and ``variant_ids``, of SKUs that several variants have.
        unknown_variants: ``variant_id`` and ``line_count``, of ids in orders that no file of
            products knows.
    """

    orders: dy.DataFrame[Orders]
    order_lines: dy.DataFrame[OrderLines]
    variants: dy.DataFrame[Variants]
    inventory: dy.DataFrame[Inventory]
    catalog: dy.DataFrame[Catalog]
    quarantine: dy.DataFrame[Quarantine]
    ingest_ledger: dy.DataFrame[IngestLedger]
    currency: str
    as_of: datetime | None
    ambiguous_skus: pl.DataFrame
    unknown_variants: pl.DataFrame


def load_shop(staged: StagedShop, params: IngestParams, *, customer_key: bytes) -> LoadedShop:
    """Convert what was staged; each row ends in a frame, superseded, excluded or quarantined.

    Args:
        staged: Text of the shop's files.
        params: Default currency, exclusions, and how much may be unusable.
        customer_key: Secret that customers are hashed with, at most 64 bytes.

    Raises:
        InputDataError: A file can't be used as a whole, there are no orders, or too many rows of
            a file can't be used.
    """
    staged.raise_for_structure()
    order_rows = with_order_ids(staged.tables["orders"])
    currency = shop_currency(order_rows, default=params.default_currency)
    tables = {
        kind: with_outdated(rows, staged.files)
        for kind, rows in with_linked_ids(staged.tables, order_labels(order_rows)).items()
        if kind != "orders"
    }
    catalog, catalog_verdicts = load_catalog(tables["catalog"], currency=currency)
    variants, variant_verdicts = load_variants(tables["variants"], catalog, currency=currency)
    inventory, inventory_verdicts = load_inventory(tables["inventory"])
    known = identities(variants, catalog)
    sold = load_orders(
        order_rows,
        params,
        currency=currency,
        known=known,
        customers=staged.customers,
        customer_key=customer_key,
    )
    verdicts = with_reading_verdicts(
        staged, [sold.verdicts, variant_verdicts, inventory_verdicts, catalog_verdicts]
    )
    _log_outcomes(verdicts)
    raise_above_quarantine_rate(staged, verdicts, max_quarantined_rate=params.max_quarantined_rate)
    return LoadedShop(
        orders=sold.orders,
        order_lines=sold.order_lines,
        variants=variants,
        inventory=inventory,
        catalog=catalog,
        quarantine=quarantine(staged, verdicts),
        ingest_ledger=ingest_ledger(staged, verdicts),
        currency=currency,
        as_of=cast("datetime | None", sold.orders.get_column("ordered_at").max()),
        ambiguous_skus=known.ambiguous_skus,
        unknown_variants=unknown_variants(sold.order_lines, known),
    )


def _log_outcomes(verdicts: pl.DataFrame) -> None:
    counted = verdicts.group_by("kind", "outcome").len().sort("kind", "outcome")
    for kind, outcome, row_count in counted.rows():
        logger.info("%s: %d rows %s", kind, row_count, outcome)
