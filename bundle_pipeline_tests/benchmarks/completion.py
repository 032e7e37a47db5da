"""Basket completion by neighbours: how good are they, and what do 12,000 variants cost?

``python -m bundle_pipeline_tests.benchmarks.completion [--data FOLDER]`` completes held-out baskets
of every ``*/lines.parquet`` below the folder (``order_id``, ``ts``, ``customer_id``, ``sku``) with
every method, beside cosine and Jaccard over all items and popularity, and prints hit rate, mean
reciprocal rank and tail hit rate at 10. Then it makes a shop of 12,000 variants and measures what
its neighbours cost.

The protocol: the first 80 % of orders by time are learnt from, or drawn with seed 0 where there are
no times; variants in at least 5 of them, at most 12,000; one variant of every later order with at
least two is hidden, of at most 20,000 orders. ``stored`` is the same with the neighbours that are
kept, the best and the lowest 50 of each variant, instead of all scores of a method.
"""

import resource
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from bundle_pipeline.baskets.build import baskets_of
from bundle_pipeline.baskets.encoded import EncodedBaskets, encode_baskets
from bundle_pipeline.baskets.size_limit import BasketParams
from bundle_pipeline.mining.neighbours.completion import (
    Completion,
    completion,
    held_out,
    in_turn,
)
from bundle_pipeline.mining.neighbours.covisitation import fit_covisitation
from bundle_pipeline.mining.neighbours.find import find_neighbours
from bundle_pipeline.mining.neighbours.item_baskets import (
    ItemBaskets,
    SparseMatrix,
    csr_array,
    item_baskets,
)
from bundle_pipeline.mining.neighbours.linear import fit_linear
from bundle_pipeline.mining.neighbours.methods import (
    PopularityScores,
    fitted_methods,
    modelled_variants,
)
from bundle_pipeline.mining.neighbours.own_baskets import with_chosen_weights
from bundle_pipeline.mining.neighbours.params import NeighbourParams
from bundle_pipeline.mining.neighbours.scores import ItemScores, Scores, best_neighbours
from bundle_pipeline_tests.support.generators import Noise, noise_shop
from bundle_pipeline_tests.support.shops import orders_of_lines

# Hit rate and mean reciprocal rank at 10 of plain EASE, its ridge tuned on the last tenth of what
# is learnt from, as measured by others with this protocol.
EASE = {
    "uci_online_retail_2010": (0.325, 0.162),
    "tafeng": (0.137, 0.067),
    "instacart_train": (0.138, 0.061),
    "fimi_retail": (0.312, 0.202),
    "adventureworks": (0.748, 0.428),
    "groceries_arules": (0.383, 0.167),
    "epub_arules": (0.447, 0.232),
    "foodmart_spmf": (0.049, 0.022),
}
LARGE = Noise(order_count=100_000, variant_count=12_000, mean_size=10, zipf=0.8)
# Baskets of any size: the protocol has no limit.
NO_LIMIT = BasketParams(max_basket_size=10**9)
_RIDGES = (50.0, 200.0, 500.0, 1000.0)
_KIB_PER_MB = 1000 / 1024 * 1000


@dataclass(frozen=True)
class SimilarityScores:
    """Items by items, all cells: the baselines."""

    matrix: SparseMatrix

    def of(self, baskets: SparseMatrix) -> Scores:
        """Sums over the items of each basket."""
        return (baskets @ self.matrix).toarray()


def measure(
    data: Annotated[
        Path | None, typer.Option(help="Folder with a folder per shop that holds lines.parquet.")
    ] = None,
    shop: Annotated[list[str] | None, typer.Option(help="Only these folders.")] = None,
    ease: Annotated[bool, typer.Option(help="Also fit plain EASE, five times.")] = False,  # noqa: FBT002
    cost: Annotated[bool, typer.Option(help="Also measure 12,000 variants.")] = True,  # noqa: FBT002
) -> None:
    """Print how well every method completes baskets of every shop, and what it costs."""
    console = Console(width=140)
    table = Table("shop", "method", "baskets", "hit rate", "MRR", "tail hit rate", "published EASE")
    paths = sorted(data.glob("*/lines.parquet")) if data else []
    for path in paths:
        name = path.parent.name
        if shop and name not in shop:
            continue
        published = "/".join(f"{figure:.3f}" for figure in EASE.get(name, ()))
        encoded = encode_baskets(baskets_of(*orders_of_lines(path)), NO_LIMIT)
        for method, figures in judged(encoded, NeighbourParams(), with_ease=ease):
            row = _row(name, method, figures, published)
            table.add_row(*row)
            console.print(*row)
        table.add_section()
    if table.rows:
        console.print(table)
    if cost:
        console.print(_cost())


