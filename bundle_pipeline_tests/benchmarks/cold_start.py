"""New products: how often are their companions guessed right before the first order?

``python -m bundle_pipeline_tests.benchmarks.cold_start DATA [--shop NAME]...`` takes every shop of
the folder with ``lines.parquet`` and ``catalog.parquet`` (``sku`` and ``title``; ``category``,
``department`` and ``price`` where known). For each seed a tenth of the products that at least 5
counted baskets hold are taken out of all baskets, as if they were new; the source for new products
and best sellers then name 10 companions for each of them.

Their true companions come from all baskets: significant pairs with products that weren't hidden.
``hit rate`` is the share of hidden products whose surest companion (lowest p-value, then most
baskets) is among the 10; ``any`` those with at least one of the 10 companions bought most often
with it, ``recall`` the share of those 10. Products without a significant pair have no true
companion, and don't count.

The constants of the source were chosen with ``adventureworks`` and ``groceries_arules``, seeds 0
to 2; those printed by default are others. Exit code 1 if, over all shops, the hit rate isn't at
least twice that of best sellers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import dataframely as dy
import numpy as np
import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from bundle_pipeline.baskets.encoded import EncodedBaskets
from bundle_pipeline.candidates.sources.companions import best_companions, in_order
from bundle_pipeline.candidates.sources.content import content_companions, proven_companions
from bundle_pipeline.candidates.sources.params import ContentCompanionParams
from bundle_pipeline.candidates.sources.popularity import popular_companions
from bundle_pipeline.candidates.sources.shelf import Shelf, shelf_of
from bundle_pipeline.features.content_neighbours import ContentParams, find_content_neighbours
from bundle_pipeline.mining.item_counts import count_items
from bundle_pipeline.mining.pair_rules import mine_pair_rules
from bundle_pipeline.mining.params import MiningParams
from bundle_pipeline.schemas.base import checked
from bundle_pipeline.schemas.catalog import Catalog, Variants
from bundle_pipeline.schemas.similar_products import ContentNeighbours
from bundle_pipeline_tests.benchmarks.evidence.real_baskets import (
    LINES,
    counted_baskets,
    encoded,
    shop_names,
)

_CATALOG = "catalog.parquet"
_PLACES = 10
_HIDDEN_SHARE = 0.1
_MIN_BASKET_COUNT = 5
_FIRST_UNSEEN_SEED = 100
_MINOR_PER_MAJOR = 100
_REQUIRED_RATIO = 2.0


@dataclass(frozen=True)
class Shop:
    """What is known of a shop before anything is hidden."""

    baskets: pl.DataFrame
    """``Baskets`` of variants that the catalog has."""
    catalog: dy.DataFrame[Catalog]
    content_neighbours: dy.DataFrame[ContentNeighbours]
    pair_rules: pl.DataFrame
    """``PairRules`` of all baskets."""


@dataclass(frozen=True)
class Figures:
    """How well companions of hidden products were guessed."""

    hidden_count: int
    """Hidden products with a true companion."""
    hit_rate: float
    any_rate: float
    recall: float


def measure(
    data: Annotated[Path, typer.Argument(help="Folder with a folder per shop.")],
    shop: Annotated[list[str] | None, typer.Option(help="Only these folders.")] = None,
    seeds: Annotated[int, typer.Option(help="How often a tenth is drawn.")] = 5,
    first_seed: Annotated[int, typer.Option(help="Seed of the first.")] = _FIRST_UNSEEN_SEED,
) -> None:
    """Print how often either source is right, per shop and over all of them."""
    console = Console(width=140)
    table = Table("shop", "source", "hidden products", "hit rate", "any", "recall", "times popular")
    judged: dict[str, list[Figures]] = {}
    for name in shop_names(data):
        if not (data / name / _CATALOG).exists() or (shop and name not in shop):
            continue
        known = shop_of(data, name)
        of_shop: dict[str, list[Figures]] = {}
        for seed in range(first_seed, first_seed + seeds):
            for source, figures in judged_sources(known, seed):
                of_shop.setdefault(source, []).append(figures)
        if not sum(figures.hidden_count for figures in of_shop["popularity"]):
            console.print(f"{name}: no hidden product has a significant companion")
            continue
        for source, figures in of_shop.items():
            judged.setdefault(source, []).append(together(figures))
            console.print(*_row(name, source, of_shop))
            table.add_row(*_row(name, source, of_shop))
        table.add_section()
    for source in judged:
        table.add_row(*_row("mean of shops", source, judged, weigh_alike=True))
    console.print(table)
    hit = {source: _mean_of(figures).hit_rate for source, figures in judged.items()}
    if hit["new_products"] < _REQUIRED_RATIO * hit["popularity"]:
        raise typer.Exit(1)


def shop_of(data: Path, name: str) -> Shop:
    """A shop of a folder, each SKU a product of its own."""
    catalog = _catalog(data / name)
    listed = catalog.get_column("variant_id").implode()
    return prepared(
        _only(counted_baskets(data, name), pl.col("variant_ids").is_in(listed)), catalog
    )


def prepared(baskets: pl.DataFrame, catalog: dy.DataFrame[Catalog]) -> Shop:
    """What doesn't depend on what is hidden."""
    alike = find_content_neighbours(catalog, Variants.create_empty(), ContentParams())
    return Shop(baskets, catalog, alike, _rules(encoded(baskets)))


