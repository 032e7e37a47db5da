"""Slow and simple: what fast code is compared with."""

import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from bundle_pipeline.baskets.encoded import Codes, EncodedBaskets

Floats = npt.NDArray[np.float64]


def set_counts(baskets: Iterable[Iterable[str]], size: int) -> Counter[tuple[str, ...]]:
    """Baskets that hold each itemset of a size, by trying all of each basket."""
    counts: Counter[tuple[str, ...]] = Counter()
    for basket in baskets:
        counts.update(combinations(sorted(set(basket)), size))
    return counts


def mlxtend_itemset_counts(
    baskets: Sequence[Sequence[str]], min_basket_count: int, *, max_size: int
) -> dict[tuple[str, ...], int]:
    """Itemsets of two and more by mlxtend's FP-growth."""
    found = mlxtend_itemsets(baskets, min_basket_count, max_size=max_size)
    return {
        tuple(sorted(itemset)): round(support * len(baskets))
        for support, itemset in zip(found["support"], found["itemsets"], strict=True)
        if len(itemset) > 1
    }


def mlxtend_itemsets(
    baskets: Sequence[Sequence[str]], min_basket_count: int, *, max_size: int
) -> Any:  # noqa: ANN401 - a frame of pandas, whose types are partial
    """mlxtend's own frame of frequent itemsets."""
    with warnings.catch_warnings():
        # mlxtend calls pandas in ways that pandas has deprecated.
        warnings.simplefilter("ignore")
        import pandas as pd  # noqa: PLC0415 - kept inside, for the same reason
        from mlxtend.frequent_patterns import fpgrowth  # noqa: PLC0415

        variants = sorted({variant for basket in baskets for variant in basket})
        held = pd.DataFrame([[v in set(basket) for v in variants] for basket in baskets])
        held.columns = pd.Index(variants)
        # Half a basket below the threshold: mlxtend compares shares as floats.
        share = (min_basket_count - 0.5) / len(baskets)
        return fpgrowth(held, min_support=share, use_colnames=True, max_len=max_size)


def pooled_expected_counts(encoded: EncodedBaskets, pairs: Codes) -> Floats:
    """Expected counts with all basket sizes in one: the simple null that the shipped one replaced.

    ``max(c_b / L * sum over baskets with a of (|o| - 1), c_a / L * the same with b)``.
    """
    count = np.bincount(encoded.variant, minlength=encoded.variant_count)
    others = np.bincount(
        encoded.variant,
        weights=encoded.basket_size[encoded.basket] - 1,
        minlength=encoded.variant_count,
    )
    first, second = pairs.T
    best = np.maximum(count[second] * others[first], count[first] * others[second])
    return best / max(encoded.line_count, 1)


def basket_sets(baskets: pl.DataFrame) -> list[list[str]]:
    """Variants of each basket."""
    return baskets.get_column("variant_ids").to_list()
