"""Loading: staged text of a shop to its declared frames, with every row accounted for."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import dataframely as dy
import polars as pl

from bundle_pipeline.ingest.aliases import FileKind
from bundle_pipeline.ingest.catalog import load_catalog
from bundle_pipeline.ingest.identity import identities, unknown_variants
from bundle_pipeline.ingest.inventory import load_inventory
from bundle_pipeline.ingest.ledger import (
    ingest_ledger,
    quarantine,
    raise_above_quarantine_rate,
    with_reading_verdicts,
)
from bundle_pipeline.ingest.linked_ids import has_derived_ids, with_linked_ids
from bundle_pipeline.ingest.params import IngestParams
from bundle_pipeline.ingest.snapshots import with_outdated
from bundle_pipeline.ingest.spooled_orders import (
    currency_of_orders,
    labels_of_orders,
    load_spooled_orders,
)
from bundle_pipeline.ingest.stage import StagedShop
from bundle_pipeline.ingest.variants import load_variants
from bundle_pipeline.schemas.catalog import Catalog, Inventory, Variants
from bundle_pipeline.schemas.ingest import IngestLedger, Quarantine
from bundle_pipeline.schemas.orders import OrderLines, Orders
from bundle_pipeline.store.parts import Parts

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class LoadedShop:
    """A shop's frames.

    Attributes:
        currency: That of most orders, or the default where none states one; variants and catalog
            are in it.
        as_of: Time of the newest order, None without orders.
        verdicts: What became of each line of the files, but for simple order lines that are loaded.
        ambiguous_skus: ``sku`` and ``variant_ids``, of SKUs that several variants have.
        unknown_variants: ``variant_id`` and ``line_count``, of ids in orders that no file of
            products knows.
    """

    orders: Parts[Orders]
    order_lines: Parts[OrderLines]
    variants: dy.DataFrame[Variants]
    inventory: dy.DataFrame[Inventory]
    catalog: dy.DataFrame[Catalog]
    quarantine: dy.DataFrame[Quarantine]
    ingest_ledger: dy.DataFrame[IngestLedger]
    currency: str
    as_of: datetime | None
    verdicts: pl.DataFrame
    ambiguous_skus: pl.DataFrame
    unknown_variants: pl.DataFrame


def load_shop(staged: StagedShop, params: IngestParams, *, folder: Path) -> LoadedShop:
    """Convert what was staged; each row ends in a frame, superseded, excluded or quarantined.

    Args:
        staged: Text of the shop's files, and its spooled orders.
        params: Default currency, exclusions, and how much may be unusable.
        folder: Where parts of orders go; it must stay as long as they are used.

    Raises:
        InputDataError: A file can't be used as a whole, there are no orders, or too many rows of
            a file can't be used.
    """
    staged.raise_for_structure()
    currency = currency_of_orders(staged.orders, default=params.default_currency)
    tables = {
        kind: with_outdated(rows, staged.files) for kind, rows in _with_linked_ids(staged).items()
    }
    catalog, catalog_verdicts = load_catalog(tables["catalog"], currency=currency)
    variants, variant_verdicts = load_variants(tables["variants"], catalog, currency=currency)
    inventory, inventory_verdicts = load_inventory(tables["inventory"])
    known = identities(variants, catalog)
    sold = load_spooled_orders(staged.orders, params, currency=currency, known=known, folder=folder)
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
        ingest_ledger=ingest_ledger(staged, verdicts, simple_counts=sold.simple_counts),
        currency=currency,
        as_of=sold.as_of,
        verdicts=verdicts,
        ambiguous_skus=known.ambiguous_skus,
        unknown_variants=unknown_variants(sold.order_lines.scan(), known),
    )


def _with_linked_ids(staged: StagedShop) -> Mapping[FileKind, pl.DataFrame]:
    if not has_derived_ids(staged.tables):
        return staged.tables
    return with_linked_ids(staged.tables, labels_of_orders(staged.orders))


def _log_outcomes(verdicts: pl.DataFrame) -> None:
    counted = verdicts.group_by("kind", "outcome").len().sort("kind", "outcome")
    for kind, outcome, row_count in counted.rows():
        logger.info("%s: %d rows %s", kind, row_count, outcome)
