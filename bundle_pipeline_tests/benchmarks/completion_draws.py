"""Is a method better than a baseline, or was it the draw of the hidden variants?

``python -m bundle_pipeline_tests.benchmarks.completion_draws --data FOLDER --shop NAME`` completes
the held-out baskets of :mod:`bundle_pipeline_tests.benchmarks.completion` again and again, with
another hidden variant each time, the same for every method. Prints means over the draws, and mean
differences to cosine, Jaccard and plain EASE with 95 % intervals over baskets: another draw of the
same baskets says nothing of others. All methods are held at once: for small shops.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from bundle_pipeline.baskets.build import baskets_of
from bundle_pipeline.baskets.encoded import EncodedBaskets, encode_baskets
from bundle_pipeline.mining.neighbours.completion import PLACES, head, held_out, in_turn, places
from bundle_pipeline.mining.neighbours.covisitation import fit_covisitation
from bundle_pipeline.mining.neighbours.item_baskets import Floats, ItemBaskets, item_baskets
from bundle_pipeline.mining.neighbours.methods import fitted_methods, modelled_variants
from bundle_pipeline.mining.neighbours.own_baskets import with_chosen_weights
from bundle_pipeline.mining.neighbours.params import NeighbourParams
from bundle_pipeline.mining.neighbours.scores import ItemScores
from bundle_pipeline_tests.benchmarks.completion import NO_LIMIT, baselines, tuned_ease
from bundle_pipeline_tests.support.shops import orders_of_lines

_BASELINES = ("cosine", "jaccard", "plain EASE")
_Z = 1.96
# A method's hits, reciprocal ranks, and hits in the tail: draws by baskets. Not in the tail: NaN.
Figures = tuple[Floats, Floats, Floats]


def measure(
    data: Annotated[Path, typer.Option(help="Folder with a folder per shop: lines.parquet.")],
    shop: Annotated[list[str], typer.Option(help="Folder of a shop.")],
    draws: Annotated[int, typer.Option(min=1)] = 20,
) -> None:
    """Print how methods compare beyond the draw of hidden variants."""
    console = Console(width=140)
    for name in shop:
        baskets = baskets_of(*orders_of_lines(data / name / "lines.parquet"))
        figures = drawn(encode_baskets(baskets, NO_LIMIT), NeighbourParams(), draws)
        table = Table(name, "hit rate", "MRR", "tail hit rate")
        for method, of_method in figures.items():
            table.add_row(method, *(f"{np.nanmean(each):.4f}" for each in of_method))
        for row in _differences(figures):
            table.add_row(*row)
        console.print(table)


def drawn(encoded: EncodedBaskets, params: NeighbourParams, draws: int) -> dict[str, Figures]:
    """Every method and baseline on the newest fifth of a shop's baskets."""
    encoded = in_turn(encoded)
    split = int(encoded.basket_count * (1 - params.held_out_share))
    older, newest = encoded.part(0, split), encoded.part(split, encoded.basket_count)
    params = with_chosen_weights(older, params)
    variants = modelled_variants(older, params)
    items, others = item_baskets(older, variants), item_baskets(newest, variants)
    fitted = {
        **dict(baselines(items)),
        "plain EASE": tuned_ease(older, items),
        **dict(fitted_methods(items, fit_covisitation(items, params), params)),
    }
    return {
        method: _figures(scores, items, others, draws, params.max_held_out_baskets)
        for method, scores in fitted.items()
    }


def _figures(
    scores: ItemScores, items: ItemBaskets, others: ItemBaskets, draws: int, max_baskets: int
) -> Figures:
    is_head = head(items.basket_count)
    hits: list[Floats] = []
    ranks: list[Floats] = []
    tail_hits: list[Floats] = []
    for seed in range(draws):
        baskets = held_out(others, max_baskets=max_baskets, seed=seed)
        place = places(scores, baskets, items.basket_count)
        hit = place <= PLACES
        hits.append(hit.astype(np.float64))
        ranks.append(np.where(hit, 1 / place, 0.0))
        tail_hits.append(np.where(is_head[baskets.hidden], np.nan, hit))
    return np.stack(hits), np.stack(ranks), np.stack(tail_hits)


def _differences(figures: Mapping[str, Figures]) -> Sequence[Sequence[str]]:
    methods = [name for name in figures if name not in (*_BASELINES, "popularity")]
    return [
        (
            f"{method} - {baseline}",
            *(
                _interval(own - other)
                for own, other in zip(figures[method], figures[baseline], strict=True)
            ),
        )
        for method in methods
        for baseline in _BASELINES
    ]


def _interval(difference: Floats) -> str:
    """Mean of a ratio of sums over baskets, and its interval by the delta method."""
    is_counted = ~np.isnan(difference)
    total, count = np.nansum(difference, axis=0), is_counted.sum(axis=0)
    mean = total.sum() / max(count.sum(), 1)
    rest = total - mean * count
    half = _Z * float(np.sqrt((rest**2).sum())) / max(int(count.sum()), 1)
    return f"{mean:+.4f} ({mean - half:+.4f} to {mean + half:+.4f})"


if __name__ == "__main__":
    typer.run(measure)
