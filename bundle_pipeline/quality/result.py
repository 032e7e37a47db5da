"""What an expectation found: counts and places, never values, which may be personal data."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bundle_pipeline.quality.expectation import Expectation, Severity
from bundle_pipeline.quality.tally import RowPlace, Tally

# "ValueError: ..." or "great_expectations.exceptions.MetricResolutionError: ..." in a traceback.
_ERROR_CLASS = re.compile(r"^(?:[\w.]+\.)?(\w*(?:Error|Exception|Warning)\w*)\b", re.MULTILINE)


@dataclass(frozen=True)
class ExpectationResult:
    """Whether an expectation holds for all landed rows of a kind.

    Attributes:
        name: Name of the expectation.
        kind: Kind of file.
        passed: Whether it holds.
        is_structural: Whether the shop is held back if it doesn't.
        severity: ``critical`` or ``warning``.
        element_count: Rows it was tested on.
        unexpected_count: Rows that fail it.
        unexpected_rate: Their share of the rows that state something, 0 to 1; None if unknown.
        observed: What was seen of the table as a whole: a number, or words of ours.
        exception: Classes of the errors, innermost first, if the test itself broke. Their
            messages stay out: they may quote a row.
        failing_rows: Where the first rows that fail it stand.
    """

    name: str
    kind: str
    passed: bool
    is_structural: bool
    severity: Severity
    element_count: int
    unexpected_count: int
    unexpected_rate: float | None
    observed: float | int | str | None
    exception: str | None
    failing_rows: tuple[RowPlace, ...] = ()


def unstated(
    expectation: Expectation,
    kind: str,
    row_count: int,
    *,
    reason: str | None,
    passed: bool,
    exception: str | None = None,
) -> ExpectationResult:
    """Result without a test, because there is nothing that could be tested."""
    return ExpectationResult(
        name=expectation.name,
        kind=kind,
        passed=passed,
        is_structural=expectation.is_structural,
        severity=expectation.severity,
        element_count=row_count,
        unexpected_count=0 if passed or exception else row_count,
        unexpected_rate=None,
        observed=reason,
        exception=exception,
    )


def tested(
    expectation: Expectation,
    kind: str,
    row_count: int,
    validation: Mapping[str, Any],
    *,
    total: Tally | None,
    observed: float | None,
) -> ExpectationResult:
    """Result of a test.

    Args:
        expectation: What was tested.
        kind: Kind of file.
        row_count: Rows in all.
        validation: ``success`` and ``exception_info`` of Great Expectations.
        total: What the rows say, where rows are judged.
        observed: The fact itself, where it is one about the whole.
    """
    exception = _exception(validation["exception_info"] or {})
    counts = total or Tally()
    return ExpectationResult(
        name=expectation.name,
        kind=kind,
        passed=bool(validation["success"]) and exception is None,
        is_structural=expectation.is_structural,
        severity=expectation.severity,
        element_count=row_count,
        unexpected_count=counts.unexpected_count,
        unexpected_rate=counts.unexpected_rate,
        observed=observed,
        exception=exception,
        failing_rows=counts.failing_rows,
    )


def _exception(info: Mapping[str, Any]) -> str | None:
    # Two shapes exist: the fields themselves, or one such mapping per metric that broke.
    one_shape = "raised_exception" in info
    entries = [info] if one_shape else [entry for entry in info.values() if entry]
    raised = [entry for entry in entries if entry.get("raised_exception")]
    if not raised:
        return None
    traceback = str(raised[0].get("exception_traceback") or "")
    classes = list(dict.fromkeys(_ERROR_CLASS.findall(traceback)))
    return " <- ".join(classes) or "unknown error"
