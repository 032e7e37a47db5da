"""The best set of bundles: how long does it take, and how much better is it than a greedy one?

``python -m bundle_pipeline_tests.benchmarks.portfolio_speed [--candidates 2000] [--variants 500]
[--seeds 5]`` chooses from made-up candidates with the default limits (25 slots), and again with
limits that get in each other's way: bundles that resemble each other exclude each other, and
overlap costs much.

Exit code 1 if a choice takes 10 seconds or more of processor time, may lack more than 1 % of the
best worth, or breaks a limit.
"""

import time
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bundle_pipeline.ranking.params import RankingParams
from bundle_pipeline.ranking.portfolio import portfolio_of
from bundle_pipeline.ranking.selection import choose
from bundle_pipeline_tests.support.portfolios import random_bundles

_MAX_SECONDS, _MAX_GAP = 10.0, 0.01
_LIMITS = {
    "defaults": RankingParams(),
    "narrow": RankingParams(
        max_similarity=0.3,
        max_per_variant=2,
        max_per_category=5,
        variant_overlap_cost=0.2,
        min_per_objective=3,
        min_offered_quantity=10,
    ),
}
_HEADINGS = ("limits", "seed", "bundles", "worth", "greedy", "gap", "CPU s", "allowed")


def measure(
    candidates: Annotated[int, typer.Option(help="Bundles that passed the gates.")] = 2000,
    variants: Annotated[int, typer.Option(help="Variants that they are made of.")] = 500,
    seeds: Annotated[int, typer.Option(help="Shops.")] = 5,
) -> None:
    """Choose in each shop and print what came of it."""
    table = Table(*_HEADINGS)
    is_good = True
    for seed in range(seeds):
        bundles = random_bundles(candidates, seed=seed, variant_count=variants)
        for name, params in _LIMITS.items():
            started = time.process_time()
            selection = choose(bundles, params)
            seconds = time.process_time() - started
            chosen = selection.choices.sort("bundle_id").get_column("code").is_null().to_numpy()
            is_allowed = portfolio_of(bundles, params).is_allowed(chosen)
            gap = 1.0 if selection.gap is None else selection.gap
            is_good &= is_allowed and seconds < _MAX_SECONDS and gap <= _MAX_GAP
            found = (selection.worth, selection.greedy_worth)
            table.add_row(
                *(name, str(seed), str(chosen.sum()), *(f"{worth:.4f}" for worth in found)),
                *(f"{gap:.4%}", f"{seconds:.2f}", "yes" if is_allowed else "no"),
            )
    Console().print(table)
    if not is_good:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(measure)
