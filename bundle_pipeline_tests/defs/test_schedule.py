"""The nightly schedule requests every registered shop once."""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from bundle_pipeline.defs.assembly import assembled
from bundle_pipeline.defs.schedules import nightly
from bundle_pipeline_tests.support.sites import land, site_with


def test_every_registered_shop_that_is_not_paused_is_requested_once_a_night(
    tmp_path: Path,
) -> None:
    site = site_with(tmp_path)
    land(site, "paused", {"settings.yaml": "enabled: false"})
    with dg.instance_for_test() as instance:
        instance.add_dynamic_partitions("shops", ["b", "a", "paused"])
        context = dg.build_schedule_context(
            instance=instance,
            scheduled_execution_time=datetime(2026, 11, 22, 2, tzinfo=UTC),
            repository_def=assembled(site).get_repository_def(),
            resources={"site": site},
        )
        requests = nightly.evaluate_tick(context).run_requests or []
    assert [(request.partition_key, request.run_key) for request in requests] == [
        ("a", "nightly:2026-11-22:a"),
        ("b", "nightly:2026-11-22:b"),
    ]
