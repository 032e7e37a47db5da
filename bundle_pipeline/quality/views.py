"""What an expectation looks at: as little of the table as its test needs, in the cheapest type.

Great Expectations hashes a whole table when it takes it, and filters all of its columns for every
test. A table of only the columns of one test, as numbers or as codes of categories where the test
allows it, makes 1.4 million order lines a matter of seconds, and only one such table exists at a
time. All rows are in every view.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import polars as pl

from bundle_pipeline.quality.expectation import Expectation, Kwargs
from bundle_pipeline.quality.text_shapes import number

View = Callable[[pl.DataFrame, tuple[str, ...]], pl.DataFrame]

# About 60 MB in the library's hands.
_CELLS_AT_A_TIME = 2_000_000

_STATED = pl.Enum(["stated"])


def outline(table: pl.DataFrame, _columns: tuple[str, ...]) -> pl.DataFrame:
    """The columns without rows."""
    return table.head(0)


def rows(table: pl.DataFrame, _columns: tuple[str, ...]) -> pl.DataFrame:
    """The rows without columns, save for a mark."""
    return pl.select(pl.repeat("stated", table.height, dtype=_STATED).alias("row"))


def presence(table: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    """Whether something is there: one category, else null."""
    return table.select(
        pl.when(pl.col(column).is_not_null()).then(pl.lit("stated")).cast(_STATED).alias(column)
        for column in columns
    )


def text(table: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    """The text without blanks around it."""
    return table.select(pl.col(columns).str.strip_chars())


def ids(table: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    """The text to the byte, as ids are compared."""
    return table.select(columns)


def categories(table: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    """The text as codes of its distinct values; meant for columns with few of them."""
    return table.select(pl.col(columns).cast(pl.Categorical))


def numbers(table: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    """The value of each amount; null where the text isn't one, which is another test's concern."""
    return table.select(
        number(pl.col(column).str.strip_chars()).alias(column) for column in columns
    )


VIEWS: Mapping[str, View] = {
    "ExpectColumnToExist": outline,
    "ExpectTableRowCountToBeBetween": rows,
    "ExpectColumnValuesToNotBeNull": presence,
    "ExpectColumnValuesToMatchRegex": text,
    "ExpectColumnValuesToNotMatchRegex": text,
    "ExpectColumnValuesToBeUnique": ids,
    "ExpectCompoundColumnsToBeUnique": ids,
    "ExpectColumnValuesToBeInSet": categories,
    "ExpectColumnUniqueValueCountToBeBetween": categories,
    "ExpectColumnValuesToBeBetween": numbers,
    "ExpectColumnPairValuesAToBeGreaterThanB": numbers,
}


@dataclass(frozen=True)
class Pane:
    """A table to test, and what to test on it."""

    table: pl.DataFrame
    questions: tuple[tuple[Expectation, Kwargs], ...]
    """Expectations with their arguments, in which columns have this table's names."""


def panes(table: pl.DataFrame, expectations: Sequence[Expectation]) -> Iterator[Pane]:
    """What the expectations look at, in as few tables as fit the limit on cells.

    Each table costs the library a fixed time, which is what counts in a small shop; in a large one
    it is the cells.
    """
    gathered: list[Pane] = []
    for (view, columns), group in _grouped_by_view(expectations).items():
        pane = _pane(view, view(table, columns), group)
        if gathered and not _fit([*gathered, pane]):
            yield _side_by_side(gathered)
            gathered = []
        gathered.append(pane)
    if gathered:
        yield _side_by_side(gathered)


def _pane(view: View, seen: pl.DataFrame, group: list[Expectation]) -> Pane:
    if view is outline:
        return Pane(seen, tuple((expectation, expectation.kwargs) for expectation in group))
    # The same column may stand beside itself as text and as a number.
    names = {column: f"{column} as {view.__name__}" for column in seen.columns}
    questions = tuple((entry, _renamed(entry.kwargs, names)) for entry in group)
    return Pane(seen.rename(names), questions)


def _renamed(kwargs: Kwargs, names: Mapping[str, str]) -> Kwargs:
    def renamed(value: object) -> object:
        if isinstance(value, list):
            return [names[str(column)] for column in cast("list[object]", value)]
        return names[str(value)]

    return {
        key: renamed(value) if key.startswith("column") else value for key, value in kwargs.items()
    }


def _fit(side_by_side: Sequence[Pane]) -> bool:
    heights = {pane.table.height for pane in side_by_side}
    cells = sum(pane.table.height * pane.table.width for pane in side_by_side)
    return len(heights) == 1 and cells <= _CELLS_AT_A_TIME


def _side_by_side(gathered: Sequence[Pane]) -> Pane:
    # Several tests may look at one column: it stands there once.
    columns = {column.name: column for pane in gathered for column in pane.table.iter_columns()}
    return Pane(
        pl.DataFrame(columns), tuple(question for pane in gathered for question in pane.questions)
    )


def _grouped_by_view(
    expectations: Sequence[Expectation],
) -> dict[tuple[View, tuple[str, ...]], list[Expectation]]:
    groups: dict[tuple[View, tuple[str, ...]], list[Expectation]] = {}
    for expectation in expectations:
        view = VIEWS[expectation.type]
        columns = () if view in {outline, rows} else expectation.columns
        groups.setdefault((view, columns), []).append(expectation)
    return groups
