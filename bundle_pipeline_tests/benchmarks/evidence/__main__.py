"""The gate of the evidence: ``python -m bundle_pipeline_tests.benchmarks.evidence COMMAND``.

``shuffled`` mines shuffled orders of every real shop; ``limit`` counts real pairs with and without
the basket size limit; ``planted`` plants pairs; ``coverage`` asks whether intervals hold the truth.
The first three end with 1 if a bar isn't met.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bundle_pipeline.mining.params import MiningParams, NullName
from bundle_pipeline.mining.shuffle_check import shuffle_check
from bundle_pipeline_tests.benchmarks.evidence import coverage as covering
from bundle_pipeline_tests.benchmarks.evidence import planted as planting
from bundle_pipeline_tests.benchmarks.evidence import size_limit
from bundle_pipeline_tests.benchmarks.evidence.real_baskets import (
    counted_baskets,
    encoded,
    shop_names,
)

app = typer.Typer(add_completion=False, help=__doc__)
console = Console(width=150)

DataOption = Annotated[
    Path,
    typer.Option(
        envvar="BUNDLE_BENCH_DATA",
        help="Folder with <shop>/lines.parquet (order_id, ts, customer_id, sku) of real shops.",
    ),
]
_PRECISION_BAR = 0.95
_COVERAGE_BAR = (0.93, 0.97)


@app.command()
def shuffled(
    data: DataOption,
    seeds: Annotated[int, typer.Option(min=1)] = 5,
    only: Annotated[list[str] | None, typer.Option(help="Shops, if not all.")] = None,
    null_model: Annotated[str, typer.Option(help="The setting mining.null_model.")] = (
        "size_classes"
    ),
) -> None:
    """Mine the orders of every shop as they are and shuffled; at most one pair may pass."""
    table = Table("shop", "pairs", "triples", "pairs, shuffled", "triples, shuffled")
    params = MiningParams.model_validate({"null_model": null_model})
    is_met = True
    for shop in only or shop_names(data):
        real, *false = shuffle_check(encoded(counted_baskets(data, shop)), params, seeds=seeds)
        row = (
            *(shop, f"{real.pair_count:,}", f"{real.triple_count:,}"),
            " ".join(str(each.pair_count) for each in false),
            " ".join(str(each.triple_count) for each in false),
        )
        console.log(*row)
        table.add_row(*row)
        is_met &= all(each.is_within_bar for each in false)
    _end(table, is_met=is_met)


@app.command()
def limit(
    data: DataOption,
    shop: Annotated[str, typer.Option()] = "uci_online_retail_2010",
    at_least: Annotated[int, typer.Option(help="Pairs with the limit off.")] = 24_684,
) -> None:
    """Count pairs with and without the basket size limit, and those seen again later."""
    for name, passing in size_limit.pairs_at_stated_threshold(data, shop):
        console.print(f"older orders, {name}, q <= 0.01:", passing)
    own: dict[NullName, dict[str, int]] = {}
    for null in size_limit.NULLS:
        own[null] = size_limit.pairs_at_own_threshold(data, shop, null)
        console.print(f"all orders, q <= 0.05, {null}:", own[null])
    table = Table("null", "pairs of the older orders", "pairs", "again", "again by chance")
    for each in size_limit.what_the_limit_does(data, shop):
        shares = (f"{each.again_share:.1%}", f"{each.chance_share:.1%}")
        table.add_row(each.null, each.what, f"{each.pair_count:,}", *shares)
    _end(table, is_met=own["size_classes"]["limit off"] >= at_least)


@app.command()
def planted(seeds: Annotated[int, typer.Option(min=1)] = 10) -> None:
    """Plant pairs of several strengths in shops of several sizes."""
    names = ("orders", "variants", "share planted", "shown", "precision", "recall")
    table = Table(*names, "recall, popular half")
    is_met = True
    for found in planting.found_pairs(seeds):
        row = (
            *(f"{found.noise.order_count:,}", f"{found.noise.variant_count:,}"),
            *(f"{found.planted_share:.0%}", f"{found.shown_count:,}"),
            *(f"{found.precision:.1%}", f"{found.recall:.1%}", f"{found.popular_recall:.1%}"),
        )
        console.log(*row)
        table.add_row(*row)
        is_met &= found.precision >= _PRECISION_BAR
    _end(table, is_met=is_met)


@app.command()
def coverage(replicates: Annotated[int, typer.Option(min=2)] = 300) -> None:
    """Ask how often 95 % intervals of the adjusted lift hold the truth."""
    _print_covered("counts of a known mean, exact", covering.coverage_of_counts())
    _print_covered(
        f"pairs of a shop generated {replicates} times", covering.coverage_of_shops(replicates)
    )


def _print_covered(title: str, rows: Iterator[covering.Covered]) -> None:
    table = Table("", "true mean count", "intervals", "coverage", "", "exact interval", title=title)
    for each in rows:
        is_met = _COVERAGE_BAR[0] <= each.coverage <= _COVERAGE_BAR[1]
        table.add_row(
            each.what,
            f"{each.band[0]:g} to {each.band[1]:g}",
            f"{each.intervals:,}" if each.intervals else "",
            f"{each.coverage:.1%}",
            "" if is_met else "outside 93 to 97 %",
            f"{each.exact_coverage:.1%}",
        )
    console.print(table)


def _end(table: Table, *, is_met: bool) -> None:
    console.print(table)
    if not is_met:
        console.print("[red]a bar isn't met[/]")
        raise typer.Exit(1)


if __name__ == "__main__":
    app()
