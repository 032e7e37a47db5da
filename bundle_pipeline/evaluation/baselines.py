"""Lists that anybody could make, as long as ours, to be tried on the same orders."""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse  # pyright: ignore[reportMissingTypeStubs]

from bundle_pipeline.baskets.encoded import EncodedBaskets

Floats = npt.NDArray[np.float64]
# SciPy has no types of its own.
csr_array = cast("Callable[..., Any]", sparse.csr_array)

# Best sellers whose pairs are looked at: bounds the work, and rarer ones reach no short list by
# popularity; those by confidence and cosine would only hold more pairs of very few orders.
_MOST_VARIANTS = 2000

# The score of a pair from the baskets with both, with the first and with the second.
_RANKERS: dict[str, Callable[[Floats, Floats, Floats], Floats]] = {
    "popularity": lambda _, first, second: first * second,
    "confidence": lambda both, first, second: both / np.minimum(first, second),
    "item_knn": lambda both, first, second: both / np.sqrt(first * second),
}


def baseline_bundles(
    older: EncodedBaskets, *, bundle_count: int, min_basket_count: int
) -> dict[str, pl.DataFrame]:
    """The first pairs of best sellers by popularity, by confidence and by cosine.

    Args:
        older: Baskets.
        bundle_count: Pairs in each list, at most.
        min_basket_count: Fewest baskets with both.

    Returns:
        Per method ``variant_ids`` (the rarer one, the anchor, first), ``confidence`` and ``rank``;
        ties by baskets, then by id.
    """
    count = np.bincount(older.variant, minlength=older.variant_count)
    popular = np.sort(np.argsort(-count, kind="stable")[:_MOST_VARIANTS])
    first, second, both = _pairs(older, popular, min_basket_count)
    left, right = (count[popular[side]].astype(np.float64) for side in (first, second))
    lists: dict[str, pl.DataFrame] = {}
    for name, scored in _RANKERS.items():
        order = np.lexsort((second, first, -both, -scored(both, left, right)))[:bundle_count]
        is_turned = left[order] > right[order]
        anchor = np.where(is_turned, second[order], first[order])
        other = np.where(is_turned, first[order], second[order])
        ids = older.variant_ids
        lists[name] = pl.DataFrame(
            {
                "anchor_id": ids.gather(popular[anchor]),
                "other_id": ids.gather(popular[other]),
                "confidence": both[order] / np.minimum(left, right)[order],
            }
        ).select(
            "confidence",
            variant_ids=pl.concat_list("anchor_id", "other_id"),
            rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
        )
    return lists


def _pairs(
    older: EncodedBaskets, variants: npt.NDArray[np.int64], min_basket_count: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
    """Pairs of these variants, as places among them, and the baskets with both."""
    column = np.full(older.variant_count, -1, np.int64)
    column[variants] = np.arange(variants.size)
    columns = column[older.variant]
    kept = columns >= 0
    holds = csr_array(
        (np.ones(int(kept.sum())), (older.basket[kept], columns[kept])),
        shape=(older.basket_count, variants.size),
    )
    together = (holds.T @ holds).tocoo()
    is_pair = (together.row < together.col) & (together.data >= min_basket_count)
    return (
        together.row[is_pair].astype(np.int64),
        together.col[is_pair].astype(np.int64),
        together.data[is_pair],
    )