def judged_sources(shop: Shop, seed: int) -> Iterator[tuple[str, Figures]]:
    """Name and figures of each source where a tenth of the products is hidden."""
    hidden = _hidden(shop.baskets, seed)
    truth = _true_companions(shop.pair_rules, hidden)
    left = encoded(_without(shop.baskets, hidden))
    shelf = _shelf(shop.catalog, left)
    new = content_companions(
        shop.content_neighbours,
        proven_companions(_rules(left), shelf),
        asked=hidden,
        params=ContentCompanionParams(),
    ).filter(~pl.col("companion_id").is_in(hidden.implode()))
    best_sellers = shelf.products.select(
        "product_id", popularity=pl.col("basket_count").cast(pl.Float64)
    ).sort("popularity", "product_id", descending=[True, False])
    yield "popularity", _figures(popular_companions(best_sellers, hidden, _PLACES), truth)
    yield "new_products", _figures(new, truth)


def together(figures: list[Figures]) -> Figures:
    """Figures of several draws, each hidden product alike."""
    weights = [each.hidden_count for each in figures]
    total = max(sum(weights), 1)

    def mean(values: Iterator[float]) -> float:
        return sum(w * value for w, value in zip(weights, values, strict=True)) / total

    return Figures(
        sum(weights),
        mean(each.hit_rate for each in figures),
        mean(each.any_rate for each in figures),
        mean(each.recall for each in figures),
    )


def _mean_of(shops: list[Figures]) -> Figures:
    """Figures of several shops, each shop alike: the largest one would decide alone."""
    count = len(shops)
    return Figures(
        sum(each.hidden_count for each in shops),
        sum(each.hit_rate for each in shops) / count,
        sum(each.any_rate for each in shops) / count,
        sum(each.recall for each in shops) / count,
    )


def _catalog(folder: Path) -> dy.DataFrame[Catalog]:
    listed = pl.read_parquet(folder / _CATALOG).with_columns(pl.col("sku").cast(pl.String))
    sold = (
        pl.read_parquet(folder / LINES, columns=["sku", "unit_price", "list_price"])
        .group_by(pl.col("sku").cast(pl.String))
        .agg(sold_at=pl.coalesce("list_price", "unit_price").median())
    )
    known = listed.unique("sku", keep="first", maintain_order=True).join(
        sold, on="sku", how="left", validate="1:1"
    )

    def stated(name: str) -> pl.Expr:
        return pl.col(name).cast(pl.String) if name in listed.columns else pl.lit(None, pl.String)

    price = pl.coalesce("sold_at", *(["price"] if "price" in listed.columns else []))
    declared = Catalog.create_empty().schema
    rows = known.select(
        variant_id="sku",
        product_id="sku",
        product_title=pl.coalesce(stated("title"), "sku"),
        product_type=stated("category"),
        tags=pl.concat_list(stated("department")).list.drop_nulls(),
        product_status=pl.lit("active"),
        # Some shops state no price; a unit stands for it, the same for all.
        price_minor=(price * _MINOR_PER_MAJOR).round().cast(pl.Int64).fill_null(1).clip(1),
        currency=pl.lit("EUR"),
        is_current=pl.lit(value=True),
    )
    unknown = [
        pl.lit(None, dtype).alias(name)
        for name, dtype in declared.items()
        if name not in rows.columns
    ]
    return checked(Catalog, rows.with_columns(unknown).select(declared.names()))


