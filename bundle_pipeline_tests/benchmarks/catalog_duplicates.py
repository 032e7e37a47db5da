"""Products listed twice: how many are found, how many that are found are, and what does it cost?

``python -m bundle_pipeline_tests.benchmarks.catalog_duplicates`` makes catalogs in which it is
known which products are listed twice, and in which as many products differ from another one in one
thing only (size, colour, volume, flavour, model), and prints precision and recall per seed. Then
it times 50,000 products, and 50,000 of which a tenth are called the same.

Seeds 0 to 4 were looked at while the rules were made; those printed by default are others.
"""

import resource
import time
from collections import Counter
from typing import Annotated

import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from bundle_pipeline.features.duplicates import DuplicateParams, find_duplicate_products
from bundle_pipeline.schemas.catalog import Variants
from bundle_pipeline_tests.support.duplicate_catalogs import PlantedCatalog, planted_catalog

_FIRST_UNSEEN_SEED = 100
_KIB_PER_MB = 1000 / 1024 * 1000


def measure(
    seeds: Annotated[int, typer.Option(help="How many catalogs of each size.")] = 8,
    first_seed: Annotated[int, typer.Option(help="Seed of the first one.")] = _FIRST_UNSEEN_SEED,
    missed: Annotated[int, typer.Option(help="Mistakes to show per catalog.")] = 0,
    large: Annotated[int, typer.Option(help="Products of the catalog that is timed.")] = 50_000,
) -> None:
    """Print precision and recall on planted catalogs, and the cost of a large one."""
    console = Console(width=160)
    table = Table("products", "seed", "planted", "found", "precision", "recall")
    totals: Counter[str] = Counter()
    for size in (500, 5_000):
        for seed in range(first_seed, first_seed + seeds):
            planted = planted_catalog(size, seed=seed)
            found = found_pairs(planted)
            table.add_row(str(planted.catalog.height), str(seed), *figures(found, planted))
            for spelling in _spellings(planted, planted.duplicates):
                totals[spelling] += 1
            for spelling in _spellings(planted, planted.duplicates - found):
                totals["missed " + spelling] += 1
            _show_mistakes(console, planted, found, missed)
    console.print(table)
    console.print(
        "missed by spelling: "
        + ", ".join(
            f"{name} {totals['missed ' + name]} of {count}"
            for name, count in sorted(totals.items())
            if not name.startswith("missed")
        )
    )
    if large:
        planted = planted_catalog(large, seed=first_seed)
        same = pl.when(pl.int_range(pl.len()) % 10 == 0).then(pl.lit("Gift Box Small"))
        alike = planted.catalog.with_columns(product_title=same.otherwise("product_title"))
        for name, catalog in (("planted", planted.catalog), ("a tenth called the same", alike)):
            _print_cost(console, name, catalog, planted if name == "planted" else None)


def found_pairs(planted: PlantedCatalog) -> frozenset[tuple[str, str]]:
    """Pairs of products that count as one."""
    return _duplicate_pairs(planted.catalog)


def precision_and_recall(
    found: frozenset[tuple[str, str]], planted: PlantedCatalog
) -> tuple[float, float]:
    """Share of what is found that is planted, and of what is planted that is found."""
    right = len(found & planted.duplicates)
    return right / max(len(found), 1), right / max(len(planted.duplicates), 1)


def figures(found: frozenset[tuple[str, str]], planted: PlantedCatalog) -> list[str]:
    """Planted, found, precision, recall as text."""
    precision, recall = precision_and_recall(found, planted)
    return [str(len(planted.duplicates)), str(len(found)), f"{precision:.4f}", f"{recall:.4f}"]


def _duplicate_pairs(catalog: pl.DataFrame) -> frozenset[tuple[str, str]]:
    pairs = find_duplicate_products(catalog, Variants.create_empty(), DuplicateParams())
    same = pairs.filter("is_duplicate").select("first_product_id", "second_product_id")
    return frozenset((first, second) for first, second in same.iter_rows())


def _spellings(planted: PlantedCatalog, pairs: frozenset[tuple[str, str]]) -> list[str]:
    return [name for pair in pairs for product_id in pair for name in planted.spelled[product_id]]


def _show_mistakes(
    console: Console, planted: PlantedCatalog, found: frozenset[tuple[str, str]], count: int
) -> None:
    titles = dict(planted.catalog.select("product_id", "product_title").iter_rows())
    vendors = dict(planted.catalog.select("product_id", "vendor").iter_rows())
    for name, pairs in (
        ("missed", planted.duplicates - found),
        ("wrong", found - planted.duplicates),
    ):
        for pair in sorted(pairs)[:count]:
            texts = [f"{titles[i]} ({vendors[i]})" for i in pair]
            spelled = _spellings(planted, frozenset([pair]))
            console.print(name, " <> ".join(texts), spelled, markup=False)


def _print_cost(
    console: Console, name: str, catalog: pl.DataFrame, planted: PlantedCatalog | None
) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, started = time.perf_counter(), time.process_time()
    found = _duplicate_pairs(catalog)
    seconds, cpu = time.perf_counter() - start, time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    quality = (
        ""
        if planted is None
        else " (planted, found, precision, recall: {})".format(", ".join(figures(found, planted)))
    )
    console.print(
        f"{catalog.height:,} products, {name}: {seconds:.1f} s ({cpu:.1f} s of CPU), "
        f"peak {peak / _KIB_PER_MB:,.0f} MB, of which {before / _KIB_PER_MB:,.0f} MB before"
        f"{quality}"
    )


if __name__ == "__main__":
    typer.run(measure)
