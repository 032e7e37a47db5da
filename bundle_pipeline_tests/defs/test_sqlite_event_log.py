"""The event log that a first run uses: what it answers in its own words is what Dagster would."""

import shutil
from pathlib import Path

import dagster as dg
import pytest

from bundle_pipeline.defs.sqlite_event_log import OpenSqliteEventLogStorage

PROJECT = Path(__file__).parents[2]


def test_a_partition_is_there_from_when_it_is_added_to_when_it_is_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(PROJECT / "dagster.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    with dg.DagsterInstance.from_config(str(tmp_path), "dagster.yaml") as instance:
        assert isinstance(instance.event_log_storage, OpenSqliteEventLogStorage)
        assert not instance.has_dynamic_partition("shops", "corner")
        instance.add_dynamic_partitions("shops", ["corner"])
        assert instance.has_dynamic_partition("shops", "corner")
        assert not instance.has_dynamic_partition("shops", "Corner")
        assert not instance.has_dynamic_partition("stalls", "corner")
        instance.delete_dynamic_partition("shops", "corner")
        assert not instance.has_dynamic_partition("shops", "corner")
