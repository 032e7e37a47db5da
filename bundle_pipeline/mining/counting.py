"""Exact counting of itemsets: one contract, several engines, the same numbers.

Why not FP-growth, as most packages do: its trees don't compress baskets of a shop, which share few
prefixes; on 36 million lines they take 5 GB. A row of the product of baskets by items with itself
costs one addition per pair of lines, whatever the threshold.
"""

import logging
from importlib import import_module
from types import ModuleType
from typing import Literal

import numpy as np
import polars as pl

from bundle_pipeline.baskets.encoded import Codes, EncodedBaskets
from bundle_pipeline.errors import ConfigError
from bundle_pipeline.mining import duckdb_counts, occurrences, scipy_counts
from bundle_pipeline.mining.itemset_counts import Counts, ItemsetCounts, Tally
from bundle_pipeline.mining.kernel import counts as kernel_counts
from bundle_pipeline.mining.kernel import tallies
from bundle_pipeline.mining.kernel.item_stream import MOST_LINES
from bundle_pipeline.mining.kernel.library import MAX_SIZE, kernel_state
from bundle_pipeline.mining.params import CountingParams, EngineName
from bundle_pipeline.mining.spark.state import require_spark

logger = logging.getLogger(__name__)

# Lines to count: baskets, or ``basket`` and ``item``: whole numbers, rows sorted by basket; items
# are numbered from 0. Repeats of an item in its basket count once. A lazy frame is read in parts.
Lines = EncodedBaskets | pl.DataFrame | pl.LazyFrame

# SciPy only takes the place of the kernel where that is missing.
UsedEngine = Literal[EngineName, "scipy"]

_PAIR = 2

_MODULES: dict[UsedEngine, ModuleType] = {
    "kernel": kernel_counts,
    "duckdb": duckdb_counts,
    "scipy": scipy_counts,
}
# Imported when it is asked for: pyspark is optional.
_SPARK = "bundle_pipeline.mining.spark.counts"


def count_itemsets(
    lines: Lines,
    min_basket_count: int,
    *,
    max_size: int,
    params: CountingParams,
) -> Counts:
    """Every itemset that enough baskets hold, with its exact count.

    Args:
        lines: Baskets, or lines as declared above.
        min_basket_count: Fewest baskets that hold an itemset, at least 1.
        max_size: Items of the largest itemset: 2 for pairs, up to 16.
        params: Engine and limits.

    Raises:
        SchemaError: The lines aren't as declared above.
        ConfigError: More itemsets than ``max_itemsets``, a size out of range, or an engine that
            isn't installed.
    """
    if not _PAIR <= max_size <= MAX_SIZE:
        raise ConfigError(
            "BP-COUNTING-SIZE",
            place="max_size",
            found=str(max_size),
            expected=f"{_PAIR} to {MAX_SIZE}",
            remedy="ask for a size in that range",
        )
    engine = engine_in_use(params)
    given = _given(lines, engine)
    return _module(engine).count_itemsets(given, min_basket_count, max_size=max_size, params=params)


def count_connected_triples(
    lines: Lines,
    pairs: Codes,
    min_basket_count: int,
    *,
    params: CountingParams,
) -> ItemsetCounts:
    """Triples that enough baskets hold and of which at least two pairs are given.

    Args:
        lines: As for :func:`count_itemsets`.
        pairs: Distinct pairs of items, smaller first, shape (pairs, 2); each in enough baskets.
        min_basket_count: Fewest baskets that hold a triple.
        params: Engine and limits.
    """
    engine = engine_in_use(params)
    given, wanted = _given(lines, engine), pairs.astype(np.uint32)
    return _module(engine).count_connected_triples(given, wanted, min_basket_count, params=params)


def tally_itemsets(
    encoded: EncodedBaskets,
    itemsets: Codes,
    labels: Codes,
    *,
    label_count: int,
    params: CountingParams,
) -> Tally:
    """Look given itemsets up: their baskets by label, and their customers.

    The kernel does it for every engine, and NumPy where the kernel can't be used.

    Args:
        encoded: Baskets.
        itemsets: Distinct pairs or triples of variant codes, each ascending, in ascending order.
        labels: Label of each basket, from 0; -1 for baskets that are left out.
        label_count: Labels.
        params: Limits.
    """
    if kernel_state().problem is not None or encoded.line_count > MOST_LINES:
        return occurrences.tallied(encoded, itemsets, labels, label_count=label_count)
    return tallies.tallied(encoded, itemsets, labels, label_count=label_count, params=params)


def _module(engine: UsedEngine) -> ModuleType:
    if engine == "spark":
        require_spark()
        return import_module(_SPARK)
    return _MODULES[engine]


def engine_in_use(params: CountingParams) -> UsedEngine:
    """The engine asked for, or SciPy, with a warning, where the kernel can't be used."""
    if params.engine == "kernel" and (problem := kernel_state().problem) is not None:
        logger.warning(
            "the counting kernel is %s; SciPy counts in its place, several times slower and with "
            "more memory; install the package again, `bundle-pipeline doctor` shows the state",
            problem,
        )
        return "scipy"
    return params.engine


def _given(lines: Lines, engine: UsedEngine) -> Lines:
    """Lines as the engine takes them: the kernel reads baskets as they are."""
    is_encoded = isinstance(lines, EncodedBaskets)
    return encoded_lines(lines) if is_encoded and engine != "kernel" else lines


def encoded_lines(encoded: EncodedBaskets) -> pl.DataFrame:
    """Encoded baskets as lines to count: ``basket`` and ``item``."""
    return pl.DataFrame({"basket": encoded.basket, "item": encoded.variant})
