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
from bundle_pipeline.ingest.events import load_events
from bundle_pipeline.ingest.identity import identities, unknown_variants
from bundle_pipeline.ingest.inventory import load_inventory
from bundle_pipeline.ingest.ledger import (
    ingest_ledger,
    left_out_at_reading,
    quarantine,
    raise_above_quarantine_rate,
    with_mended_outcomes,
)
from bundle_pipeline.ingest.line_totals import KnownTotals, LineTotals, line_totals
from bundle_pipeline.ingest.linked_ids import has_derived_ids, with_linked_ids
from bundle_pipeline.ingest.order_decisions import (
    Judge,
    currency_of_orders,
    labels_of_orders,
    loaded_orders,
)
from bundle_pipeline.ingest.outcomes import Outcomes, outcomes_of
from bundle_pipeline.ingest.params import IngestParams
from bundle_pipeline.ingest.snapshots import with_outdated
from bundle_pipeline.ingest.stage import StagedShop
from bundle_pipeline.ingest.variants import load_variants
from bundle_pipeline.schemas.catalog import Catalog, Inventory, Variants
from bundle_pipeline.schemas.events import Events
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
        outcomes: What became of each line of the files.
        ambiguous_skus: ``sku`` and ``variant_ids``, of SKUs that several variants have.
        line_totals: What all order lines add up to.
        unknown_variants: ``variant_id`` and ``line_count``, of ids in orders that no file of
            products knows.
        settled: What it was made of: what was read of each file, and decided.
    """

    orders: Parts[Orders]
    order_lines: Parts[OrderLines]
    variants: dy.DataFrame[Variants]
    inventory: dy.DataFrame[Inventory]
    catalog: dy.DataFrame[Catalog]
    events: dy.DataFrame[Events]
    quarantine: dy.DataFrame[Quarantine]
    ingest_ledger: dy.DataFrame[IngestLedger]
    currency: str
    as_of: datetime | None
    outcomes: Outcomes
    ambiguous_skus: pl.DataFrame
    line_totals: LineTotals
    unknown_variants: pl.DataFrame
    settled: StagedShop


def load_shop(
    staged: StagedShop,
    params: IngestParams,
    *,
    folder: Path,
    known_totals: KnownTotals | None = None,
) -> LoadedShop:
    """Convert what was staged; each row ends in a frame, superseded, excluded or quarantined.

    Args:
        staged: Text of the shop's files, and its spooled orders.
        params: Default currency, exclusions, and how much may be unusable.
        folder: Where parts of orders go; it must stay as long as they are used.
        known_totals: What order lines added up to in an earlier run.

    Raises:
        InputDataError: A file can't be used as a whole, there are no orders, or too many rows of
            a file can't be used.
    """
    staged.raise_for_structure()
    currency = currency_of_orders(staged.blocks, default=params.default_currency)
    tables = {
        kind: with_outdated(rows, staged.files) for kind, rows in _with_linked_ids(staged).items()
    }
    catalog, catalog_verdicts = load_catalog(tables["catalog"], currency=currency)
    variants, variant_verdicts = load_variants(tables["variants"], catalog, currency=currency)
    inventory, inventory_verdicts = load_inventory(tables["inventory"])
    known = identities(variants, catalog)
    events, event_verdicts = load_events(staged.tables["events"], known.by_sku)
    judge = Judge(params=params, currency=currency, known=known, folder=folder)
    settled = staged.with_decisions(judge)
    sold = loaded_orders(settled.blocks, settled.decisions)
    others = [
        *(left_out_at_reading(staged), variant_verdicts, inventory_verdicts, catalog_verdicts),
        event_verdicts,
    ]
    outcomes = with_mended_outcomes(staged, sold.outcomes.joined(outcomes_of(pl.concat(others))))
    _log_outcomes(outcomes)
    raise_above_quarantine_rate(staged, outcomes, max_quarantined_rate=params.max_quarantined_rate)
    totals = line_totals(sold.order_lines, known_totals)
    return LoadedShop(
        orders=sold.orders,
        order_lines=sold.order_lines,
        variants=variants,
        inventory=inventory,
        catalog=catalog,
        events=events,
        quarantine=quarantine(staged, outcomes),
        ingest_ledger=ingest_ledger(staged, outcomes),
        currency=currency,
        as_of=sold.as_of,
        outcomes=outcomes,
        ambiguous_skus=known.ambiguous_skus,
        line_totals=totals,
        unknown_variants=unknown_variants(totals, known),
        settled=settled,
    )


def _with_linked_ids(staged: StagedShop) -> Mapping[FileKind, pl.DataFrame]:
    if not has_derived_ids(staged.tables):
        return staged.tables
    return with_linked_ids(staged.tables, labels_of_orders(staged.blocks))


def _log_outcomes(outcomes: Outcomes) -> None:
    loaded = outcomes.loaded.group_by("kind").agg(pl.col("row_count").sum()).sort("kind")
    for kind, row_count in loaded.rows():
        logger.info("%s: %d rows loaded", kind, row_count)
    others = outcomes.others.group_by("kind", "outcome").len().sort("kind", "outcome")
    for kind, outcome, row_count in others.rows():
        logger.info("%s: %d rows %s", kind, row_count, outcome)
