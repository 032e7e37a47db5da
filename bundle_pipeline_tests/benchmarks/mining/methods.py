"""Ways to count itemsets: ours, and those of other packages, each called as it is fastest.

Each takes lines (``basket``, ``item``: codes from 0, no repeats, sorted) and gives the itemsets of
two items, or of two and three, that enough baskets hold. Bringing lines into the form that a
package wants is part of its time. Where a package has a low-level entry that is faster than the
documented one, that is called, with infrequent items left out for it. Thresholds are counts;
packages that take a share of all baskets get one half a basket lower, since they compare floats.
"""

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from itertools import chain
from typing import Any

import numpy as np
import polars as pl

from bundle_pipeline.mining import duckdb_counts, scipy_counts
from bundle_pipeline.mining.counting import count_itemsets
from bundle_pipeline.mining.itemset_counts import Counts, ItemsetCounts, in_order
from bundle_pipeline.mining.kernel import counts as kernel_counts
from bundle_pipeline.mining.params import CountingParams

Lines = pl.DataFrame | pl.LazyFrame
Found = list[ItemsetCounts]

# As much as joins like to have.
_PLENTY_MB = 16_000


@dataclass(frozen=True)
class Method:
    """One way to count."""

    count: Callable[[Lines, int, int], Found]
    """Lines, fewest baskets, largest size."""
    package: str
    """What has to be installed for it."""
    is_package: bool = True
    """Whether it is a mining package; else a few lines on top of a general one."""
    most_lines: int = 2**32
    """Lines from which it takes minutes, or more memory than a workstation has."""

    @property
    def is_installed(self) -> bool:
        return find_spec(self.package) is not None


def _kernel(lines: Lines, fewest: int, size: int) -> Found:
    return _itemsets(kernel_counts.count_itemsets(lines, fewest, max_size=size, params=_params()))


def _duckdb(lines: Lines, fewest: int, size: int) -> Found:
    params = CountingParams(max_memory_mb=_PLENTY_MB)
    return _itemsets(duckdb_counts.count_itemsets(lines, fewest, max_size=size, params=params))


def _spark(lines: Lines, fewest: int, size: int) -> Found:
    params = CountingParams(engine="spark", max_itemsets=10**9)
    return _itemsets(count_itemsets(lines, fewest, max_size=size, params=params))


def _scipy(lines: Lines, fewest: int, size: int) -> Found:
    return _itemsets(scipy_counts.count_itemsets(lines, fewest, max_size=size, params=_params()))


def _polars(lines: Lines, fewest: int, size: int) -> Found:
    enough = pl.col("count") >= fewest
    frequent = lines.lazy().group_by("item").agg(count=pl.len()).filter(enough)
    kept = lines.lazy().join(frequent, on="item", how="semi")
    pairs = (
        kept.join(kept, on="basket")
        .filter(pl.col("item") < pl.col("item_right"))
        .group_by("item", "item_right")
        .agg(count=pl.len())
        .filter(enough)
        .collect(engine="streaming")
    )
    found = [_ordered(pairs.select("item", "item_right", "count"))]
    if size > 2:
        one, other = (
            pairs.lazy().select(item=one, item_right=other)
            for one, other in (("item", "item_right"), ("item", "item_right"))
        )
        held = kept.join(one, on="item").join(
            kept, left_on=["basket", "item_right"], right_on=["basket", "item"]
        )
        triples = (
            held.join(kept.rename({"item": "third"}), on="basket")
            .filter(pl.col("third") > pl.col("item_right"))
            .join(other.rename({"item_right": "third"}), on=["item", "third"], how="semi")
            .group_by("item", "item_right", "third")
            .agg(count=pl.len())
            .filter(enough)
            .collect(engine="streaming")
        )
        found.append(_ordered(triples.select("item", "item_right", "third", "count")))
    return found


def _mlxtend(lines: Lines, fewest: int, size: int) -> Found:
    with warnings.catch_warnings():
        # It calls pandas in ways that pandas has deprecated.
        warnings.simplefilter("ignore")
        pandas, sparse = _imported("pandas"), _imported("scipy.sparse")
        fpgrowth = _imported("mlxtend.frequent_patterns").fpgrowth
        indptr, indices, names, _ = _rows(lines, fewest)
        held = sparse.csr_matrix(
            (np.ones(len(indices), dtype=bool), indices, indptr),
            shape=(len(indptr) - 1, len(names)),
        )
        frame = pandas.DataFrame.sparse.from_spmatrix(held)
        # Baskets without a frequent item were left out.
        share = (fewest - 0.5) / held.shape[0]
        found = fpgrowth(frame, min_support=share, max_len=size)
        counts = np.rint(found["support"].to_numpy() * held.shape[0]).astype(np.uint32)
        return _of_lists((names[list(items)] for items in found["itemsets"]), counts, size)


def _rusket(lines: Lines, fewest: int, size: int) -> Found:
    indptr, indices, names, _ = _rows(lines, fewest)
    counts, offsets, items = _imported("rusket._rusket").fpgrowth_from_csr(
        indptr.astype(np.int32), indices.astype(np.int32), len(names), fewest, size
    )
    counts, offsets = np.asarray(counts), np.asarray(offsets).astype(np.int64)
    codes = names[np.asarray(items)]
    found: Found = []
    for wanted in range(2, size + 1):
        chosen = np.flatnonzero(np.diff(offsets) == wanted)
        rows = codes[offsets[chosen][:, None] + np.arange(wanted)]
        found.append(_sorted_rows(rows, counts[chosen]))
    return found