def _rules(baskets: EncodedBaskets) -> pl.DataFrame:
    return mine_pair_rules(baskets, MiningParams())


def _hidden(baskets: pl.DataFrame, seed: int) -> pl.Series:
    """A tenth of the products that enough baskets hold."""
    counts = baskets.select(product_id="variant_ids").explode("product_id").group_by("product_id")
    known = counts.len().filter(pl.col("len") >= _MIN_BASKET_COUNT).sort("product_id")
    # The legacy generator's streams are frozen, so what is hidden is the same everywhere.
    drawn = np.random.RandomState(seed).permutation(known.height)
    return known.get_column("product_id").gather(drawn[: round(known.height * _HIDDEN_SHARE)])


def _without(baskets: pl.DataFrame, hidden: pl.Series) -> pl.DataFrame:
    return _only(baskets, ~pl.col("variant_ids").is_in(hidden.implode()))


def _only(baskets: pl.DataFrame, is_kept: pl.Expr) -> pl.DataFrame:
    """Baskets narrowed to variants, in their order; without those of which nothing is left."""
    lines = baskets.select("order_id", "variant_ids").explode("variant_ids").filter(is_kept)
    left = lines.group_by("order_id", maintain_order=True).agg("variant_ids")
    return (
        baskets.drop("variant_ids")
        .join(left, on="order_id", validate="1:1", maintain_order="left")
        .select(baskets.columns)
    )


def _shelf(catalog: pl.DataFrame, baskets: EncodedBaskets) -> Shelf:
    counts = count_items(baskets).select("variant_id", "basket_count")
    return shelf_of(
        catalog.join(counts, on="variant_id", how="left", validate="1:1").with_columns(
            pl.col("basket_count").fill_null(0), title="product_title"
        )
    )


def _true_companions(pair_rules: pl.DataFrame, hidden: pl.Series) -> pl.DataFrame:
    """Significant companions of hidden products: ``p_value``, ``basket_count``."""
    hides = hidden.implode()
    return pair_rules.filter(
        pl.col("is_significant"),
        pl.col("antecedent_id").is_in(hides),
        ~pl.col("consequent_id").is_in(hides),
    ).select("p_value", "basket_count", product_id="antecedent_id", companion_id="consequent_id")


def _figures(companions: pl.DataFrame, truth: pl.DataFrame) -> Figures:
    ids = ["product_id", "companion_id"]
    named = best_companions(in_order(companions), _PLACES).select(ids)
    surest = truth.sort("p_value", -pl.col("basket_count"), "companion_id").unique(
        "product_id", keep="first", maintain_order=True
    )
    frequent = (
        truth.sort(-pl.col("basket_count"), "companion_id")
        .group_by("product_id", maintain_order=True)
        .head(_PLACES)
    )
    hits = surest.join(named, on=ids, how="semi").height
    found = frequent.join(named, on=ids, how="semi")
    count = surest.height
    return Figures(
        hidden_count=count,
        hit_rate=hits / max(count, 1),
        any_rate=found.get_column("product_id").n_unique() / max(count, 1),
        recall=found.height / max(frequent.height, 1),
    )


def _row(
    name: str, source: str, figures: dict[str, list[Figures]], *, weigh_alike: bool = False
) -> list[str]:
    add_up = _mean_of if weigh_alike else together
    own, popular = add_up(figures[source]), add_up(figures["popularity"])
    times = f"{own.hit_rate / popular.hit_rate:.1f}" if popular.hit_rate else ""
    rates = (own.hit_rate, own.any_rate, own.recall)
    return [name, source, str(own.hidden_count), *(f"{rate:.3f}" for rate in rates), times]


if __name__ == "__main__":
    typer.run(measure)
