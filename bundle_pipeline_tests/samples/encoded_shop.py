"""Encoded order lines of a shop as large as asked, calibrated on Instacart's public orders.

``python -m bundle_pipeline_tests.samples.encoded_shop FILE --orders 3400000`` writes
``basket`` and ``item``, sorted by basket: at 3.4 million orders 36 million lines of 50,000 items.
Sizes of baskets (mean 10.5, 99th percentile 36) and the curve of popularity are those of the public
training orders; taste makes items go together: part of each basket comes from one of 400 recipes of
12 items. The same lines for the same seed, however many orders.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import typer

ITEM_COUNT = 50_000
LARGE_ORDER_COUNT = 3_400_000
# Sizes: 1 + a negative binomial with the measured mean and variance (9.55, 62.9).
_MEAN_OTHERS, _SIZE_SHAPE = 9.9, 1.71
# Share of orders with the item of a rank, as measured; straight lines between on log scales.
_RANKS = (1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
_PER_MILLION = (
    *(142_719, 117_980, 83_028, 62_000, 42_268, 29_099, 17_811, 10_297, 5_884, 3_026),
    *(1_761, 937, 343, 130, 38, 6),
)
_RECIPE_COUNT, _RECIPE_ITEMS = 400, 12
# A basket has a recipe with this chance, and then takes about this share of its lines from it.
_RECIPE_CHANCE, _RECIPE_SHARE = 0.5, 0.3
_ORDERS_AT_A_TIME = 100_000

Integers = npt.NDArray[np.int64]


def write_lines(path: Path, order_count: int, *, seed: int = 1) -> int:
    """Write the lines as Parquet, and return how many there are."""
    schema = pa.schema([("basket", pa.int64()), ("item", pa.uint32())])
    line_count = 0
    with pq.ParquetWriter(path, schema) as writer:
        for frame in batches(order_count, seed=seed):
            writer.write_table(frame.to_arrow().cast(schema))
            line_count += frame.height
    return line_count


def batches(order_count: int, *, seed: int = 1) -> Iterator[pl.DataFrame]:
    """The lines in parts of whole baskets: ``basket`` Int64, ``item`` UInt32, no repeats."""
    shape = np.random.default_rng(seed)
    # Codes say nothing of popularity.
    item_of_rank = shape.permutation(ITEM_COUNT)
    shares = _popularity()
    recipes = shape.choice(ITEM_COUNT, size=(_RECIPE_COUNT, _RECIPE_ITEMS), p=_flattened(shares))
    bounds = np.cumsum(shares)
    for start in range(0, order_count, _ORDERS_AT_A_TIME):
        random = np.random.default_rng([seed, start])
        orders = np.arange(start, min(start + _ORDERS_AT_A_TIME, order_count))
        basket, rank = _drawn(orders, bounds, recipes, random)
        keys = np.unique(basket * ITEM_COUNT + item_of_rank[rank])
        yield pl.DataFrame(
            {
                "basket": keys // ITEM_COUNT,
                "item": (keys % ITEM_COUNT).astype(np.uint32),
            }
        )


def _drawn(
    orders: Integers,
    bounds: npt.NDArray[np.float64],
    recipes: Integers,
    random: np.random.Generator,
) -> tuple[Integers, Integers]:
    chance = _SIZE_SHAPE / (_SIZE_SHAPE + _MEAN_OTHERS)
    size = 1 + random.negative_binomial(_SIZE_SHAPE, chance, orders.size)
    basket = np.repeat(orders, size)
    rank = np.searchsorted(bounds, random.random(basket.size)).clip(max=ITEM_COUNT - 1)
    recipe = random.integers(_RECIPE_COUNT, size=orders.size)
    has_recipe = random.random(orders.size) < _RECIPE_CHANCE
    cooked = np.repeat(has_recipe, size) & (random.random(basket.size) < _RECIPE_SHARE)
    recipe_of_line = np.repeat(recipe, size)[cooked]
    rank[cooked] = recipes[recipe_of_line, random.integers(_RECIPE_ITEMS, size=recipe_of_line.size)]
    return basket, rank


def _popularity() -> npt.NDArray[np.float64]:
    ranks = np.log(np.arange(1, ITEM_COUNT + 1))
    shares = np.exp(np.interp(ranks, np.log(_RANKS), np.log(_PER_MILLION)))
    return shares / shares.sum()


def _flattened(shares: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    # Recipes also have rarer items.
    flat = np.sqrt(shares)
    return flat / flat.sum()


def main(
    path: Path,
    orders: Annotated[int, typer.Option(help="Orders to write.")] = LARGE_ORDER_COUNT,
    seed: Annotated[int, typer.Option(help="Other seeds, other orders.")] = 1,
) -> None:
    """Write a shop's encoded lines."""
    typer.echo(f"{write_lines(path, orders, seed=seed):,} lines")


if __name__ == "__main__":
    typer.run(main)
