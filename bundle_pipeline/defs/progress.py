"""Events of a run as ordinary log records, for whoever starts runs in this process.

A run started with the logger ``progress`` sends Dagster's events to the Python logger of the same
name, where the command line listens; runs started elsewhere keep Dagster's own loggers.
"""

import logging

import dagster as dg

# Outside the package's own loggers, which dagster.yaml captures: a captured event would be logged
# as an event, and that again.
EVENTS = logging.getLogger("bundle_pipeline_events")
EVENTS.propagate = False
EVENTS.setLevel(logging.DEBUG)

RUN_CONFIG = {"loggers": {"progress": {"config": {}}}}


@dg.logger(config_schema={}, description="Events of a run to the process that started it.")
def progress_logger(_context: dg.InitLoggerContext) -> logging.Logger:
    """The Python logger that receives a run's events."""
    return EVENTS


def event_of(record: logging.LogRecord) -> dg.DagsterEvent | None:
    """The Dagster event of a record; None for a plain message."""
    meta = getattr(record, "dagster_meta", None) or {}
    return meta.get("dagster_event")
