"""Why a run failed, in words for whoever has to act on it."""

from collections.abc import Iterable

import dagster as dg
from dagster_shared.error import SerializableErrorInfo

from bundle_pipeline import errors

_OURS = {name for name in vars(errors) if name.endswith("Error")}


def failure_reason(events: Iterable[dg.DagsterEvent]) -> str | None:
    """Reason of the first failed step of a run: our own message where there is one.

    Args:
        events: Events of the run.

    Returns:
        The message, without the class for errors of this package, which start with their code;
        None where no step failed.
    """
    for event in events:
        if event.event_type == dg.DagsterEventType.STEP_FAILURE:
            error = event.step_failure_data.error
            return "no reason was recorded" if error is None else _message(error)
    return None


def _message(error: SerializableErrorInfo) -> str:
    chain = [error]
    while (cause := chain[-1].cause) is not None:
        chain.append(cause)
    # Ours says what to do; what it was raised from, only what happened.
    telling = next((entry for entry in chain if entry.cls_name in _OURS), chain[-1])
    message = telling.message.strip()
    return message.partition(": ")[2] if telling.cls_name in _OURS else message
