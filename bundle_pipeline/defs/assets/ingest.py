"""Landed files -> orders, order_lines, variants, inventory, catalog, quarantine, ingest_ledger.

One step makes all of them: they come from one delivery and are consistent with each other.
"""

from collections.abc import Iterator
from functools import partial

import dagster as dg
import polars as pl

from bundle_pipeline.defs.checks import expectation_results, expectation_specs, fact
from bundle_pipeline.defs.delivery import Delivery
from bundle_pipeline.defs.labels import frame_out
from bundle_pipeline.defs.partitions import SHOPS
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.errors import ConfigError, InputDataError
from bundle_pipeline.ingest.aliases import FILE_KINDS
from bundle_pipeline.ingest.load import LoadedShop, load_shop
from bundle_pipeline.ingest.stage import StagedShop, stage_shop
from bundle_pipeline.quality.derived import fields_behind
from bundle_pipeline.quality.remembered import remembered
from bundle_pipeline.quality.suites import SUITES
from bundle_pipeline.quality.validate import ExpectationResult, validated
from bundle_pipeline.schemas.catalog import Catalog, Inventory, Variants
from bundle_pipeline.schemas.ingest import IngestLedger, Quarantine
from bundle_pipeline.schemas.orders import OrderLines, Orders
from bundle_pipeline.schemas.shop_id import ShopId, shop_id
from bundle_pipeline.store.objects import Objects

_READ_KINDS = {"duckdb", "polars", "deltalake"}
_FRAMES = (Orders, OrderLines, Variants, Inventory, Catalog)
_RECORDS = (Quarantine, IngestLedger)

ROWS_ARE_CONSERVED = fact(
    "every_row_is_accounted_for",
    IngestLedger.name,
    "Rows in = loaded + superseded + excluded + quarantined, in every file.",
    blocking=True,
)


@dg.multi_asset(
    name="ingest",
    partitions_def=SHOPS,
    group_name="ingest",
    outs={
        schema.name: frame_out(
            schema,
            group="ingest",
            layer="raw" if schema in _RECORDS else "clean",
            kinds=_READ_KINDS,
        )
        for schema in (*_FRAMES, *_RECORDS)
    },
    check_specs=[*expectation_specs(), ROWS_ARE_CONSERVED],
)
def ingest(
    context: dg.AssetExecutionContext, site: dg.ResourceParam[Site]
) -> Iterator[dg.AssetCheckResult | dg.Output[pl.DataFrame]]:
    """Read, validate and load what a shop has landed; a broken delivery leaves all as it was."""
    shop = shop_id(context.partition_key)
    settings = site.settings(shop)
    _refuse_if_paused(shop, is_enabled=settings.enabled)
    staged = stage_shop(site.landing, shop)
    results = _validated(staged, site.documents)
    yield from expectation_results(results)
    staged.raise_for_structure()
    _raise_for_failed(results, shop)
    loaded = load_shop(staged, settings.ingest, customer_key=site.customer_key())
    yield _conservation(loaded)
    # What the nightly schedule compares with what lies in the landing zone.
    made_of = Delivery(shop, staged.landed).data_version(site.rules())
    context.set_data_version(dg.AssetKey(IngestLedger.name), dg.DataVersion(made_of))
    for schema in (*_FRAMES, *_RECORDS):
        frame: pl.DataFrame = getattr(loaded, schema.name)
        yield dg.Output(frame, schema.name, metadata=_numbers(loaded, schema.name))


def _refuse_if_paused(shop: ShopId, *, is_enabled: bool) -> None:
    if not is_enabled:
        raise ConfigError(
            "BP-SHOP-PAUSED",
            place=f"shop {shop}",
            found="the setting enabled: false",
            expected="a shop that is not paused",
            remedy="set enabled: true in the shop's settings.yaml or the deployment's settings",
        )


def _validated(staged: StagedShop, memory: Objects) -> list[ExpectationResult]:
    results: list[ExpectationResult] = []
    for kind in FILE_KINDS:
        rows, stated = staged.tables[kind], staged.stated_fields[kind]
        suite = partial(validated, kind, rows, stated)
        results.extend(remembered(memory, kind, rows, stated, suite))
    return results


def _raise_for_failed(results: list[ExpectationResult], shop: ShopId) -> None:
    failed = next((entry for entry in results if entry.is_structural and not entry.passed), None)
    if failed is None:
        return
    broken = next(entry for entry in SUITES[failed.kind] if entry.name == failed.name)
    fields = [field for column in broken.columns for field in fields_behind(failed.kind, column)]
    raise InputDataError(
        "BP-QUALITY-STRUCTURE",
        place=f"{failed.kind} files (shop {shop}), column {' or '.join(fields)}",
        found=_finding(failed),
        expected=f"{broken.description} (check {failed.name})",
        remedy="mend the export and land it again; the check's page in the UI has the numbers",
    )


def _finding(failed: ExpectationResult) -> str:
    rows = f"{failed.unexpected_count} of {failed.element_count} rows fail"
    return failed.exception or (rows if failed.observed is None else str(failed.observed))


def _conservation(loaded: LoadedShop) -> dg.AssetCheckResult:
    ledger = loaded.ingest_ledger
    totals = {name: _total(ledger, name) for name in _COUNTS}
    return dg.AssetCheckResult(
        check_name=ROWS_ARE_CONSERVED.name,
        asset_key=IngestLedger.name,
        passed=totals["row_count"] == sum(totals[name] for name in _COUNTS[1:]),
        metadata=dict(totals),
    )


_COUNTS = (
    "row_count",
    "loaded_count",
    "superseded_count",
    "excluded_count",
    "quarantined_count",
)


def _total(ledger: pl.DataFrame, column: str) -> int:
    return int(ledger.get_column(column).sum())


def _numbers(loaded: LoadedShop, frame: str) -> dict[str, int | str]:
    if frame == IngestLedger.name:
        return {f"bundle/{name}": _total(loaded.ingest_ledger, name) for name in _COUNTS}
    if frame == OrderLines.name:
        unresolved = loaded.order_lines.get_column("variant_id").null_count()
        return {"bundle/unresolved_lines": unresolved}
    if frame == Orders.name:
        return {"bundle/currency": loaded.currency, "bundle/as_of": str(loaded.as_of)}
    return {}
