"""A run's steps as they happen: what is reported of each, and how it is shown."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

import dagster as dg
from dagster._core.events import LoadedInputData
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bundle_pipeline.defs.progress import event_of


@dataclass(frozen=True)
class StepReport:
    """A step that is done."""

    shop: str
    step: str
    rows_in: int
    rows_out: int
    seconds: float


class StepListener(logging.Handler):
    """Listens to one shop's run, and reports every step that is done.

    Args:
        shop: Whose run.
        report: Called with each report.
    """

    def __init__(self, shop: str, report: Callable[[StepReport], None]) -> None:
        super().__init__()
        self._shop = shop
        self._report = report
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
            seconds = event.step_success_data.duration_ms / 1000
            step = str(event.step_key)
            self._report(StepReport(self._shop, step, self._rows_in, self._rows_out, seconds))


class StepDisplay:
    """One line per step, and a bar for all of them."""

    def __init__(self, console: Console, *, step_count: int) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("steps", total=step_count)

    def __enter__(self) -> "StepDisplay":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, report: StepReport) -> None:
        """Print a step that is done, and move the bar."""
        self._progress.console.print(
            f"{report.shop:<18} {report.step:<20}"
            f" {report.rows_in:>11,} rows in {report.rows_out:>11,} rows out"
            f" {report.seconds:>7.2f} s"
        )
        self._progress.advance(self._task)


def _number(metadata: Mapping[str, dg.MetadataValue], name: str) -> int:
    value = metadata.get(name)
    return (value.value or 0) if isinstance(value, dg.IntMetadataValue) else 0
