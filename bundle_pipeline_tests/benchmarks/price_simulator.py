"""Shops of known demand from CSVs to prices: how much of what could be earned is earned?

``python -m bundle_pipeline_tests.benchmarks.price_simulator [--seeds 6] [--first-seed 0]`` lands
each drawn shop (``samples/priced_shop.py``) as CSVs, runs the whole pipeline with its default
settings, and scores prices by the true demand:

- *captured*: true uplift of at most 20 bundles at their prices over that of the 20 best pairs at
  their best prices. A pair that nobody looks at together loses its discount on each joint order.
  One unit of each of two variants is a pair, whether offered as a bundle or as a reward.
- *harm*: share of the named pairs of a stream that lose money.
- *covered*: how often the stated 90 % interval of the incremental margin holds the true one.

``true`` pairs are the 20 best ones, given to pricing; ``own`` pairs are those that the pipeline
publishes, the first 20 by rank, or by expected margin; ``best prices`` are what these could earn at
most. Beside them: the caps of guesses for all, the fixed weights of the replaced system, and 10 %
off everything. ``elasticity`` is the mean error of own-price elasticities among all orders, with
the share of right signs.
"""

import logging
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import dagster as dg
import numpy as np
import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from bundle_pipeline.pricing.own_price import own_price_slopes
from bundle_pipeline.pricing.params import LearnedCaps, PricingParams
from bundle_pipeline.pricing.pooling import pooled
from bundle_pipeline.pricing.price import price_bundles
from bundle_pipeline.pricing.response import DAYS_PER_MONTH
from bundle_pipeline.pricing.sales import weekly_sales
from bundle_pipeline.pricing.usable_lines import usable_lines
from bundle_pipeline.schemas.bundles import RankedBundles
from bundle_pipeline.schemas.catalog import Catalog, Variants
from bundle_pipeline.schemas.orders import OrderLines, Orders
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.store.lake import Lake
from bundle_pipeline_tests.samples.as_csv import shop_frames
from bundle_pipeline_tests.samples.files import csv_bytes
from bundle_pipeline_tests.samples.priced_shop import (
    Economy,
    PricedShop,
    drawn_shop,
    season,
    shop_lines,
)
from bundle_pipeline_tests.support.bundles import (
    Row,
    bundle_item,
    candidate,
    evidence,
    scored,
    scored_bundles,
)
from bundle_pipeline_tests.support.sites import failure_of, land, run_shop, site_with

SHOP = shop_id("priced")
CURRENCY = "GBP"
MOST_BUNDLES = 20
DAYS_PER_YEAR = 364
DEFAULT = PricingParams()
GUESSED = PricingParams(
    learned_caps=LearnedCaps.model_validate(DEFAULT.discount_caps.by_objective())
)
FIXED_WEIGHTS = PricingParams(discount_rule="fixed_weights")
ECONOMIES = {
    "usual": Economy(),
    "few visitors": Economy(visitor_count=50_000),
    "elastic, thin margins": Economy(elasticity=(2.5, 5.0), margin_share=(0.2, 0.5)),
    "few promotions": Economy(promotion_rate=0.06),
    "much wholesale": Economy(wholesale_rate=0.08),
}


@dataclass(frozen=True)
class Frames:
    """What a run left in the lake that prices are made of."""

    orders: pl.DataFrame
    order_lines: pl.DataFrame
    variants: pl.DataFrame
    catalog: pl.DataFrame
    ranked: pl.DataFrame

    def number(self) -> dict[str, int]:
        """The simulator's number of each variant."""
        named = self.variants.select("variant_id", pl.col("sku").str.slice(3).cast(pl.Int64))
        return dict(named.iter_rows())

    def joint_count(self, first: str, second: str) -> int:
        """Orders that hold both variants."""
        is_either = pl.col("variant_id").is_in([first, second])
        held = self.order_lines.filter(is_either).group_by("order_id")
        return held.agg(pl.col("variant_id").n_unique()).filter(variant_id=2).height

    def priced(self, bundles: pl.DataFrame, params: PricingParams) -> pl.DataFrame:
        """Prices of scored bundles under some settings."""
        return price_bundles(
            bundles,
            params,
            orders=self.orders,
            order_lines=self.order_lines.lazy(),
            variants=self.variants,
            catalog=self.catalog,
        )


