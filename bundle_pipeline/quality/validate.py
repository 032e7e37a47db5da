"""Run a suite of expectations over all rows of a kind: Polars counts, Great Expectations judges."""

import logging
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from bundle_pipeline.quality.derived import fields_behind
from bundle_pipeline.quality.expectation import Expectation
from bundle_pipeline.quality.library import Question, answers
from bundle_pipeline.quality.profile import Profile
from bundle_pipeline.quality.result import ExpectationResult, tested, unstated
from bundle_pipeline.quality.suites import SUITES
from bundle_pipeline.quality.translation import bounds, translation

__all__ = ["ExpectationResult", "validated"]

logger = logging.getLogger(__name__)

# A shop without orders has nothing to say; every other kind may be left out.
_REQUIRED_KIND = "orders"


def validated(kind: str, profile: Profile) -> list[ExpectationResult]:
    """What each expectation of a kind's suite says about all of its rows.

    An expectation about the content of a field that no file has a column for passes: whether the
    field must be stated is another one. Where no file of an optional kind landed, all pass.

    Args:
        kind: ``orders``, ``variants``, ``inventory`` or ``catalog``.
        profile: What all rows of the kind come to.

    Returns:
        One result per expectation of the suite, in its order.
    """
    suite = SUITES[kind]
    answered = dict(_without_test(profile))
    facts, questions = facts_asked(profile)
    by_name = {expectation.name: expectation for expectation in suite}
    for name, validation in answers(facts, questions):
        answered[name] = _result(profile, by_name[name], validation)
    results = [answered[expectation.name] for expectation in suite]
    failed = [result.name for result in results if not result.passed]
    logger.info(
        "%s: %d rows, %d expectations, failed: %s",
        kind,
        profile.row_count,
        len(suite),
        ", ".join(failed) or "none",
    )
    return results


def facts_asked(profile: Profile) -> tuple[pl.DataFrame, list[Question]]:
    """The table of facts that the library judges, one row, and what it is asked of them."""
    answered = {name for name, _ in _without_test(profile)}
    open_ones = [entry for entry in SUITES[profile.kind] if entry.name not in answered]
    facts: dict[str, float] = {}
    questions: list[Question] = []
    for entry in open_ones:
        if _is_of_names(entry):
            (column,) = entry.columns
            facts.update({column: 1.0} if column in profile.columns else {})
            questions.append(Question(entry.name, column, entry.description, None))
            continue
        column = f"{entry.name}.{translation(entry).fact}"
        facts[column] = _fact(profile, entry)
        questions.append(Question(entry.name, column, entry.description, bounds(entry)))
    return pl.DataFrame({name: [fact] for name, fact in facts.items()}), questions


def _without_test(profile: Profile) -> Iterator[tuple[str, ExpectationResult]]:
    for expectation in SUITES[profile.kind]:
        missing = [column for column in expectation.columns if column not in profile.columns]
        exception = None
        if not profile.columns and profile.kind != _REQUIRED_KIND:
            reason, passed = "no file of this kind", True
        elif missing and not _is_of_names(expectation):
            # That a field must be stated is an expectation of its own.
            reason, passed = _not_stated(profile.kind, missing), True
        elif expectation.name in profile.totals and profile.totals[expectation.name].exception:
            reason, passed = None, False
            exception = profile.totals[expectation.name].exception
        else:
            continue
        yield (
            expectation.name,
            unstated(
                expectation,
                profile.kind,
                profile.row_count,
                reason=reason,
                passed=passed,
                exception=exception,
            ),
        )


def _is_of_names(expectation: Expectation) -> bool:
    return translation(expectation).counting == "names"


def _fact(profile: Profile, expectation: Expectation) -> float:
    fact = translation(expectation).fact
    if fact == "row_count":
        return float(profile.row_count)
    total = profile.totals[expectation.name]
    return float(len(total.distinct)) if fact == "distinct_count" else total.passing_rate


def _result(
    profile: Profile, expectation: Expectation, validation: Mapping[str, object]
) -> ExpectationResult:
    observed = None
    if translation(expectation).fact in {"row_count", "distinct_count"}:
        observed = int(_fact(profile, expectation))
    result = tested(
        expectation,
        profile.kind,
        profile.row_count,
        validation,
        total=profile.totals.get(expectation.name),
        observed=observed,
    )
    if not _is_of_names(expectation) or result.passed or result.exception is not None:
        return result
    reason = _not_stated(profile.kind, expectation.columns)
    return unstated(expectation, profile.kind, profile.row_count, reason=reason, passed=False)


def _not_stated(kind: str, columns: Sequence[str]) -> str:
    fields = (" or ".join(fields_behind(kind, column)) for column in columns)
    return f"not stated: no file has a column for {', '.join(fields)}"
