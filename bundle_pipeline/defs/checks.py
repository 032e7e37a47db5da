"""Facts about content, shown per shop in the UI: names, severities, and results from rooms.

What belongs here: how a room's plain result becomes a Dagster check. What stays out: the facts.
"""

import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg
import polars as pl

from bundle_pipeline.defs.partitions import SHOPS
from bundle_pipeline.quality.history_suite import history_suites
from bundle_pipeline.quality.params import QualityParams
from bundle_pipeline.quality.suites import SUITES
from bundle_pipeline.quality.tally import RowPlace
from bundle_pipeline.quality.validate import ExpectationResult
from bundle_pipeline.schemas.ingest import Quarantine

# How many keys of failing rows a check names.
_KEYS_SHOWN = 5

# Rows that can't be used stand there with the reason; others that fail were loaded or excluded.
_QUARANTINE = dg.MetadataValue.asset(dg.AssetKey(Quarantine.name))

_SEVERITY = {"critical": dg.AssetCheckSeverity.ERROR, "warning": dg.AssetCheckSeverity.WARN}


def fact(name: str, asset: str, description: str, *, blocking: bool) -> dg.AssetCheckSpec:
    """A fact about a shop's partition of an asset."""
    with warnings.catch_warnings():
        # Partitioned checks are marked as a preview; they are what tells shops apart in the UI.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return dg.AssetCheckSpec(
            name, asset=asset, description=description, blocking=blocking, partitions_def=SHOPS
        )


def expectation_specs() -> list[dg.AssetCheckSpec]:
    """One check per expectation about landed files; structural ones block their shop.

    Thresholds of those about a shop's history are the shop's own; their descriptions name none.
    """
    history = history_suites(QualityParams())
    return [
        fact(
            expectation.name,
            kind,
            expectation.description,
            blocking=expectation.is_structural,
        )
        for suites in (SUITES, history)
        for kind, suite in suites.items()
        for expectation in suite
    ]


def expectation_results(
    results: Sequence[ExpectationResult],
) -> Iterator[dg.AssetCheckResult]:
    """Results of a suite as check results."""
    for result in results:
        metadata: dict[str, Any] = {
            "rows_checked": result.element_count,
            "rows_failed": result.unexpected_count,
            "failed_rate": result.unexpected_rate,
            "observed": result.observed,
            "first_failing_rows": _places(result.failing_rows),
            "quarantine": _QUARANTINE if result.failing_rows else None,
            "exception": result.exception,
        }
        yield dg.AssetCheckResult(
            check_name=result.name,
            asset_key=result.kind,
            passed=result.passed,
            severity=_SEVERITY[result.severity],
            metadata={name: value for name, value in metadata.items() if value is not None},
        )


def _places(rows: Sequence[RowPlace]) -> str | None:
    return ", ".join(f"{row.path} line {row.line_number}" for row in rows) or None


def rows_break(
    name: str,
    failing: pl.DataFrame,
    *,
    asset: str,
    key: str,
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR,
) -> dg.AssetCheckResult:
    """A fact that holds when no row fails it; names the first few keys that do."""
    keys = failing.get_column(key).head(_KEYS_SHOWN).to_list()
    return dg.AssetCheckResult(
        check_name=name,
        asset_key=asset,
        passed=failing.is_empty(),
        severity=severity,
        metadata={"rows_failed": failing.height, "first_keys": ", ".join(map(str, keys))},
    )
