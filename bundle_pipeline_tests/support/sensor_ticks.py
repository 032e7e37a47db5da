"""Ticks of the sensor as Dagster's daemon makes them, without the daemon.

The order is the daemon's: evaluate, add partitions, start runs whose key has none yet, and last
store the cursor.
"""

from collections.abc import Callable, Sequence
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

import dagster as dg
from dagster._core.storage.tags import PARTITION_NAME_TAG, RUN_KEY_TAG
from dagster._core.test_utils import create_run_for_test

from bundle_pipeline.defs.jobs import shop_bundles
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.defs.sensors import landing_sensor


def _go_on() -> None:
    """Nothing happens between evaluating a tick and storing its cursor."""


class SensorTicks:
    """Successive ticks of the sensor; the cursor is kept in memory or in a file."""

    def __init__(
        self, site: Site, instance: dg.DagsterInstance, *, cursor_file: Path | None = None
    ) -> None:
        self._site = site
        self._instance = instance
        self._file = cursor_file
        self.cursor = cursor_file.read_text() if cursor_file and cursor_file.exists() else None

    def evaluate(self) -> dg.SensorResult:
        """Evaluate the sensor; nothing is kept of it."""
        context = dg.build_sensor_context(
            instance=self._instance, cursor=self.cursor, resources={"site": self._site}
        )
        result = landing_sensor(context)
        assert isinstance(result, dg.SensorResult)
        return result

    def tick(
        self,
        *,
        before_runs: Callable[[], None] = _go_on,
        before_cursor: Callable[[], None] = _go_on,
    ) -> dg.SensorResult:
        """One whole tick.

        Args:
            before_runs: Called when the sensor was evaluated, and nothing else has happened.
            before_cursor: Called when runs have been started, and the cursor isn't stored.
        """
        result = self.evaluate()
        before_runs()
        for added in result.dynamic_partitions_requests or []:
            self._instance.add_dynamic_partitions(
                added.partitions_def_name, list(added.partition_keys)
            )
        self._start(result.run_requests or [])
        before_cursor()
        self.cursor = result.cursor
        if self._file is not None:
            new = self._file.with_suffix(".new")
            new.write_text(result.cursor or "")
            new.replace(self._file)
        return result

    def requested(self) -> list[str]:
        """Shops that one whole tick requests."""
        return [str(request.partition_key) for request in self.tick().run_requests or []]

    def _start(self, requests: Sequence[dg.RunRequest]) -> None:
        keys = [str(request.run_key) for request in requests]
        if not keys:
            return
        runs = self._instance.get_runs(dg.RunsFilter(tags={RUN_KEY_TAG: keys}))
        started = {run.tags[RUN_KEY_TAG] for run in runs}
        for request in requests:
            if request.run_key in started:
                continue
            tags = {RUN_KEY_TAG: str(request.run_key), PARTITION_NAME_TAG: request.partition_key}
            create_run_for_test(
                self._instance,
                job_name=request.job_name or shop_bundles.name,
                tags={**request.tags, **tags},
                status=dg.DagsterRunStatus.SUCCESS,
            )


def run_counts(instance: dg.DagsterInstance) -> dict[str, int]:
    """Runs per shop."""
    counts: dict[str, int] = {}
    for run in instance.get_runs():
        shop = run.tags[PARTITION_NAME_TAG]
        counts[shop] = counts.get(shop, 0) + 1
    return counts


def tick_forever(site: Site, home: Path, ticks: "Synchronized[int]") -> None:
    """Tick without a pause over an instance below a folder, counting; to be killed."""
    with dg.DagsterInstance.local_temp(str(home)) as instance:
        sensor = SensorTicks(site, instance, cursor_file=home / "cursor.json")
        while True:
            ticks.value += 1
            sensor.tick()
