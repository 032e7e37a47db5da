"""The oracle: Great Expectations itself on every row, in pandas, as its documentation has it.

Each expectation gets a table of its own with only the columns it names: text without blanks around
it for patterns, numbers for bounds, the bytes as they are for ids and sets.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import polars as pl

from bundle_pipeline.quality.derived import with_derived
from bundle_pipeline.quality.expectation import Expectation
from bundle_pipeline.quality.library import library, silenced
from bundle_pipeline.quality.suites import SUITES
from bundle_pipeline.quality.text_shapes import number

_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0}
_AS_TEXT = {"ExpectColumnValuesToMatchRegex"}
_AS_NUMBERS = {"ExpectColumnValuesToBeBetween", "ExpectColumnPairValuesAToBeGreaterThanB"}


class Said(NamedTuple):
    """What the library says of one expectation."""

    passed: bool
    element_count: int
    unexpected_count: int
    unexpected_rate: float | None
    observed: float | None


def said_of_rows(
    kind: str, rows: pl.DataFrame, stated_fields: frozenset[str]
) -> Iterator[tuple[str, Said]]:
    """What the library says of each expectation whose columns are there."""
    context = silenced(library().get_context(mode="ephemeral"))
    asset = context.data_sources.add_pandas("landed").add_dataframe_asset("rows")
    batches = asset.add_batch_definition_whole_dataframe("all")
    table = with_derived(kind, rows, stated_fields)
    for expectation in SUITES[kind]:
        is_of_names = expectation.type == "ExpectColumnToExist"
        if not is_of_names and not set(expectation.columns) <= set(table.columns):
            continue
        frame = _seen(table, expectation).to_pandas()
        batch = batches.get_batch(batch_parameters={"dataframe": frame})
        yield expectation.name, _said(batch, expectation, table.height)


def _said(
    batch: Any,  # noqa: ANN401 the library's types would need its import
    expectation: Expectation,
    row_count: int,
) -> Said:
    from great_expectations import expectations  # noqa: PLC0415 seconds to import

    asked = getattr(expectations, expectation.type)(**expectation.kwargs)
    result = batch.validate(asked, result_format=_FORMAT)
    counts: Mapping[str, Any] = result.result or {}
    percent = counts.get("unexpected_percent")
    return Said(
        passed=bool(result.success),
        element_count=int(counts.get("element_count", row_count)),
        unexpected_count=int(counts.get("unexpected_count", 0)),
        unexpected_rate=None if percent is None or math.isnan(percent) else percent / 100,
        observed=counts.get("observed_value"),
    )


def _seen(table: pl.DataFrame, expectation: Expectation) -> pl.DataFrame:
    columns = list(expectation.columns)
    if expectation.type == "ExpectColumnToExist":
        return table.head(0)
    if not columns:
        return pl.select(row=pl.repeat(1, table.height))
    text = [pl.col(column).str.strip_chars() for column in columns]
    if expectation.type in _AS_TEXT:
        return table.select(text)
    if expectation.type in _AS_NUMBERS:
        return table.select(number(each) for each in text)
    return table.select(columns)