@dataclass(frozen=True)
class Score:
    """How one way of pricing did in one shop."""

    captured: float
    harm: float
    true_pair_count: int
    covered: list[bool]


def measure(
    seeds: Annotated[int, typer.Option(help="Shops per economy.")] = 6,
    first_seed: Annotated[int, typer.Option(help="Seed of the first.")] = 0,
    economy: Annotated[list[str] | None, typer.Option(help="Which economies; all.")] = None,
) -> None:
    """Print how each way of pricing did, per economy."""
    logging.disable(logging.CRITICAL)
    console = Console(width=150)
    for name in economy or list(ECONOMIES):
        scores: dict[str, list[Score]] = {}
        errors: list[tuple[float, float]] = []
        for seed in range(first_seed, first_seed + seeds):
            shop = drawn_shop(seed, ECONOMIES[name])
            frames = _run(shop)
            for way, score in _scores(shop, frames).items():
                scores.setdefault(way, []).append(score)
            errors.append(_elasticity_error(shop, frames))
            console.print(_of_shop(name, seed, scores, errors[-1]))
        console.print(_table(name, scores))
        error, sign = np.mean(errors, axis=0)
        console.print(f"elasticity: mean error {error:.2f}, sign right {sign:.1%}\n")


def _of_shop(
    name: str, seed: int, scores: dict[str, list[Score]], error: tuple[float, float]
) -> str:
    """The default settings in one shop."""
    found = {way: scores[f"{way}, default settings"][-1] for way in ("true", "own by rank")}
    parts = [
        f"{way} captured {score.captured:.3f}, harm {score.harm:.3f}, covered "
        f"{sum(score.covered)} of {len(score.covered)}"
        for way, score in found.items()
    ]
    return f"{name}, seed {seed}: {'; '.join(parts)}; elasticity error {error[0]:.2f}"


def _run(shop: PricedShop) -> Frames:
    files = shop_frames(shop_lines(shop), currency=CURRENCY)
    landed: dict[str, bytes | str] = {name: csv_bytes(frame) for name, frame in files.items()}
    with tempfile.TemporaryDirectory() as folder, dg.DagsterInstance.ephemeral() as instance:
        site = site_with(Path(folder))
        land(site, SHOP, landed)
        result = run_shop(site, SHOP, instance)
        if not result.success:
            raise SystemExit(failure_of(result))
        lake = Lake(site.deployment.lake)
        return Frames(
            *(
                lake.read(schema, SHOP)
                for schema in (Orders, OrderLines, Variants, Catalog, RankedBundles)
            )
        )


def _scores(shop: PricedShop, frames: Frames) -> dict[str, Score]:
    given = _true_bundles(shop, frames)
    own = frames.ranked.drop("pricing")
    by_margin = frames.ranked.sort(
        pl.col("pricing").struct.field("incremental_margin_minor"), descending=True
    )
    ways = {
        "true, default settings": frames.priced(given, DEFAULT),
        "true, caps of guesses": frames.priced(given, GUESSED),
        "true, fixed weights": frames.priced(given, FIXED_WEIGHTS),
        "true, 10 %": _flat(frames.priced(given, DEFAULT)),
        "own by rank, best prices": _at_best_prices(shop, frames.ranked.sort("rank"), frames),
        "own by rank, default settings": frames.ranked.sort("rank"),
        "own by rank, caps of guesses": _in_order(frames.priced(own, GUESSED), frames),
        "own by rank, fixed weights": _in_order(frames.priced(own, FIXED_WEIGHTS), frames),
        "own by rank, 10 %": _flat(frames.ranked.sort("rank")),
        "own by margin, default settings": by_margin,
    }
    best = sum(sorted(_best_uplifts(shop), reverse=True)[:MOST_BUNDLES])
    return {way: _score(shop, priced, frames, best) for way, priced in ways.items()}


