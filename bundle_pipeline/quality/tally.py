"""What rows say about one expectation: counts that add up, and where the first failing rows are."""

from dataclasses import dataclass
from functools import reduce

# How many failing rows are named.
SAMPLE_SIZE = 5

# Distinct values beyond this are not told apart: no expectation allows nearly as many.
MOST_DISTINCT = 1_000


@dataclass(frozen=True, order=True)
class RowPlace:
    """Where a row stands: its file and its line there, from 1."""

    path: str
    line_number: int


@dataclass(frozen=True)
class Tally:
    """What rows say about one expectation.

    Attributes:
        stated_count: Rows that were judged: those that state what it is about.
        unexpected_count: Rows that fail it.
        distinct: Hashes of distinct values, ``MOST_DISTINCT`` at most; only where they are counted.
        failing_rows: The first failing rows by path and line, ``SAMPLE_SIZE`` at most. No value of
            a row is kept, which may be personal.
        exception: Class of the error, if the expectation can't be counted.
    """

    stated_count: int = 0
    unexpected_count: int = 0
    distinct: frozenset[int] = frozenset()
    failing_rows: tuple[RowPlace, ...] = ()
    exception: str | None = None

    @property
    def passing_rate(self) -> float:
        """Share of the judged rows that pass, 0 to 1; 1 where none was judged."""
        if not self.stated_count:
            return 1.0
        return (self.stated_count - self.unexpected_count) / self.stated_count

    @property
    def unexpected_rate(self) -> float | None:
        """Share of the judged rows that fail, 0 to 1; None where none was judged."""
        return self.unexpected_count / self.stated_count if self.stated_count else None


def added(tallies: list[Tally]) -> Tally:
    """The tally of all rows, from those of their parts, in any order."""
    return reduce(_plus, tallies, Tally())


def _plus(one: Tally, other: Tally) -> Tally:
    return Tally(
        stated_count=one.stated_count + other.stated_count,
        unexpected_count=one.unexpected_count + other.unexpected_count,
        distinct=frozenset(sorted(one.distinct | other.distinct)[:MOST_DISTINCT]),
        failing_rows=tuple(sorted((*one.failing_rows, *other.failing_rows))[:SAMPLE_SIZE]),
        exception=one.exception or other.exception,
    )
