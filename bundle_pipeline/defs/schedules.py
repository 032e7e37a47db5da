"""The nightly schedule: whatever is missing of what should be published."""

from collections.abc import Iterator

import dagster as dg

from bundle_pipeline.defs.jobs import shop_bundles
from bundle_pipeline.defs.reconciliation import missing
from bundle_pipeline.defs.requests import run_request
from bundle_pipeline.defs.resources import Site


@dg.schedule(job=shop_bundles, cron_schedule="0 2 * * *", execution_timezone="UTC")
def nightly(
    context: dg.ScheduleEvaluationContext, site: dg.ResourceParam[Site]
) -> Iterator[dg.RunRequest]:
    """Request at 02:00 UTC the run of every registered shop whose publication is not up to date.

    That is a shop with other files, settings or another release than its last publication was made
    of: new ones, failed ones, and ones whose run was lost. With the same, a run would publish the
    same bytes.
    """
    at = context.scheduled_execution_time
    for delivery in missing(site, context.instance, as_of=at):
        yield run_request(
            delivery, run_key=f"nightly:{at:%Y-%m-%d}:{delivery.shop_id}", trigger="schedule"
        )
