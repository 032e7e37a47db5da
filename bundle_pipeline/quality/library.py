"""Questions to Great Expectations about a table of facts: one row, one column per fact.

The library takes seconds and 300 MB to import, so that happens in here, when there is something to
ask: loading the code location stays quick. Everything lives in memory; nothing is written to disk,
and nothing is looked up or sent.
"""

import logging
import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, cast

import polars as pl

from bundle_pipeline.imports import uncollected

# Counts, and no samples of failing values.
_RESULT_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0}

# What the two types of questions are called in results and documents.
_BETWEEN = "ExpectFactToBeBetween"
_STATED = "ExpectFactToBeStated"

_KEPT = "_kept_configuration"


@dataclass(frozen=True)
class Question:
    """What is expected of one fact.

    Attributes:
        name: Of the expectation.
        column: The fact.
        description: The expectation as a sentence.
        bounds: Least and greatest admissible fact; None asks only whether there is such a column.
    """

    name: str
    column: str
    description: str
    bounds: tuple[float | None, float | None] | None


def answers(
    facts: pl.DataFrame, questions: Sequence[Question]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What the library says to each question.

    Args:
        facts: One row; numbers, none of them null.
        questions: What is expected of its columns.

    Returns:
        Per question its name, and ``success``, ``result`` and ``exception_info``.
    """
    if not questions:
        return
    batch = _batch_definition().get_batch(batch_parameters={"dataframe": facts.to_pandas()})
    # Results come in an order of their own, broken ones first: each carries its name.
    for result in batch.validate(
        suite_of("facts", questions), result_format=_RESULT_FORMAT
    ).results:
        yield (
            result.expectation_config.meta["name"],
            {"success": result.success, "exception_info": result.exception_info},
        )


def suite_of(name: str, questions: Sequence[Question]) -> Any:  # noqa: ANN401 the library's types would need its import
    """The questions as a suite of the library."""
    gx = library()
    return gx.ExpectationSuite(name=name, expectations=[_asked(each) for each in questions])


@cache
def library() -> Any:  # noqa: ANN401 the library's types would need its import
    """The library itself, told to be quiet."""
    # It reports every step of its own set-up at the level where this package reports rows; one of
    # its modules sets its own level when it is imported.
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    # It would import Spark too, where a counting engine has brought that: seconds, and warnings.
    with _hidden("pyspark"), uncollected():
        import great_expectations  # noqa: PLC0415 see the module's docstring
        from great_expectations.data_context.types.base import (  # noqa: PLC0415
            ProgressBarsConfig,
        )

    logging.getLogger(ProgressBarsConfig.__module__).setLevel(logging.WARNING)
    # Its types are only partly declared.
    return cast("Any", great_expectations)


@contextmanager
def _hidden(package: str) -> Generator[None]:
    """Meanwhile the package can't be imported, as if it weren't installed."""
    known = sys.modules.get(package)
    # What the import system takes for a package that isn't there. Its types don't know of it.
    sys.modules[package] = cast("ModuleType", None)
    try:
        yield
    finally:
        del sys.modules[package]
        if known is not None:
            sys.modules[package] = known


def silenced(context: Any) -> Any:  # noqa: ANN401 the library's types would need its import
    """A context of the library that reports nothing to anybody and draws no progress bars."""
    from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415

    context.enable_analytics(enable=False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    return context


@cache
def _batch_definition() -> Any:  # noqa: ANN401 the library's types would need its import
    context = silenced(library().get_context(mode="ephemeral"))
    asset = context.data_sources.add_pandas("landed").add_dataframe_asset("facts")
    return asset.add_batch_definition_whole_dataframe("all")


def _asked(question: Question) -> Any:  # noqa: ANN401 the library's types would need its import
    known: dict[str, Any] = {
        "column": question.column,
        "description": question.description,
        "meta": {"name": question.name},
    }
    if question.bounds is None:
        return _types()[_STATED](**known)
    least, greatest = question.bounds
    return _types()[_BETWEEN](**known, min_value=least, max_value=greatest)


@cache
def _types() -> Mapping[str, Any]:
    from great_expectations import expectations  # noqa: PLC0415 see the module's docstring

    builtin = cast("Any", expectations)
    # Of one row, the least value is the value.
    return {
        _BETWEEN: _quick(_BETWEEN, builtin.ExpectColumnMinToBeBetween),
        _STATED: _quick(_STATED, builtin.ExpectColumnToExist),
    }


def _quick(name: str, base: Any) -> Any:  # noqa: ANN401 the library's types would need its import
    """An expectation of the library under the name of what it asks, and asked in half the time.

    The library makes the configuration of an expectation anew 50 times while it tests it, which is
    most of the 4 ms that one takes.
    """

    def configuration(self: Any) -> Any:  # noqa: ANN401 the library's types would need its import
        kept = cast("dict[str, Any]", vars(self))
        if _KEPT not in kept:
            object.__setattr__(self, _KEPT, base.configuration.fget(self))
        return kept[_KEPT]

    members = {
        "configuration": property(configuration),
        "__module__": __name__,
        "__doc__": base.__doc__,
    }
    return type(base)(name, (base,), members)
