"""The requests of a shop's runs, whoever makes them."""

import dagster as dg
from dagster._core.storage.tags import PRIORITY_TAG

from bundle_pipeline.defs.delivery import Delivery
from bundle_pipeline.defs.jobs import preview, shop_bundles

DELIVERY_TAG = "bundle/delivery"
# Queued runs have priority 0. A shop has one run at a time, so its full run waits for the preview.
_BEFORE_FULL_RUNS = "1"


def run_request(delivery: Delivery, *, run_key: str, trigger: str) -> dg.RunRequest:
    """Request the run of a shop for what it has landed.

    Args:
        delivery: The files; their fingerprint becomes a tag of the run.
        run_key: Dagster starts one run per key, ever.
        trigger: Who asks, shown as a tag.
    """
    return dg.RunRequest(
        run_key=run_key,
        job_name=shop_bundles.name,
        partition_key=delivery.shop_id,
        tags={"bundle/trigger": trigger, DELIVERY_TAG: delivery.fingerprint},
    )


def preview_request(delivery: Delivery, *, trigger: str) -> dg.RunRequest:
    """Request a quick look at a shop, to be started before its full run.

    It doesn't carry the tag of its delivery: the night must not take it for the run of it.

    Args:
        delivery: The files.
        trigger: Who asks, shown as a tag.
    """
    return dg.RunRequest(
        run_key=f"preview:{delivery.run_key}",
        job_name=preview.name,
        partition_key=delivery.shop_id,
        tags={"bundle/trigger": trigger, PRIORITY_TAG: _BEFORE_FULL_RUNS},
    )