def _in_order(priced: pl.DataFrame, frames: Frames) -> pl.DataFrame:
    ranks = frames.ranked.select("bundle_id", "rank")
    return priced.join(ranks, on="bundle_id", validate="1:1").sort("rank")


def _flat(priced: pl.DataFrame) -> pl.DataFrame:
    pricing = pl.col("pricing").struct
    list_total = pricing.field("list_total_minor")
    return priced.with_columns(
        pricing.with_fields(bundle_price_minor=list_total - list_total // 10)
    )


def _best_uplifts(shop: PricedShop) -> list[float]:
    streams = range(shop.economy.stream_count)
    return [shop.uplift(stream, shop.best_price(stream)) for stream in streams]


def _true_bundles(shop: PricedShop, frames: Frames) -> pl.DataFrame:
    """The best pairs as scored bundles, with the counts that the shop's orders have of them."""
    uplifts = _best_uplifts(shop)
    best = sorted(range(len(uplifts)), key=uplifts.__getitem__, reverse=True)[:MOST_BUNDLES]
    facts = {
        sku: row
        for sku, *row in frames.variants.select(
            "sku", "variant_id", "price_minor", "unit_cost_minor"
        ).iter_rows()
    }
    lines = frames.order_lines.select("order_id", "variant_id").unique()
    held = {
        key: set(ids) for (key,), ids in lines.group_by("variant_id") for ids in [ids["order_id"]]
    }
    rows: list[Row] = []
    for stream in best:
        pair = [facts[f"SKU{variant:03}"] for variant in (2 * stream, 2 * stream + 1)]
        orders = sorted((held[variant] for variant, _, _ in pair), key=len)
        joint = max(1, len(orders[0] & orders[1]))
        shares = {
            "confidence": joint / len(orders[0]),
            "reverse_confidence": joint / len(orders[1]),
            "basket_count": joint,
        }
        items = [bundle_item(v, unit_price_minor=p, unit_cost_minor=c) for v, p, c in pair]
        row = candidate(*items, evidence=evidence(**shares), currency=CURRENCY)
        rows.append(scored(row))
    return scored_bundles(*rows)


def _score(shop: PricedShop, priced: pl.DataFrame, frames: Frames, best: float) -> Score:
    number = frames.number()
    pairs = priced.filter(_is_pair()).head(MOST_BUNDLES)
    earned, losses, covered = 0.0, list[bool](), list[bool]()
    visitors = shop.economy.visitor_count
    months = season().mean() * visitors * DAYS_PER_MONTH / DAYS_PER_YEAR
    for bundle in pairs.select("items", "pricing").to_dicts():
        ids = [item["variant_id"] for item in bundle["items"]]
        pricing = bundle["pricing"]
        stream = _stream_of(shop, {number[variant_id] for variant_id in ids})
        if stream is None:
            discount = (pricing["list_total_minor"] - pricing["bundle_price_minor"]) / 100
            earned -= discount * frames.joint_count(*ids) / visitors
            continue
        uplift = shop.uplift(stream, pricing["bundle_price_minor"] / 100)
        earned += uplift
        losses.append(uplift < -1e-9)
        if pricing["discount_minor"]:
            low, high = (pricing[f"incremental_margin_minor_{end}"] for end in ("low", "high"))
            covered.append(low <= 100 * uplift * months <= high)
    harm = float(np.mean(losses)) if losses else 0.0
    return Score(earned / best, harm, len(losses), covered)


def _stream_of(shop: PricedShop, variants: set[int]) -> int | None:
    """Whose visitors look at just these variants; None if nobody's."""
    stream = min(variants) // 2
    is_stream = variants == {2 * stream, 2 * stream + 1} and stream < shop.economy.stream_count
    return stream if is_stream else None


def _at_best_prices(shop: PricedShop, bundles: pl.DataFrame, frames: Frames) -> pl.DataFrame:
    """The same bundles at the prices that earn most; others than streams at list prices."""
    number = frames.number()
    prices = list[int]()
    for bundle in bundles.select("items", "pricing").to_dicts():
        stream = _stream_of(shop, {number[item["variant_id"]] for item in bundle["items"]})
        list_total = bundle["pricing"]["list_total_minor"]
        prices.append(list_total if stream is None else round(100 * shop.best_price(stream)))
    best = pl.Series(prices, dtype=pl.Int64)
    return bundles.with_columns(pl.col("pricing").struct.with_fields(bundle_price_minor=best))


def _is_pair() -> pl.Expr:
    """One unit each of two variants; what is charged for both is the bundle price of any kind."""
    item = pl.element().struct
    units = pl.col("items").list.eval(item.field("quantity")).list.max()
    variants = pl.col("items").list.eval(item.field("variant_id")).list.n_unique()
    is_two = (pl.col("items").list.len() == 2) & (variants == 2) & (units == 1)
    return pl.col("kind").is_in(("FBT", "BXGY")) & is_two


def _elasticity_error(shop: PricedShop, frames: Frames) -> tuple[float, float]:
    """Mean error over the variants of streams, and the share of negative elasticities."""
    usable = usable_lines(frames.orders, frames.order_lines.lazy(), currency=CURRENCY)
    sales = weekly_sales(usable.get_column("variant_id"), usable)
    slopes = own_price_slopes(sales)
    unknown = np.full(sales.variant_ids.len(), -1)
    shrunk = pooled(slopes.slope, slopes.error, category=unknown)
    # Wholesale doesn't answer to prices.
    estimates = -shrunk.means * sales.ordinary_rates
    counts = dict(usable.group_by("variant_id").agg(pl.col("order").n_unique()).iter_rows())
    number = frames.number()
    visitors = shop.economy.visitor_count * season().mean()
    errors, signs = list[float](), list[bool]()
    for variant, estimate in zip(sales.variant_ids, estimates, strict=True):
        stream, place = divmod(number[variant], 2)
        if stream >= shop.economy.stream_count:
            continue
        prices = shop.price[2 * stream : 2 * stream + 2]
        rates = shop.mean_rates(stream, np.array([*prices, prices.sum()]))
        sold = visitors * shop.share[stream] * (rates[1 + place] + rates[3])
        truth = shop.own_elasticity(number[variant]) * min(1.0, sold / counts[variant])
        errors.append(abs(estimate - truth))
        signs.append(bool(estimate < 0))
    return float(np.mean(errors)), float(np.mean(signs))


def _table(name: str, scores: dict[str, list[Score]]) -> Table:
    headings = (
        "pairs and prices",
        "captured",
        "least",
        "harm",
        "true pairs",
        "covered",
        "intervals",
    )
    table = Table(*headings, title=f"{name}: {len(next(iter(scores.values())))} shops")
    for way, found in scores.items():
        captured = [score.captured for score in found]
        covered = [hit for score in found for hit in score.covered]
        # The prices of the others are no part of what was stated.
        is_stated = bool(covered) and not way.endswith(("10 %", "best prices"))
        table.add_row(
            way,
            f"{np.mean(captured):.3f}",
            f"{min(captured):.3f}",
            f"{np.mean([score.harm for score in found]):.3f}",
            f"{np.mean([score.true_pair_count for score in found]):.1f}",
            f"{np.mean(covered):.3f}" if is_stated else "",
            str(len(covered)) if is_stated else "",
        )
    return table


if __name__ == "__main__":
    typer.run(measure)
