"""Run a suite of expectations over all rows of a kind, with Great Expectations.

The library takes seconds and 300 MB to import, so that happens in here only when rows are
validated: loading the code location stays quick. Everything lives in memory; nothing is written
to disk, and nothing is looked up or sent.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, cast

import polars as pl

from bundle_pipeline.quality.derived import fields_behind, with_derived
from bundle_pipeline.quality.expectation import Expectation
from bundle_pipeline.quality.result import ExpectationResult, tested, unstated
from bundle_pipeline.quality.suites import SUITES
from bundle_pipeline.quality.views import Pane, panes

__all__ = ["ExpectationResult", "validated"]

logger = logging.getLogger(__name__)

# A shop without orders has nothing to say; every other kind may be left out.
_REQUIRED_KIND = "orders"

_STATEDNESS = "ExpectColumnToExist"

# Counts, and no samples of failing values.
_RESULT_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0}


def validated(
    kind: str, rows: pl.DataFrame, stated_fields: frozenset[str]
) -> list[ExpectationResult]:
    """What each expectation of a kind's suite says about all of its rows.

    An expectation about the content of a field that no file has a column for passes: whether the
    field must be stated is another one. Where no file of an optional kind landed, all pass.

    Args:
        kind: ``orders``, ``variants``, ``inventory`` or ``catalog``.
        rows: One row per landed row; text by canonical field, null where a row has none.
        stated_fields: Canonical fields that at least one file has a column for.

    Returns:
        One result per expectation of the suite, in its order.
    """
    suite = SUITES[kind]
    table = with_derived(kind, rows, stated_fields)
    answered = dict(_without_test(kind, table))
    open_ones = [expectation for expectation in suite if expectation.name not in answered]
    answered.update(_with_test(kind, table, open_ones))
    results = [answered[expectation.name] for expectation in suite]
    failed = [result.name for result in results if not result.passed]
    logger.info(
        "%s: %d rows, %d expectations, failed: %s",
        kind,
        table.height,
        len(suite),
        ", ".join(failed) or "none",
    )
    return results


def _without_test(kind: str, table: pl.DataFrame) -> Iterator[tuple[str, ExpectationResult]]:
    for expectation in SUITES[kind]:
        missing = [column for column in expectation.columns if column not in table.columns]
        if not table.columns and kind != _REQUIRED_KIND:
            reason, passed = "no file of this kind", True
        elif missing and expectation.type != _STATEDNESS:
            # That a field must be stated is an expectation of its own.
            reason, passed = _not_stated(kind, missing), True
        else:
            continue
        yield (
            expectation.name,
            unstated(expectation, kind, table.height, reason=reason, passed=passed),
        )


def _with_test(
    kind: str, table: pl.DataFrame, expectations: list[Expectation]
) -> Iterator[tuple[str, ExpectationResult]]:
    if not expectations:
        return
    batches = _batch_definition()
    by_name = {expectation.name: expectation for expectation in expectations}
    for pane in panes(table, expectations):
        batch = batches.get_batch(batch_parameters={"dataframe": pane.table.to_pandas()})
        for name, validation in _validations(batch, pane):
            yield name, _result(kind, table.height, by_name[name], validation)


def _result(
    kind: str, row_count: int, expectation: Expectation, validation: Mapping[str, Any]
) -> ExpectationResult:
    result = tested(expectation, kind, row_count, validation)
    if expectation.type != _STATEDNESS or result.passed or result.exception is not None:
        return result
    reason = _not_stated(kind, expectation.columns)
    return unstated(expectation, kind, row_count, reason=reason, passed=False)


def _not_stated(kind: str, columns: Sequence[str]) -> str:
    fields = (" or ".join(fields_behind(kind, column)) for column in columns)
    return f"not stated: no file has a column for {', '.join(fields)}"


@cache
def _batch_definition() -> Any:  # noqa: ANN401 the library's types would need its import
    # It reports every step of its own set-up at the level where this package reports rows; one of
    # its modules sets its own level when it is imported.
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    import great_expectations  # noqa: PLC0415 see the module's docstring
    from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415

    logging.getLogger(ProgressBarsConfig.__module__).setLevel(logging.WARNING)
    # Its types are only partly declared.
    context = cast("Any", great_expectations).get_context(mode="ephemeral")
    context.enable_analytics(enable=False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    asset = context.data_sources.add_pandas("landed").add_dataframe_asset("rows")
    return asset.add_batch_definition_whole_dataframe("all")


def _validations(
    batch: Any,  # noqa: ANN401 the library's types would need its import
    pane: Pane,
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    import great_expectations as gx  # noqa: PLC0415 see the module's docstring
    from great_expectations import expectations as library  # noqa: PLC0415

    # Results come in an order of their own, broken ones first: each carries its name.
    suite = gx.ExpectationSuite(
        name="pane",
        expectations=[
            getattr(library, expectation.type)(**kwargs, meta={"name": expectation.name})
            for expectation, kwargs in pane.questions
        ],
    )
    for result in batch.validate(suite, result_format=_RESULT_FORMAT).results:
        yield (
            result.expectation_config.meta["name"],
            {
                "success": result.success,
                "result": result.result,
                "exception_info": result.exception_info,
            },
        )
