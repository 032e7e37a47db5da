"""A profile: what all rows of a kind come to, made batch by batch, in place of the rows.

Great Expectations has no engine for tens of millions of rows within minutes, so it judges what
Polars counts in one pass. Profiles of parts add up to the profile of the whole. Uniqueness doesn't
add up, so a profile carries a hash of each key (32 bytes a row with its place): suites ask for it
only of kinds with a row per variant or item, never of order lines.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from bundle_pipeline.quality.derived import with_derived
from bundle_pipeline.quality.expectation import Expectation
from bundle_pipeline.quality.suites import SUITES
from bundle_pipeline.quality.tally import MOST_DISTINCT, SAMPLE_SIZE, RowPlace, Tally, added
from bundle_pipeline.quality.translation import translation, verdict

# Fewer lines to a run than that, among the first ones, and equal values are brought together.
_LINES_PER_RUN = 4
_FIRST_LINES = 4096
_PLACE = {"_path": pl.String, "_line_number": pl.Int64}


@dataclass(frozen=True)
class Profile:
    """What rows of a kind say about its suite.

    Attributes:
        kind: Kind of file.
        columns: Columns that a field is stated for, derived ones among them.
        row_count: Rows.
        tallies: By name of expectation, what the rows say about it.
        keys: By name of an expectation of uniqueness, ``_key`` (hash), ``_path`` and
            ``_line_number`` of each row that states a key.
    """

    kind: str
    columns: frozenset[str]
    row_count: int
    tallies: Mapping[str, Tally]
    keys: Mapping[str, pl.DataFrame]

    @cached_property
    def totals(self) -> Mapping[str, Tally]:
        """The tallies, with those of uniqueness, for which all rows must be there."""
        return {**self.tallies, **{name: _repeated(keys) for name, keys in self.keys.items()}}


def profiled(kind: str, rows: pl.DataFrame, stated_fields: frozenset[str]) -> Profile:
    """The profile of some rows of a kind.

    Args:
        kind: ``orders``, ``variants``, ``inventory`` or ``catalog``.
        rows: One row per landed row: text by canonical field, null where a row has none, and
            ``_path`` and ``_line_number`` where failing rows are to be named. All rows of an order
            are in one batch: exports may state its date on the first of them only.
        stated_fields: Canonical fields that the files of these rows have a column for.

    Returns:
        Counts, hashes and places; of the size of the suite, save for ``keys``.
    """
    stated = with_derived(kind, rows, stated_fields)
    suite = SUITES[kind]
    table = _judged(stated, suite, _placed(rows))
    return Profile(
        kind=kind,
        columns=frozenset(stated.columns),
        row_count=table.height,
        tallies=dict(_tallies(table, suite)),
        keys={
            entry.name: _keys(table, entry)
            for entry in suite
            if translation(entry).counting == "keys"
        },
    )


def _judged(
    stated: pl.DataFrame, suite: Sequence[Expectation], places: pl.DataFrame
) -> pl.DataFrame:
    """Every column that the suite names, beside the places of the rows."""
    named = {column for entry in suite for column in entry.columns}
    if not stated.columns:
        return pl.DataFrame(schema={**dict.fromkeys(named, pl.String), **_PLACE})
    # A file without the column states nothing in any of its rows.
    absent = [pl.lit(None, pl.String).alias(column) for column in named - set(stated.columns)]
    return stated.with_columns(*absent, *places.iter_columns())


def _placed(rows: pl.DataFrame) -> pl.DataFrame:
    unknown = [
        pl.lit(None, dtype).alias(column)
        for column, dtype in _PLACE.items()
        if column not in rows.columns
    ]
    return rows.with_columns(unknown).select(list(_PLACE))


def merged(profiles: Sequence[Profile]) -> Profile:
    """The profile of all rows, from those of their parts, in any order.

    Raises:
        ValueError: There is none, or they are of several kinds.
    """
    (kind,) = {profile.kind for profile in profiles}
    first = profiles[0]
    return Profile(
        kind=kind,
        columns=frozenset[str]().union(*(profile.columns for profile in profiles)),
        row_count=sum(profile.row_count for profile in profiles),
        tallies={
            name: added([profile.tallies[name] for profile in profiles]) for name in first.tallies
        },
        keys={name: pl.concat(profile.keys[name] for profile in profiles) for name in first.keys},
    )


def _tallies(table: pl.DataFrame, suite: Sequence[Expectation]) -> Iterator[tuple[str, Tally]]:
    by_frame: dict[str | None, list[Expectation]] = {}
    for expectation in suite:
        counting = translation(expectation).counting
        if counting in {"each_value", "values"}:
            (column,) = expectation.columns
            by_frame.setdefault(column, []).append(expectation)
        elif counting == "each_row":
            by_frame.setdefault(None, []).append(expectation)
    values = _values(table, [column for column in by_frame if column is not None])
    for column, expectations in by_frame.items():
        for expectation in expectations:
            if translation(expectation).counting == "values":
                yield expectation.name, _distinct(values[str(column)].get_column(str(column)))
        judged = [entry for entry in expectations if translation(entry).counting != "values"]
        if judged:
            yield from _counted(table, judged, None if column is None else values[column])


def _values(table: pl.DataFrame, columns: Sequence[str]) -> Mapping[str, pl.DataFrame]:
    """Per column, its values with the ``_row_count`` that have them; a value may come twice.

    A column of a million amounts has a few thousand distinct ones, and counting those takes a
    fraction of the time of matching every row. What belongs to the order stands on all of its
    lines: there the runs of equal values are few enough, and grouping takes five times as long.
    """
    values = dict[str, pl.DataFrame]()
    for name in columns:
        column = table.get_column(name)
        first = column.head(_FIRST_LINES)
        if first.rle().len() * _LINES_PER_RUN <= first.len():
            runs = column.rle().struct.unnest()
            values[name] = runs.select(pl.col("value").alias(name), _row_count="len")
        else:
            values[name] = column.value_counts(name="_row_count")
    return values


def _counted(
    table: pl.DataFrame, expectations: Sequence[Expectation], values: pl.DataFrame | None
) -> Iterator[tuple[str, Tally]]:
    """What verdicts per row come to; ``values`` if they are the same for equal values."""
    counts = _counts(table if values is None else values, expectations)
    for expectation in expectations:
        count = counts[expectation.name]
        if isinstance(count, str):
            yield expectation.name, Tally(exception=count)
            continue
        stated, unexpected = count
        places = _failing(table, expectation, values) if unexpected else ()
        yield expectation.name, Tally(stated, unexpected, failing_rows=places)


def _counts(
    frame: pl.DataFrame, expectations: Sequence[Expectation]
) -> Mapping[str, tuple[int, int] | str]:
    """Per expectation how many rows it judges and how many fail, or the class of its error."""
    weight = pl.col("_row_count") if "_row_count" in frame.columns else pl.lit(1)
    counts = list[pl.Expr]()
    for number, passes in enumerate(map(verdict, expectations)):
        counts += [
            pl.when(passes.is_not_null()).then(weight).sum().alias(f"stated {number}"),
            pl.when(~passes).then(weight).sum().alias(f"unexpected {number}"),
        ]
    try:
        found = frame.select(counts).row(0)
    except pl.exceptions.PolarsError as error:
        if len(expectations) > 1:
            alone = [_counts(frame, [expectation]) for expectation in expectations]
            return {name: count for one in alone for name, count in one.items()}
        # Its message may quote a row.
        return {expectations[0].name: type(error).__name__}
    pairs = zip(found[::2], found[1::2], strict=True)
    return {entry.name: pair for entry, pair in zip(expectations, pairs, strict=True)}


def _failing(
    table: pl.DataFrame, expectation: Expectation, values: pl.DataFrame | None
) -> tuple[RowPlace, ...]:
    failing = ~verdict(expectation)
    if values is not None:
        (column,) = expectation.columns
        failing = pl.col(column).is_in(values.filter(failing).get_column(column).implode())
    return _first(table.filter(failing))


def _distinct(values: pl.Series) -> Tally:
    hashes = values.drop_nulls().hash().unique().sort().head(MOST_DISTINCT)
    return Tally(distinct=frozenset(hashes.to_list()))


def _keys(table: pl.DataFrame, expectation: Expectation) -> pl.DataFrame:
    columns = expectation.columns
    stated = table.filter(pl.all_horizontal(pl.col(columns).is_not_null()))
    # Ids are compared to the byte.
    return stated.select(pl.struct(columns).hash().alias("_key"), *_PLACE)


def _repeated(keys: pl.DataFrame) -> Tally:
    repeated = keys.filter(pl.col("_key").is_duplicated())
    return Tally(
        stated_count=keys.height,
        unexpected_count=repeated.height,
        failing_rows=_first(repeated),
    )


def _first(failing: pl.DataFrame) -> tuple[RowPlace, ...]:
    places = failing.select(list(_PLACE)).drop_nulls()
    first = places.bottom_k(SAMPLE_SIZE, by=list(_PLACE)).sort(list(_PLACE))
    return tuple(RowPlace(path, line_number) for path, line_number in first.rows())
