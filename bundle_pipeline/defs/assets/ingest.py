"""Landed files -> orders, order_lines, variants, inventory, catalog, events; each row's fate.

One step makes all of them: they come from one delivery and are consistent with each other.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import dagster as dg
import polars as pl

from bundle_pipeline.defs.checks import expectation_results, expectation_specs, fact
from bundle_pipeline.defs.config import PipelineSettings
from bundle_pipeline.defs.delivery import Delivery
from bundle_pipeline.defs.history import history_results, stored
from bundle_pipeline.defs.labels import frame_out
from bundle_pipeline.defs.partitions import SHOPS
from bundle_pipeline.defs.profiles import ProfileOfShop
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.errors import ConfigError, InputDataError
from bundle_pipeline.ingest.kept_files import KeptFiles, reading_rules
from bundle_pipeline.ingest.landed_versions import landed_versions
from bundle_pipeline.ingest.load import LoadedShop, load_shop
from bundle_pipeline.ingest.non_products import suggested_non_products
from bundle_pipeline.ingest.raw_rows import with_raw_rows
from bundle_pipeline.ingest.stage import StagedShop, stage_shop
from bundle_pipeline.quality.derived import fields_behind
from bundle_pipeline.quality.remembered import remembered
from bundle_pipeline.quality.suites import SUITES
from bundle_pipeline.quality.validate import ExpectationResult, validated
from bundle_pipeline.schemas.catalog import Catalog, Inventory, Variants
from bundle_pipeline.schemas.events import Events
from bundle_pipeline.schemas.ingest import IngestLedger, LandedVersions, Quarantine
from bundle_pipeline.schemas.orders import RESOLVED_BY, OrderLines, Orders
from bundle_pipeline.schemas.shop_id import ShopId, shop_id
from bundle_pipeline.store.manifest import refuse_preview_over_full
from bundle_pipeline.store.parts import Parts

_READ_KINDS = {"duckdb", "polars", "deltalake"}
_FRAMES = (Orders, OrderLines, Variants, Inventory, Catalog, Events)
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
            layer="clean" if schema in _FRAMES else "raw",
            kinds=_READ_KINDS,
        )
        for schema in (*_FRAMES, *_RECORDS, LandedVersions)
    },
    check_specs=[*expectation_specs(), ROWS_ARE_CONSERVED],
    # Of the checks, not of the frames: a preview is judged by the same expectations, and leaves it
    # to the full run to show each of them.
    can_subset=True,
)
def ingest(
    context: dg.AssetExecutionContext, site: dg.ResourceParam[Site]
) -> Iterator[dg.AssetCheckResult | dg.Output[Any]]:
    """Read, validate and load what a shop has landed; a broken delivery leaves all as it was."""
    shop = shop_id(context.partition_key)
    _refuse_parts(context)
    settings = site.settings(shop)
    _refuse_if_paused(shop, is_enabled=settings.enabled)
    if site.is_preview:
        # Before any output: what is stored still is what the full result was made from.
        refuse_preview_over_full(site.documents, shop)
    with TemporaryDirectory(prefix="bundle-pipeline-") as folder:
        yield from _ingested(context, site, shop, settings, Path(folder))


def _ingested(
    context: dg.AssetExecutionContext,
    site: Site,
    shop: ShopId,
    settings: PipelineSettings,
    folder: Path,
) -> Iterator[dg.AssetCheckResult | dg.Output[Any]]:
    profiles = ProfileOfShop()
    customer_key = site.customer_key()
    kept = KeptFiles(
        objects=site.documents,
        tables=site.lake,
        shop_id=shop,
        rules=reading_rules(settings.ingest, customer_key),
        observer=profiles,
    ).opened()
    staged = stage_shop(
        site.landing,
        shop,
        settings.ingest,
        folder=folder,
        customer_key=customer_key,
        observer=profiles,
        memory=kept,
    )
    results = [
        result
        for profile in profiles.by_kind()
        for result in remembered(site.documents, profile, validated)
    ]
    yield from _shown(context, expectation_results(results))
    staged.raise_for_structure()
    _raise_for_failed(results, shop)
    loaded = load_shop(staged, settings.ingest, folder=folder, known_totals=kept.known_totals())
    shown = with_raw_rows(
        loaded.quarantine,
        site.landing,
        shop,
        staged.landed,
        extra_aliases=settings.ingest.extra_aliases,
        folder=folder,
        known=_known_raw_rows(site, shop, kept, staged),
    )
    loaded = replace(loaded, quarantine=shown)
    yield _conservation(loaded)
    # Before any output: what is stored still is what was there before.
    history = list(history_results(site, shop, loaded, settings.quality))
    yield from _shown(context, expectation_results(history))
    # What the nightly schedule compares with what lies in the landing zone.
    made_of = Delivery(shop, staged.landed).data_version(site.rules())
    context.set_data_version(dg.AssetKey(IngestLedger.name), dg.DataVersion(made_of))
    for schema in (*_FRAMES, *_RECORDS):
        frame: pl.DataFrame | Parts[Any] = getattr(loaded, schema.name)
        yield dg.Output(frame, schema.name, metadata=_numbers(loaded, schema.name))
    before = stored(site.lake, LandedVersions, shop)
    log = landed_versions(
        staged,
        LandedVersions.create_empty() if before is None else before,
        run_id=context.run.run_id,
    )
    yield dg.Output(log, LandedVersions.name)
    # Dagster goes on here when all outputs are stored.
    kept.keep(loaded.settled.objects, loaded.line_totals)


def _known_raw_rows(
    site: Site, shop: ShopId, kept: KeptFiles, staged: StagedShop
) -> pl.DataFrame | None:
    """Rows that the last run has shown of files which weren't read again."""
    paths = [
        file.path
        for read in staged.objects
        if kept.recalled(read.path, read.entry) is not None
        for file in read.files
    ]
    if not paths:
        return None
    shown = stored(site.lake, Quarantine, shop)
    if shown is None:
        return None
    return shown.filter(pl.col("path").is_in(paths)).select("path", "line_number", "raw_row")


