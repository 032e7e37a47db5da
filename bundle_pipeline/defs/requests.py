"""The request of a shop's run, whoever makes it."""

import dagster as dg

from bundle_pipeline.defs.delivery import Delivery

DELIVERY_TAG = "bundle/delivery"


def run_request(delivery: Delivery, *, run_key: str, trigger: str) -> dg.RunRequest:
    """Request the run of a shop for what it has landed.

    Args:
        delivery: The files; their fingerprint becomes a tag of the run.
        run_key: Dagster starts one run per key, ever.
        trigger: Who asks, shown as a tag.
    """
    return dg.RunRequest(
        run_key=run_key,
        partition_key=delivery.shop_id,
        tags={"bundle/trigger": trigger, DELIVERY_TAG: delivery.fingerprint},
    )
