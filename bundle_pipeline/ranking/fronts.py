"""Pareto fronts of two measures, both the more the better."""

from bisect import bisect_right

import polars as pl


def with_front(bundles: pl.DataFrame, first: pl.Expr, second: pl.Expr) -> pl.DataFrame:
    """Add ``front``: 1 where no bundle is better, 2 where only bundles of front 1 are, and so on.

    A bundle is better when it has at least as much of both measures, and more of one. Sorted by
    the first measure, then the second, downwards, every better point comes before a point; so a
    front dominates a point exactly if the largest second measure it has so far does, and those
    largest ones fall from front to front: a binary search finds the place (Jensen, IEEE
    Transactions on Evolutionary Computation 7, 2003). O(n log n).

    Args:
        bundles: Any rows.
        first: A measure of them, never null.
        second: Another.

    Returns:
        The same rows in the same order, with ``front``: Int64, from 1; equal points share one.
    """
    measured = bundles.with_columns(_first=first, _second=second)
    points = (
        measured.select("_first", "_second").unique().sort("_first", "_second", descending=True)
    )
    fronts = _fronts(points.get_column("_second").to_list())
    numbered = points.with_columns(front=pl.Series(fronts, dtype=pl.Int64))
    return measured.join(
        numbered, on=["_first", "_second"], how="left", validate="m:1", maintain_order="left"
    ).drop("_first", "_second")


def _fronts(seconds: list[float]) -> list[int]:
    """Front of each distinct point, given its second measure in the order described above."""
    # Negated, so that they rise and bisect can search them; front k + 1 at position k.
    largest_negated: list[float] = []
    fronts: list[int] = []
    for second in seconds:
        place = bisect_right(largest_negated, -second)
        largest_negated[place : place + 1] = [-second]
        fronts.append(place + 1)
    return fronts
