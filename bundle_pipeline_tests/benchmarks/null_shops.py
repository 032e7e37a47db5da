"""Shops without associations must show nothing: how often do they?

``python -m bundle_pipeline_tests.benchmarks.null_shops [--seeds 20]`` mines noise shops of three
sizes and shops of a few products. The bar: nothing significant in at least 95 % of them. Shuffled
orders of real shops, and planted pairs, are in ``bundle_pipeline_tests.benchmarks.evidence``.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import comb

import dataframely as dy
import polars as pl
from rich.console import Console
from rich.table import Table

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.mining.itemsets import mine_itemsets
from bundle_pipeline.mining.multiplicity import benjamini_hochberg
from bundle_pipeline.mining.pair_counts import frequent_pairs
from bundle_pipeline.mining.pair_rules import mine_pair_rules
from bundle_pipeline.mining.params import MiningParams
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline.statistics.poisson import upper_tail
from bundle_pipeline_tests.support.generators import (
    Noise,
    Pairs,
    independent_shop,
    noise_shop,
)
from bundle_pipeline_tests.support.oracles import pooled_expected_counts

BasketFrame = dy.DataFrame[Baskets]

SMALL = Noise(order_count=1000, variant_count=200, mean_size=3)
MIDDLE = Noise(order_count=10_000, variant_count=1000, mean_size=5)
LARGE = Noise(order_count=50_000, variant_count=5000, mean_size=8)
FEW_PRODUCTS = (
    Noise(order_count=50_000, variant_count=100, mean_size=4),
    Noise(order_count=50_000, variant_count=30, mean_size=3, zipf=0.5),
    Noise(order_count=50_000, variant_count=12, mean_size=2),
)


@dataclass(frozen=True)
class Row:
    """What one kind of shop showed, seed by seed."""

    name: str
    pairs: list[int]
    pooled_pairs: list[int]
    triples: list[int]
    seconds: float

    @property
    def clean_share(self) -> float:
        """Share of the shops that showed no pair."""
        return sum(count == 0 for count in self.pairs) / len(self.pairs)


def main() -> None:
    """Run all and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    arguments = parser.parse_args()
    table = Table("shop", "shops", "clean", "pairs", "pooled null", "triples", "s per shop")
    console = Console(width=140)
    for name, make in _generated().items():
        row = _measured(name, make, arguments.seeds)
        table.add_row(
            row.name,
            str(len(row.pairs)),
            f"{row.clean_share:.0%}",
            _spread(row.pairs),
            _spread(row.pooled_pairs),
            _spread(row.triples),
            f"{row.seconds / len(row.pairs):.1f}",
        )
        console.print(f"{name}: {row.clean_share:.0%} of {len(row.pairs)} clean")
    console.print(table)


def _generated() -> dict[str, Callable[[int], BasketFrame]]:
    sources: dict[str, Callable[[int], BasketFrame]] = {}
    for noise in (SMALL, MIDDLE, LARGE, *FEW_PRODUCTS):
        shape = f"{noise.order_count} orders, {noise.variant_count} variants"
        sources[f"noise, {shape}"] = _noise_of(noise)
        sources[f"independent, {shape}"] = _independent_of(noise)
    return sources


def _noise_of(noise: Noise) -> Callable[[int], BasketFrame]:
    return lambda seed: noise_shop(noise, seed=seed)


def _independent_of(noise: Noise) -> Callable[[int], BasketFrame]:
    return lambda seed: independent_shop(
        order_count=noise.order_count,
        variant_count=noise.variant_count,
        mean_size=noise.mean_size,
        zipf=noise.zipf,
        seed=seed,
    )


def _measured(name: str, make: Callable[[int], BasketFrame], seeds: int) -> Row:
    row = Row(name, [], [], [], seconds=0.0)
    seconds = 0.0
    for seed in range(seeds):
        baskets = make(seed)
        start = time.perf_counter()
        rules = mine_pair_rules(encode_baskets(baskets), MiningParams())
        triples = mine_itemsets(encode_baskets(baskets), rules, MiningParams()).height
        seconds += time.perf_counter() - start
        row.pairs.append(len(_shown(rules)))
        row.pooled_pairs.append(_pooled_count(baskets))
        row.triples.append(triples)
    return Row(name, row.pairs, row.pooled_pairs, row.triples, seconds)


def _pooled_count(baskets: BasketFrame) -> int:
    """Pairs that a null with all basket sizes in one would show."""
    encoded = encode_baskets(baskets)
    pairs, count = frequent_pairs(encoded, MiningParams().min_basket_count, MiningParams())
    p_values = upper_tail(count, pooled_expected_counts(encoded, pairs))
    q_values = benjamini_hochberg(p_values, family_size=comb(encoded.variant_count, 2))
    return int((q_values <= MiningParams().max_q).sum())


def _shown(rules: pl.DataFrame) -> Pairs:
    significant = rules.filter("is_significant", pl.col("antecedent_id") < pl.col("consequent_id"))
    return set(significant.select("antecedent_id", "consequent_id").iter_rows())


def _spread(counts: list[int]) -> str:
    low, high = min(counts), max(counts)
    return str(low) if low == high else f"{low} to {high}"


if __name__ == "__main__":
    main()
