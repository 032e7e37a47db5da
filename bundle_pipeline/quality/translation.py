"""What an expectation of rows means twice over: a count in Polars, and a question to the library.

An expectation keeps its type's name from Great Expectations. Here, and nowhere else, each type is
translated into a verdict per row, which Polars counts batch by batch, and into bounds on the fact
that comes of the counts, which Great Expectations judges (:mod:`bundle_pipeline.quality.library`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, cast

import polars as pl

from bundle_pipeline.quality.expectation import Expectation, Kwargs
from bundle_pipeline.quality.text_shapes import number

FactName = Literal["is_stated", "row_count", "passing_rate", "distinct_count"]
Bounds = tuple[float | None, float | None]

# How the fact is counted: from the columns' names, the number of rows, a verdict on each row, a
# verdict on each distinct value of the only column, the set of values, or the rows of each key.
Counting = Literal["names", "rows", "each_row", "each_value", "values", "keys"]


@dataclass(frozen=True)
class Translation:
    """How a type of expectation is counted and judged.

    Attributes:
        fact: What the counts come to.
        counting: How they are made.
        verdict: Per row, whether it is as expected; null where it isn't judged, because it states
            nothing. None where no row is judged by itself.
    """

    fact: FactName
    counting: Counting
    verdict: Callable[[Kwargs], pl.Expr] | None = None


def translation(expectation: Expectation) -> Translation:
    """How an expectation is counted and judged."""
    return TRANSLATIONS[expectation.type]


# Made once: a list of all currencies takes as long to make as to look through.
@cache
def verdict(expectation: Expectation) -> pl.Expr:
    """Per row, whether it is as expected; null where it isn't judged.

    Raises:
        ValueError: The expectation isn't one about single rows.
    """
    judge = translation(expectation).verdict
    if judge is None:
        raise ValueError(f"{expectation.name}: {expectation.type} judges no single row")
    return judge(expectation.kwargs)


def bounds(expectation: Expectation) -> Bounds:
    """Least and greatest admissible fact, None where there is no such bound.

    The share of rows that may fail is forgiven as the library forgives it: ``mostly`` is the least
    passing rate.
    """
    kwargs = expectation.kwargs
    if translation(expectation).fact == "passing_rate":
        return cast("float", kwargs.get("mostly", 1.0)), None
    return limits(kwargs)


def limits(kwargs: Kwargs) -> Bounds:
    """``min_value`` and ``max_value`` of an expectation's arguments."""
    return _bound(kwargs, "min_value"), _bound(kwargs, "max_value")


def _bound(kwargs: Kwargs, name: str) -> float | None:
    return cast("float | None", kwargs.get(name))


def _column(kwargs: Kwargs, name: str = "column") -> pl.Expr:
    return pl.col(str(kwargs[name]))


def _is_there(kwargs: Kwargs) -> pl.Expr:
    return _column(kwargs).is_not_null()


def _matches(kwargs: Kwargs) -> pl.Expr:
    return _column(kwargs).str.strip_chars().str.contains(str(kwargs["regex"]))


def _is_in_set(kwargs: Kwargs) -> pl.Expr:
    return _column(kwargs).is_in(cast("list[str]", kwargs["value_set"]))


def _is_between(kwargs: Kwargs) -> pl.Expr:
    # What isn't a number is another expectation's concern.
    amount = number(_column(kwargs).str.strip_chars())
    least, greatest = _bound(kwargs, "min_value"), _bound(kwargs, "max_value")
    passes = pl.when(amount.is_not_null()).then(pl.lit(value=True))
    if least is not None:
        passes = passes & ((amount > least) if kwargs.get("strict_min") else (amount >= least))
    if greatest is not None:
        passes = passes & (
            (amount < greatest) if kwargs.get("strict_max") else (amount <= greatest)
        )
    return passes


def _is_greater(kwargs: Kwargs) -> pl.Expr:
    first, second = (
        number(_column(kwargs, name).str.strip_chars()) for name in ("column_A", "column_B")
    )
    return first >= second if kwargs.get("or_equal") else first > second


TRANSLATIONS: Mapping[str, Translation] = {
    "ExpectColumnToExist": Translation("is_stated", "names"),
    "ExpectTableRowCountToBeBetween": Translation("row_count", "rows"),
    "ExpectColumnValuesToNotBeNull": Translation("passing_rate", "each_row", _is_there),
    "ExpectColumnValuesToMatchRegex": Translation("passing_rate", "each_value", _matches),
    "ExpectColumnValuesToBeInSet": Translation("passing_rate", "each_value", _is_in_set),
    "ExpectColumnValuesToBeBetween": Translation("passing_rate", "each_value", _is_between),
    "ExpectColumnPairValuesAToBeGreaterThanB": Translation("passing_rate", "each_row", _is_greater),
    "ExpectColumnUniqueValueCountToBeBetween": Translation("distinct_count", "values"),
    "ExpectColumnValuesToBeUnique": Translation("passing_rate", "keys"),
    "ExpectCompoundColumnsToBeUnique": Translation("passing_rate", "keys"),
}
