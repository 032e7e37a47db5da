"""Pairs that don't change must not be called rising, fading or seasonal: how often are they?

``python -m bundle_pipeline_tests.benchmarks.null_courses [--baskets 20000] [--seeds 20]`` makes
shops of two years with steady pairs beside rising, fading and Christmas pairs, and the same orders
with their times shuffled, so that nothing has a course. It prints per kind which ones are found.
"""

import argparse
from collections import Counter
from collections.abc import Mapping

import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.mining.pair_rules import mine_pair_rules
from bundle_pipeline.mining.params import MiningParams
from bundle_pipeline.mining.periods.follow import follow_pairs
from bundle_pipeline.mining.periods.pair_trends import pair_trends
from bundle_pipeline.schemas.mining import COURSES
from bundle_pipeline_tests.support.generators import Noise
from bundle_pipeline_tests.support.seasonal_shops import (
    Shape,
    christmas,
    fading,
    rising,
    shop_with_courses,
    steady,
)

_DAYS = 2 * 365
_PAIRS_PER_KIND = 10
_SHARE = 0.01
_KINDS: Mapping[str, Shape] = {
    "rising": rising,
    "fading": fading,
    "seasonal": christmas(_DAYS),
    "steady": steady,
}


def main() -> None:
    """Run all and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--baskets", type=int, default=20_000)
    parser.add_argument("--seeds", type=int, default=20)
    arguments = parser.parse_args()
    found: Counter[tuple[str, str]] = Counter()
    false_shops = 0
    planted = {
        (f"{kind}-{i}-a", f"{kind}-{i}-b"): shape
        for kind, shape in _KINDS.items()
        for i in range(_PAIRS_PER_KIND)
    }
    for seed in range(arguments.seeds):
        noise = Noise(order_count=arguments.baskets, variant_count=200, mean_size=3)
        baskets = shop_with_courses(noise, planted, days=_DAYS, share=_SHARE, seed=seed)
        found.update(_courses(baskets))
        shuffled = _courses(_without_courses(baskets, seed))
        calm = sum(n for (_, course), n in shuffled.items() if course in {"steady", "unknown"})
        false_shops += calm < shuffled.total()
        found.update(
            Counter({("times shuffled", course): n for (_, course), n in shuffled.items()})
        )
    table = Table("planted", *COURSES)
    for kind in (*_KINDS, "times shuffled"):
        table.add_row(kind, *(str(found[kind, course]) for course in COURSES))
    console = Console(width=120)
    console.print(table)
    console.print(f"{false_shops} of {arguments.seeds} shuffled shops show a course")


def _courses(baskets: pl.DataFrame) -> Counter[tuple[str, str]]:
    params = MiningParams()
    trends = pair_trends(
        follow_pairs(
            encode_baskets(baskets), mine_pair_rules(encode_baskets(baskets), params), params
        ),
        params,
    )
    kind = pl.col("first_id").str.split("-").list.first()
    is_planted = kind.is_in(list(_KINDS)) & (
        pl.col("first_id").str.head(-1) == pl.col("second_id").str.head(-1)
    )
    return Counter(trends.filter(is_planted).select(kind, "course").rows())


def _without_courses(baskets: pl.DataFrame, seed: int) -> pl.DataFrame:
    orders = baskets.select("order_id", "ordered_at").unique().sort("order_id")
    again = np.random.default_rng(seed).permutation(orders.height)
    shuffled = orders.with_columns(ordered_at=pl.col("ordered_at").gather(again))
    return baskets.drop("ordered_at").join(shuffled, on="order_id", validate="m:1")


if __name__ == "__main__":
    main()