def judged(
    encoded: EncodedBaskets, params: NeighbourParams, *, with_ease: bool
) -> Iterator[tuple[str, Completion]]:
    """Every method and baseline on the newest fifth of a shop's baskets."""
    encoded = in_turn(encoded)
    split = int(encoded.basket_count * (1 - params.held_out_share))
    older, newest = encoded.part(0, split), encoded.part(split, encoded.basket_count)
    params = with_chosen_weights(older, params)
    variants = modelled_variants(older, params)
    items = item_baskets(older, variants)
    baskets = held_out(item_baskets(newest, variants), max_baskets=params.max_held_out_baskets)
    plain = baselines(items)
    if with_ease:
        plain = chain(plain, [("plain EASE", tuned_ease(older, items))])
    for method, scores in plain:
        yield method, completion(scores, baskets, items.basket_count)
    for method, scores in fitted_methods(items, fit_covisitation(items, params), params):
        yield method, completion(scores, baskets, items.basket_count)
        stored = _stored(scores, items, params.top_n)
        yield f"{method}, stored", completion(stored, baskets, items.basket_count)


def baselines(items: ItemBaskets) -> Iterator[tuple[str, ItemScores]]:
    """Best sellers, and similarities that keep all cells."""
    yield "popularity", PopularityScores(items.item_count)
    both = (items.matrix.T @ items.matrix).tocoo()
    apart = both.row != both.col
    row, column, shared = both.row[apart], both.col[apart], both.data[apart]
    one, other = items.basket_count[row], items.basket_count[column]
    for method, score in (
        ("cosine", shared / np.sqrt(one * other)),
        ("jaccard", shared / (one + other - shared)),
    ):
        yield method, SimilarityScores(csr_array((score, (row, column)), shape=both.shape))


def tuned_ease(older: EncodedBaskets, items: ItemBaskets) -> ItemScores:
    """EASE as published, its ridge chosen on the last tenth of what is learnt from."""
    split = int(older.basket_count * 0.9)
    first, last = (
        item_baskets(older.part(*part), modelled_variants(older.part(0, split), NeighbourParams()))
        for part in ((0, split), (split, older.basket_count))
    )
    baskets = held_out(last, max_baskets=4000)

    def merit(params: NeighbourParams) -> float:
        return completion(
            fit_linear(first, params), baskets, first.basket_count
        ).mean_reciprocal_rank

    plain = NeighbourParams(size_exponent=0, popularity_discount=0)
    tried = [plain.model_copy(update={"ridge": ridge}) for ridge in _RIDGES]
    return fit_linear(items, max(tried, key=merit))


def _stored(scores: ItemScores, items: ItemBaskets, top_n: int) -> SimilarityScores:
    found = best_neighbours(scores, items.item_count, top_n)
    shape = (items.item_count, items.item_count)
    best, opposed = (
        csr_array((kept.score, (kept.item, kept.neighbour)), shape=shape)
        for kept in (found.best, found.opposed)
    )
    return SimilarityScores((best - opposed).tocsr())


def _row(shop: str, method: str, figures: Completion, published: str) -> list[str]:
    tail = figures.tail_hit_rate
    return [
        shop,
        method,
        f"{figures.basket_count:,}",
        f"{figures.hit_rate:.4f}",
        f"{figures.mean_reciprocal_rank:.4f}",
        "" if tail is None else f"{tail:.4f}",
        published,
    ]


def _cost() -> str:
    # Made in another process, whose memory doesn't count.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        baskets = pool.submit(noise_shop, LARGE, seed=0).result()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, started = time.perf_counter(), time.process_time()
    neighbours = find_neighbours(encode_baskets(baskets), NeighbourParams())
    seconds, cpu = time.perf_counter() - start, time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return (
        f"{LARGE.variant_count:,} variants, {baskets.height:,} lines: {neighbours.height:,} rows in"
        f" {seconds:.1f} s ({cpu:.1f} s of CPU), peak {peak / _KIB_PER_MB:,.0f} MB, of which "
        f"{before / _KIB_PER_MB:,.0f} MB before"
    )


if __name__ == "__main__":
    typer.run(measure)
