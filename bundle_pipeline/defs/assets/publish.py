"""Everything -> published_bundles: the table, the documents, and last the manifest."""

from typing import Any

import dagster as dg
import polars as pl

from bundle_pipeline.baskets.encoded import EncodedBaskets
from bundle_pipeline.defs.config import PipelineSettings
from bundle_pipeline.defs.io_manager import frame_metadata
from bundle_pipeline.defs.labels import frame_asset
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.mining.summary import mining_power
from bundle_pipeline.publish.document import render_json
from bundle_pipeline.publish.header import Preview
from bundle_pipeline.publish.published import published_frame
from bundle_pipeline.publish.spreadsheet import render_csv
from bundle_pipeline.publish.summary import header_of
from bundle_pipeline.schemas.bundles import PublishedBundles
from bundle_pipeline.schemas.registry import FRAMES
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.store.manifest import publish


@frame_asset(
    PublishedBundles, group="publish", layer="out", kinds={"polars", "deltalake", "json", "csv"}
)
def published_bundles(
    context: dg.AssetExecutionContext,
    site: dg.ResourceParam[Site],
    ingest_ledger: pl.DataFrame,
    orders: pl.DataFrame,
    order_lines: pl.LazyFrame,
    variants: pl.DataFrame,
    baskets: EncodedBaskets,
    pair_rules: pl.DataFrame,
    ranked_bundles: pl.DataFrame,
    dropped_candidates: pl.DataFrame,
    evaluation: pl.DataFrame,
) -> dg.MaterializeResult[Any]:
    """Publish the ranked bundles as one JSON document and one CSV.

    The table comes first, then the documents, and last the manifest that makes them current: the
    IO manager would write the table after the manifest, so this asset writes its own.
    """
    shop = shop_id(context.partition_key)
    origin = site.origin(shop, context.run.run_id)
    settings = site.settings(shop)
    power = mining_power(baskets, pair_rules, settings.mining)
    header = header_of(
        shop,
        ingest_ledger=ingest_ledger,
        orders=orders,
        order_line_count=order_lines.select(pl.len()).collect().item(),
        variants=variants,
        baskets=baskets,
        pair_rules=pair_rules,
        ranked_bundles=ranked_bundles,
        dropped_candidates=dropped_candidates,
        evaluation=evaluation,
        smallest_detectable_lift=power.smallest_detectable_lift,
        baskets_for_double=power.baskets_for_double,
        settings_hash=origin.settings_hash,
        code_version=origin.code_version,
        preview=_preview(settings) if site.is_preview else None,
    )
    bundles = published_frame(
        ranked_bundles,
        as_of=header.as_of,
        settings_hash=origin.settings_hash,
        code_version=origin.code_version,
    )
    version = site.lake.write(PublishedBundles, shop, bundles, origin=origin)
    manifest = publish(
        site.documents,
        shop,
        {"bundles.json": render_json(header, bundles), "bundles.csv": render_csv(header, bundles)},
        origin=origin,
        table_versions=site.lake.versions(FRAMES.values()),
        is_preview=site.is_preview,
    )
    return dg.MaterializeResult(
        metadata={
            **frame_metadata(bundles, bundles.height, version=version),
            "bundle/publication": manifest.sequence,
            "bundle/json": manifest.files["bundles.json"].key,
            "bundle/csv": manifest.files["bundles.csv"].key,
            "bundle/settings_hash": origin.settings_hash,
            "bundle/why_empty": header.why_empty or "",
            "bundle/is_preview": site.is_preview,
        }
    )


def _preview(settings: PipelineSettings) -> Preview:
    return Preview(
        product_count=settings.preview.product_count, bundle_count=settings.preview.bundle_count
    )
