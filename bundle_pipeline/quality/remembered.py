"""What a suite said of a profile that hasn't changed since: kept beside the lake's documents.

A result depends on the profile and the suite only. Both are in its key, so a night without new
files costs no validation, nor the seconds that importing the library takes.
"""

import hashlib
import logging
from collections.abc import Callable

import polars as pl
from pydantic import TypeAdapter, ValidationError

from bundle_pipeline.quality.history import HISTORY_SCHEMA
from bundle_pipeline.quality.profile import Profile
from bundle_pipeline.quality.result import ExpectationResult
from bundle_pipeline.quality.suites import SUITES
from bundle_pipeline.quality.tally import Tally
from bundle_pipeline.store.objects import Objects

logger = logging.getLogger(__name__)

_RESULTS = TypeAdapter(list[ExpectationResult])
_FACTS = TypeAdapter(list[tuple[str, float | None, int, int]])


def remembered(
    memory: Objects,
    profile: Profile,
    validate: Callable[[str, Profile], list[ExpectationResult]],
) -> list[ExpectationResult]:
    """Results of a suite, from memory if this very suite judged just such a profile before.

    Args:
        memory: Where results are kept, write-once.
        profile: What all rows of a kind come to.
        validate: Runs the suite of a kind; called only where nothing is remembered.
    """
    return remembered_as(
        memory,
        f"validations/{profile.kind}/{_fingerprint(profile)}.json",
        lambda: validate(profile.kind, profile),
    )


def remembered_as(
    memory: Objects, key: str, validate: Callable[[], list[ExpectationResult]]
) -> list[ExpectationResult]:
    """Results under a key, from memory if they are there."""
    content = memory.read(key)
    if content is not None:
        try:
            return _RESULTS.validate_json(content)
        except ValidationError:
            # A release with another shape of results wrote it; what it says is found out again.
            return validate()
    results = validate()
    memory.write_once(key, _RESULTS.dump_json(results))
    return results


def _fingerprint(profile: Profile) -> str:
    said = (
        SUITES[profile.kind],
        profile.row_count,
        sorted(profile.columns),
        [(name, _said(total)) for name, total in sorted(profile.totals.items())],
    )
    return hashlib.sha256(repr(said).encode()).hexdigest()


def _said(total: Tally) -> tuple[object, ...]:
    # Which values there are doesn't matter to a result, only how many.
    return (
        total.stated_count,
        total.unexpected_count,
        len(total.distinct),
        total.failing_rows,
        total.exception,
    )


def facts_remembered(
    memory: Objects, key: str, *, is_same_delivery: bool, compare: Callable[[], pl.DataFrame]
) -> pl.DataFrame:
    """Facts of a delivery's history: those of its first run if this is another run of it.

    Otherwise a second run would compare the delivery with itself, and what it was warned of would
    pass unseen.

    Args:
        memory: Where facts are kept, write-once.
        key: Names the shop, the delivery and the kind of facts.
        is_same_delivery: Whether what is stored came from this very delivery.
        compare: Finds the facts out.

    Returns:
        ``HISTORY_SCHEMA``.
    """
    content = memory.read(key) if is_same_delivery else None
    if content is not None:
        try:
            return pl.DataFrame(_FACTS.validate_json(content), schema=HISTORY_SCHEMA, orient="row")
        except ValidationError:
            logger.warning("%s can't be read; facts are found out again", key)
    facts = compare()
    memory.write_once(key, _FACTS.dump_json(facts.rows()))
    return facts
