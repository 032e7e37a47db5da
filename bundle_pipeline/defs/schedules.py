"""The nightly schedule: every registered shop that isn't paused."""

from collections.abc import Iterator

import dagster as dg

from bundle_pipeline.defs.jobs import shop_bundles
from bundle_pipeline.defs.partitions import SHOPS
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.schemas.shop_id import shop_id


@dg.schedule(job=shop_bundles, cron_schedule="0 2 * * *", execution_timezone="UTC")
def nightly(
    context: dg.ScheduleEvaluationContext, site: dg.ResourceParam[Site]
) -> Iterator[dg.RunRequest]:
    """Request the run of every registered shop at 02:00 UTC, once per night."""
    night = f"{context.scheduled_execution_time:%Y-%m-%d}"
    for shop in sorted(context.instance.get_dynamic_partitions(str(SHOPS.name))):
        if not site.is_paused(shop_id(shop)):
            yield dg.RunRequest(
                run_key=f"nightly:{night}:{shop}",
                partition_key=shop,
                tags={"bundle/trigger": "schedule"},
            )
