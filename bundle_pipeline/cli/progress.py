"""A run's steps as they happen: a bar per shop, and one line per step."""

import logging
from collections.abc import Mapping
from typing import cast

import dagster as dg
from dagster._core.events import LoadedInputData
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bundle_pipeline.defs.progress import event_of


class StepProgress(logging.Handler):
    """Listens to one shop's run: prints rows in, rows out and seconds of every step.

    Args:
        shop: Printed at the start of each line.
        step_count: Steps that the run will have.
        progress: The display that the shop's bar is added to.
    """

    def __init__(self, shop: str, *, step_count: int, progress: Progress) -> None:
        super().__init__()
        self._shop = shop
        self._progress = progress
        self._task = progress.add_task(shop, total=step_count)
        self._rows_of: dict[str, int] = {}
        self._rows_in = 0
        self._rows_out = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Take one event of the run."""
        event = event_of(record)
        if event is None:
            return
        kind = event.event_type
        if kind == dg.DagsterEventType.STEP_START:
            self._rows_in = self._rows_out = 0
            self._progress.update(self._task, description=f"{self._shop} {event.step_key}")
        elif kind == dg.DagsterEventType.LOADED_INPUT:
            loaded = cast("LoadedInputData", event.event_specific_data)
            self._rows_in += self._rows_of.get(loaded.input_name, 0)
        elif kind == dg.DagsterEventType.ASSET_MATERIALIZATION:
            made = event.step_materialization_data.materialization
            rows = _number(made.metadata, "dagster/partition_row_count")
            self._rows_of[made.asset_key.path[-1]] = rows
            self._rows_in += _number(made.metadata, "bundle/row_count")
            self._rows_out += rows
        elif kind == dg.DagsterEventType.STEP_SUCCESS:
            self._finish_step(event)

    def _finish_step(self, event: dg.DagsterEvent) -> None:
        seconds = event.step_success_data.duration_ms / 1000
        self._progress.console.print(
            f"{self._shop:<18} {event.step_key:<20}"
            f" {self._rows_in:>11,} rows in {self._rows_out:>11,} rows out {seconds:>7.2f} s",
        )
        self._progress.advance(self._task)


def step_progress_display(console: Console) -> Progress:
    """A display with one bar per shop."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )


def _number(metadata: Mapping[str, dg.MetadataValue], name: str) -> int:
    value = metadata.get(name)
    return (value.value or 0) if isinstance(value, dg.IntMetadataValue) else 0