def _shown(
    context: dg.AssetExecutionContext, results: Iterable[dg.AssetCheckResult]
) -> Iterator[dg.AssetCheckResult]:
    """Results of the checks that the run is to show."""
    selected = {(key.asset_key, key.name) for key in context.selected_asset_check_keys}
    return (result for result in results if (result.asset_key, result.check_name) in selected)


def _refuse_parts(context: dg.AssetExecutionContext) -> None:
    """Frames of one delivery are consistent with each other, or they are not stored."""
    selected = {key.to_user_string() for key in context.selected_asset_keys}
    missing = {schema.name for schema in (*_FRAMES, *_RECORDS, LandedVersions)} - selected
    if missing:
        raise ConfigError(
            "BP-INGEST-PART",
            place=f"shop {context.partition_key}",
            found=f"a run without {', '.join(sorted(missing))}",
            expected="all frames of a delivery in one run",
            remedy="select the whole group ingest, or run the job shop_bundles",
        )


def _refuse_if_paused(shop: ShopId, *, is_enabled: bool) -> None:
    if not is_enabled:
        raise ConfigError(
            "BP-SHOP-PAUSED",
            place=f"shop {shop}",
            found="the setting enabled: false",
            expected="a shop that is not paused",
            remedy="set enabled: true in the shop's settings.yaml or the deployment's settings",
        )


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


def _total(frame: pl.DataFrame, column: str) -> int:
    return int(frame.get_column(column).sum())