def _pyfim(lines: Lines, fewest: int, size: int) -> Found:
    indptr, indices, names, _ = _rows(lines, fewest)
    items, bounds = indices.tolist(), indptr.tolist()
    baskets = [items[bounds[i] : bounds[i + 1]] for i in range(len(bounds) - 1)]
    # Eclat is its fastest on such baskets; support below 0 is a count.
    found = _imported("fim").eclat(baskets, target="s", supp=-fewest, zmin=2, zmax=size, report="a")
    counts = np.fromiter((count for _, count in found), dtype=np.uint32, count=len(found))
    return _of_lists((names[list(items)] for items, _ in found), counts, size)


def _fastapriori(lines: Lines, fewest: int, size: int) -> Found:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        held = _collected(lines)
        baskets = held.get_column("basket").n_unique()
        in_pandas = held.to_pandas()
        found: Found = []
        for wanted in range(2, size + 1):
            rules = _imported("fastapriori").find_associations(
                in_pandas, "basket", "item", k=wanted, min_support=(fewest - 0.5) / baskets
            )
            found.append(_of_rules(rules, wanted, baskets))
    return found


def _efficient_apriori(lines: Lines, fewest: int, size: int) -> Found:
    indptr, indices, names, _ = _rows(lines, fewest)
    codes, bounds = names[indices].tolist(), indptr.tolist()
    baskets = [tuple(codes[bounds[i] : bounds[i + 1]]) for i in range(len(bounds) - 1)]
    share = (fewest - 0.5) / len(baskets)
    by_size, _ = _imported("efficient_apriori").itemsets_from_transactions(
        baskets, min_support=share, max_length=size
    )
    return [
        _of_lists(
            list(by_size.get(wanted, {})),
            np.array(list(by_size.get(wanted, {}).values()), dtype=np.uint32),
            wanted,
        )[-1]
        for wanted in range(2, size + 1)
    ]


# What mining.engine can be set to.
ENGINES = ("bundle_pipeline", "duckdb join", "spark")

METHODS = {
    "bundle_pipeline": Method(_kernel, "bundle_pipeline", is_package=False),
    "rusket": Method(_rusket, "rusket"),
    "fastapriori": Method(_fastapriori, "fastapriori", most_lines=40_000_000),
    "pyfim": Method(_pyfim, "fim"),
    "mlxtend": Method(_mlxtend, "mlxtend", most_lines=3_000_000),
    "efficient-apriori": Method(_efficient_apriori, "efficient_apriori", most_lines=3_000_000),
    "spark": Method(_spark, "pyspark", is_package=False),
    "scipy product": Method(_scipy, "scipy", is_package=False),
    "duckdb join": Method(_duckdb, "duckdb", is_package=False),
    "polars join": Method(_polars, "polars", is_package=False),
}


def _imported(module: str) -> Any:  # noqa: ANN401 - packages of the extra `bench`, without types
    """Imported by the method that is measured, so that its import is part of its time."""
    return import_module(module)


def _params() -> CountingParams:
    return CountingParams(max_itemsets=10**9)


def _itemsets(counts: Counts) -> Found:
    return list(counts.itemsets)


def _collected(lines: Lines) -> pl.DataFrame:
    return lines.lazy().select("basket", "item").collect()


def _rows(
    lines: Lines, fewest: int
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any], int]:
    """Baskets one after the other, of frequent items only: bounds, item numbers, codes, baskets."""
    held = _collected(lines)
    item = held.get_column("item").to_numpy()
    names = np.flatnonzero(np.bincount(item) >= fewest)
    number = np.full(int(item.max(initial=0)) + 1, -1, dtype=np.int64)
    number[names] = np.arange(len(names))
    numbers = number[item]
    kept = numbers >= 0
    basket = held.get_column("basket").to_numpy()[kept]
    starts = np.flatnonzero(np.diff(basket, prepend=basket[:1] - 1))
    return (
        np.append(starts, basket.size),
        numbers[kept],
        names,
        held.get_column("basket").n_unique(),
    )


def _ordered(frame: pl.DataFrame) -> ItemsetCounts:
    return in_order([frame.cast(pl.UInt32).to_numpy()], size=frame.width - 1)


def _sorted_rows(rows: np.ndarray[Any, Any], counts: np.ndarray[Any, Any]) -> ItemsetCounts:
    table = np.column_stack([np.sort(rows, axis=1), counts]).astype(np.uint32)
    return in_order([table], size=rows.shape[1])


def _of_lists(itemsets: Iterable[Any], counts: np.ndarray[Any, Any], size: int) -> Found:
    listed = [np.asarray(items) for items in itemsets]
    sizes = np.fromiter((len(items) for items in listed), dtype=np.int64, count=len(listed))
    found: Found = []
    for wanted in range(2, size + 1):
        chosen = np.flatnonzero(sizes == wanted).tolist()
        codes = np.fromiter(
            chain.from_iterable(listed[i].tolist() for i in chosen),
            dtype=np.int64,
            count=wanted * len(chosen),
        )
        found.append(_sorted_rows(codes.reshape(-1, wanted), counts[chosen]))
    return found


def _of_rules(rules: Any, size: int, baskets: int) -> ItemsetCounts:  # noqa: ANN401 - pandas
    names = [f"item_{letter}" for letter in "ABC"[:size]]
    if size > 2:
        names = [f"antecedent_{i}" for i in range(1, size)] + ["consequent"]
    items = np.sort(rules[names].to_numpy().astype(np.int64), axis=1)
    if "instances" in rules:
        counts = rules["instances"].to_numpy()
    else:
        counts = np.rint(rules["support"].to_numpy() * baskets)
    table = np.unique(np.column_stack([items, counts.astype(np.int64)]), axis=0)
    return in_order([table.astype(np.uint32)], size=size)
