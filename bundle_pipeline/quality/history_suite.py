"""What is expected of a delivery beside the shop's own past, and whether it holds."""

import hashlib
from collections.abc import Iterator, Mapping

import polars as pl

from bundle_pipeline.quality.expectation import Expectation, warning
from bundle_pipeline.quality.history import DELIVERY_SIZE, FRESHNESS, PRICE_JUMP, RECENT_WEEK
from bundle_pipeline.quality.library import Question, answers
from bundle_pipeline.quality.params import QualityParams
from bundle_pipeline.quality.result import ExpectationResult, tested, unstated
from bundle_pipeline.quality.tally import Tally
from bundle_pipeline.quality.translation import limits

_BETWEEN = "ExpectColumnValuesToBeBetween"
_NO_HISTORY = "no history yet"


def history_suites(params: QualityParams) -> Mapping[str, tuple[Expectation, ...]]:
    """Expectations about facts of history, by the frame that they are about."""
    least_share = 1 - params.max_volume_drop_rate
    return {
        "orders": (
            _bounded(
                RECENT_WEEK,
                "The newest week has about as many orders as the weeks before it.",
                min_value=least_share,
            ),
            _bounded(
                DELIVERY_SIZE,
                "The order files have about as many rows as those of the delivery before.",
                min_value=least_share,
            ),
            _bounded(
                FRESHNESS,
                "The newest order is about as new as the shop's stock and catalog.",
                max_value=1.0,
            ),
        ),
        "catalog": (
            _bounded(
                PRICE_JUMP,
                "Few list prices changed by a large factor since the delivery before.",
                max_value=params.max_price_jump_rate,
            ),
        ),
    }


def history_validated(
    kind: str, facts: pl.DataFrame, params: QualityParams
) -> list[ExpectationResult]:
    """Whether the facts of a shop's history are within its thresholds.

    Args:
        kind: ``orders`` or ``catalog``.
        facts: ``HISTORY_SCHEMA``, one row per expectation of the kind.
        params: The thresholds.

    Returns:
        One result per expectation; it passes where there is no history yet.
    """
    suite = history_suites(params)[kind]
    rows = {row["expectation"]: row for row in facts.to_dicts()}
    known = {name: row["fact"] for name, row in rows.items() if row["fact"] is not None}
    asked = [entry for entry in suite if entry.name in known]
    questions = [
        Question(entry.name, entry.name, entry.description, limits(entry.kwargs)) for entry in asked
    ]
    table = pl.DataFrame({name: [fact] for name, fact in known.items()})
    said = dict(answers(table, questions))
    return list(_results(kind, suite, rows, said))


def history_fingerprint(kind: str, facts: pl.DataFrame, params: QualityParams) -> str:
    """What the results depend on, as 64 hexadecimal digits."""
    said = repr((history_suites(params)[kind], facts.rows()))
    return hashlib.sha256(said.encode()).hexdigest()


def _results(
    kind: str,
    suite: tuple[Expectation, ...],
    rows: Mapping[str, Mapping[str, int | float | None]],
    said: Mapping[str, Mapping[str, object]],
) -> Iterator[ExpectationResult]:
    for entry in suite:
        row = rows[entry.name]
        compared = int(row["element_count"] or 0)
        if entry.name not in said:
            yield unstated(entry, kind, compared, reason=_NO_HISTORY, passed=True)
            continue
        total = Tally(compared, int(row["unexpected_count"] or 0))
        yield tested(entry, kind, compared, said[entry.name], total=total, observed=row["fact"])


def _bounded(name: str, description: str, **bounds: float) -> Expectation:
    return warning(name, _BETWEEN, {"column": name, **bounds}, description)