def _numbers(loaded: LoadedShop, frame: str) -> dict[str, int | float | str]:
    match frame:
        case IngestLedger.name:
            return {f"bundle/{name}": _total(loaded.ingest_ledger, name) for name in _COUNTS}
        case OrderLines.name:
            return {**_resolution(loaded), **_line_numbers(loaded)}
        case Orders.name:
            return {
                "bundle/currency": loaded.currency,
                "bundle/as_of": str(loaded.as_of),
                "bundle/partially_refunded_rate": _partially_refunded_rate(loaded.orders.scan()),
            }
        case Variants.name:
            skus = loaded.ambiguous_skus.get_column("sku")
            return {
                "bundle/closed_variants": _closed(loaded.variants),
                "bundle/ambiguous_skus": len(skus),
                "bundle/first_ambiguous_skus": ", ".join(skus.head(_SHOWN)),
            }
        case Inventory.name:
            return {"bundle/closed_rows": _closed(loaded.inventory), **_stock_age(loaded)}
        case _:
            return _reasons(loaded.quarantine) if frame == Quarantine.name else {}


# Enough for a person to see what kind of thing they are, or to find it in the shop.
_SHOWN = 10
_DAY = timedelta(days=1)
_HOW_TO_MEND = (
    "bundle-pipeline quarantine SHOP --out FOLDER writes these rows as they stand in their files; "
    "mend them, then bundle-pipeline replay SHOP --mended FILE. After a change of settings: "
    "bundle-pipeline replay SHOP"
)


def _line_numbers(loaded: LoadedShop) -> dict[str, int | float | str]:
    totals = loaded.line_totals
    suggested = suggested_non_products(
        loaded.order_lines.scan(), totals, order_count=loaded.orders.row_count
    )
    shown = suggested.head(_SHOWN).select(
        pl.format(
            "{} ({}; in {} orders)",
            pl.coalesce("title", "item"),
            pl.col("reasons").list.join(", "),
            "order_count",
        )
    )
    return {
        "bundle/bundle_components": _total(totals.ways, "component_count"),
        "bundle/lines_with_allocated_discount": _total(totals.ways, "allocated_count"),
        "bundle/suggested_non_products": "; ".join(shown.to_series()) or "none",
    }


def _partially_refunded_rate(orders: pl.LazyFrame) -> float:
    """Share of orders of which some line may have gone back; which one isn't always stated."""
    is_partly = (pl.col("financial_status") == "partially_refunded").fill_null(value=False)
    share = orders.select(is_partly.mean()).collect(engine="streaming").item()
    return round(float(share or 0), 4)


def _resolution(loaded: LoadedShop) -> dict[str, int | float | str]:
    """How many lines were resolved by what, and of which variants no file of products knows."""
    ways = loaded.line_totals.ways
    counts = dict(ways.select("resolved_by", "line_count").rows())
    *steps, unresolved = RESOLVED_BY
    return {
        **{f"bundle/lines_by_{step}": int(counts.get(step, 0)) for step in steps},
        "bundle/unresolved_lines": int(counts.get(unresolved, 0)),
        "bundle/lines_of_unknown_variants": _total(loaded.unknown_variants, "line_count"),
    }


def _reasons(quarantine: pl.DataFrame) -> dict[str, int | float | str]:
    counted = quarantine.group_by("reason").len().sort("len", "reason", descending=[True, False])
    counts = {f"bundle/quarantined_{reason}": int(count) for reason, count in counted.rows()}
    return {**counts, "bundle/how_to_mend": _HOW_TO_MEND} if counts else {}


def _closed(frame: pl.DataFrame) -> int:
    return frame.height - _total(frame, "is_current")


def _stock_age(loaded: LoadedShop) -> dict[str, int | float | str]:
    """When stock was last counted, and how many days the newest order is after that."""
    counted_at = cast("datetime | None", loaded.inventory.get_column("updated_at").max())
    if counted_at is None:
        return {"bundle/counted_at": "unknown"}
    if loaded.as_of is None:
        return {"bundle/counted_at": str(counted_at)}
    age_days = round((loaded.as_of - counted_at) / _DAY, 1)
    return {"bundle/counted_at": str(counted_at), "bundle/stock_age_days": age_days}
