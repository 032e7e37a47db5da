"""How long does it take to price 10,000 candidates of a shop with a million order lines?

``python -m bundle_pipeline_tests.benchmarks.pricing_speed [--lines 1000000] [--bundles 10000]``

The shop has 20,000 variants whose popularity falls as in real shops, a year of orders, a price cut
on every tenth line, and known costs. Half of the candidates are pairs, the rest of the other kinds
alike. Reading from the store isn't measured. The bar: 5 seconds; and the second run must give the
same bytes as the first.
"""

import time
from datetime import UTC, datetime
from typing import Annotated

import numpy as np
import polars as pl
import typer
from rich.console import Console

from bundle_pipeline.pricing.params import PricingParams
from bundle_pipeline.pricing.price import price_bundles
from bundle_pipeline.schemas.catalog import Catalog, Variants
from bundle_pipeline_tests.support.bundles import (
    Row,
    bundle_item,
    candidate,
    evidence,
    scored,
    scored_bundles,
    uptake,
)
from bundle_pipeline_tests.support.frames import order_lines_frame, orders_frame

_VARIANT_COUNT = 20_000
_LINES_PER_ORDER = 2.5
_FIRST_ORDER_AT = datetime(2025, 1, 1, tzinfo=UTC)
_SECONDS_OF_A_YEAR = 365 * 86_400
_LONGEST_SECONDS = 5.0
_CATEGORY_COUNT = 50
_OPTION_COUNT = 6
_KINDS = ("FBT", "FBT", "FBT", "FBT", "FIXED", "VOLUME", "BXGY", "MIX_MATCH")


def measure(
    lines: Annotated[int, typer.Option(help="Order lines.")] = 1_000_000,
    bundles: Annotated[int, typer.Option(help="Candidates.")] = 10_000,
) -> None:
    """Price the shop twice and print how long each took."""
    console = Console()
    random = np.random.default_rng(1)
    popularity = 1 / np.arange(1, _VARIANT_COUNT + 1) ** 0.8
    prices = random.integers(200, 10_000, _VARIANT_COUNT)
    orders, order_lines = _sold(lines, popularity / popularity.sum(), prices, random)
    candidates = _candidates(bundles, popularity, prices, random)
    seconds: list[float] = []
    busy_from = time.process_time()
    results: list[pl.DataFrame] = []
    for _ in range(2):
        started = time.perf_counter()
        results.append(
            price_bundles(
                candidates,
                PricingParams(),
                orders=orders,
                order_lines=order_lines.lazy(),
                variants=_variants(prices),
                catalog=Catalog.create_empty(),
            )
        )
        seconds.append(time.perf_counter() - started)
    busy = (time.process_time() - busy_from) / len(seconds)
    is_same = results[0].equals(results[1])
    console.print(
        f"{order_lines.height:,} lines, {candidates.height:,} candidates: "
        f"{', '.join(f'{taken:.2f}' for taken in seconds)} s, {busy:.2f} s of CPU each; "
        f"{'the same' if is_same else 'DIFFERENT'} prices both times"
    )
    if min(seconds) > _LONGEST_SECONDS or not is_same:
        raise typer.Exit(1)


def _sold(
    line_count: int,
    shares: np.ndarray,
    prices: np.ndarray,
    random: np.random.Generator,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    order_count = int(line_count / _LINES_PER_ORDER)
    order = np.sort(random.integers(0, order_count, line_count))
    variant = random.choice(shares.size, line_count, p=shares)
    price = prices[variant]
    template = order_lines_frame("a").drop("order_id", "line_number", "variant_id")
    rows = pl.DataFrame({"order": order, "variant": variant, "unit_price_minor": price}).select(
        order_id=pl.format("o{}", "order"),
        line_number=pl.int_range(pl.len()).over("order") + 1,
        variant_id=pl.format("v{}", "variant"),
        unit_price_minor="unit_price_minor",
        line_discount_minor=pl.when(pl.Series(random.random(line_count) < 0.1))
        .then(pl.col("unit_price_minor") // 5)
        .otherwise(0),
    )
    same = template.drop("unit_price_minor", "line_discount_minor")
    order_lines = rows.join(same, how="cross")
    moment = np.sort(random.integers(0, _SECONDS_OF_A_YEAR, order_count))
    template = orders_frame(1).drop("order_id", "ordered_at")
    orders = pl.DataFrame({"number": np.arange(order_count), "moment": moment}).select(
        order_id=pl.format("o{}", "number"),
        ordered_at=pl.lit(_FIRST_ORDER_AT).dt.cast_time_unit("us") + pl.duration(seconds="moment"),
    )
    return orders.join(template, how="cross"), order_lines


def _candidates(
    count: int, popularity: np.ndarray, prices: np.ndarray, random: np.random.Generator
) -> pl.DataFrame:
    """Popular variants more often, as mining finds them."""
    shares = popularity**0.7 / (popularity**0.7).sum()
    drawn = random.choice(popularity.size, (2 * count, _OPTION_COUNT), p=shares).tolist()
    sets = sorted({tuple(sorted(chosen)) for chosen in drawn if len(set(chosen)) == _OPTION_COUNT})
    rows = [
        scored(_candidate(number, [_item(v, prices) for v in chosen]))
        for number, chosen in enumerate(sets[:count])
    ]
    return scored_bundles(*rows)


def _item(variant: int, prices: np.ndarray) -> Row:
    price = int(prices[variant])
    return bundle_item(f"v{variant}", unit_price_minor=price, unit_cost_minor=price // 2)


def _candidate(number: int, items: list[Row]) -> Row:
    facts: Row = {
        "bundle_id": str(number),
        "evidence": evidence(confidence=0.1, reverse_confidence=0.05),
    }
    kind = _KINDS[number % len(_KINDS)]
    if kind == "VOLUME":
        items = [items[0] | {"quantity": 2, "role": "item"}]
        tiers = [{"min_quantity": units, "order_count": 9} for units in (2, 3, 5)]
        facts |= {"quantity_tiers": tiers, "evidence": None, "uptake": uptake()}
    elif kind == "BXGY":
        items = [items[0] | {"role": "qualifier", "quantity": 2}, items[1] | {"role": "reward"}]
    elif kind == "MIX_MATCH":
        items = [item | {"role": "option"} for item in items]
        facts |= {"pick_count": 3, "evidence": None, "uptake": uptake()}
    else:
        items = items[:2]
    return candidate(*items, kind=kind, items=items, **facts)


def _variants(prices: np.ndarray) -> pl.DataFrame:
    empty = Variants.create_empty()
    known = pl.DataFrame(
        {
            "variant_id": [f"v{number}" for number in range(prices.size)],
            "product_type": [f"type {number % _CATEGORY_COUNT}" for number in range(prices.size)],
        }
    )
    return pl.concat([empty, known], how="diagonal")


if __name__ == "__main__":
    typer.run(measure)
