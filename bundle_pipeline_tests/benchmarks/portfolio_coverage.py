"""What the published set covers, beside as many pairs by lift and by count.

``python -m bundle_pipeline_tests.benchmarks.portfolio_coverage WORKDIR...`` reads the lakes that
``real_shops --workdir WORKDIR`` left, ranks the priced bundles of each shop with the default
settings, and takes as many frequent pairs by lift and by count; the anchor of a pair is the side
with the higher confidence. Per list: variants and products in it, the share of the variants sold
and of the shop's categories, and the most bundles on one product's page.

Exit code 1 if a shop's set has more than 3 bundles on a page, or covers fewer variants or fewer
categories than one of the lists.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from bundle_pipeline.baskets.encoded import open_baskets
from bundle_pipeline.baskets.size_limit import BasketParams
from bundle_pipeline.ranking.params import RankingParams
from bundle_pipeline.ranking.rank import rank_bundles
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline.schemas.bundles import PricedBundles
from bundle_pipeline.schemas.catalog import Catalog
from bundle_pipeline.schemas.features import ObjectivePlan
from bundle_pipeline.schemas.mining import PairRules
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.schemas.similar_products import DuplicateProducts, Substitutes
from bundle_pipeline.store.lake import Lake

_MAX_ON_A_PAGE = 3
_HEADINGS = (
    *("shop", "list", "bundles", "variants", "products", "catalog coverage"),
    *("categories", "category coverage", "most on a page"),
)


@dataclass(frozen=True)
class Covered:
    """What one list covers."""

    name: str
    bundle_count: int
    variant_count: int
    product_count: int
    category_count: int
    most_on_a_page: int


def measure(
    workdirs: Annotated[list[Path], typer.Argument(help="Folders with a folder per shop.")],
) -> None:
    """Compare the lists of every shop."""
    table = Table(*_HEADINGS)
    is_good = True
    for lake in sorted(path for workdir in workdirs for path in workdir.glob("*/lake")):
        found, sold_count, category_count = _shop_lists(lake)
        for covered in found:
            table.add_row(*_cells(lake.parent.name, covered, sold_count, category_count))
        ours, *others = found
        is_good &= ours.most_on_a_page <= _MAX_ON_A_PAGE and all(
            ours.variant_count >= other.variant_count
            and ours.category_count >= other.category_count
            for other in others
        )
    Console(width=160).print(table)
    if not is_good:
        raise typer.Exit(1)


def _shop_lists(folder: Path) -> tuple[list[Covered], int, int]:
    """Our list and the others; variants sold; categories of the catalog."""
    lake, shop = Lake(str(folder)), shop_id(folder.parent.name)
    baskets = open_baskets(lake.parts(Baskets, shop), BasketParams())
    catalog = lake.read(Catalog, shop)
    ranking = rank_bundles(
        lake.read(PricedBundles, shop),
        baskets,
        duplicate_products=lake.read(DuplicateProducts, shop),
        substitutes=lake.read(Substitutes, shop),
        objective_plan=lake.read(ObjectivePlan, shop),
        params=RankingParams(),
    )
    ours = ranking.ranked.select(
        "bundle_id", variant_id=pl.col("items").list.eval(pl.element().struct.field("variant_id"))
    )
    size = ours.height
    pairs = _pairs(lake.read(PairRules, shop))
    lists = {"published": ours} | dict(_top_lists(pairs, size))
    categories = catalog.get_column("product_type").drop_nulls().n_unique()
    return (
        [_covered(name, bundles, catalog) for name, bundles in lists.items()],
        baskets.variant_count,
        categories,
    )


def _pairs(pair_rules: pl.DataFrame) -> pl.DataFrame:
    """One row per frequent pair, the side with the higher confidence first."""
    return (
        pair_rules.sort("confidence", "antecedent_id", descending=[True, False])
        .with_columns(
            bundle_id=pl.concat_list("antecedent_id", "consequent_id").list.sort().list.join("+"),
            variant_id=pl.concat_list("antecedent_id", "consequent_id"),
        )
        .unique("bundle_id", keep="first", maintain_order=True)
    )


def _top_lists(pairs: pl.DataFrame, size: int) -> Iterator[tuple[str, pl.DataFrame]]:
    for name, measure_name in (("by lift", "lift"), ("by count", "basket_count")):
        best = pairs.sort(measure_name, "bundle_id", descending=[True, False]).head(size)
        yield name, best.select("bundle_id", "variant_id")


def _covered(name: str, bundles: pl.DataFrame, catalog: pl.DataFrame) -> Covered:
    items = (
        bundles.explode("variant_id")
        .with_columns(is_anchor=pl.int_range(pl.len()).over("bundle_id") == 0)
        .join(
            catalog.select("variant_id", "product_id", "product_type"),
            on="variant_id",
            how="left",
            validate="m:1",
        )
        .with_columns(product=pl.coalesce("product_id", "variant_id"))
    )
    pages = items.filter("is_anchor").get_column("product").value_counts().get_column("count")
    return Covered(
        name=name,
        bundle_count=bundles.height,
        variant_count=items.get_column("variant_id").n_unique(),
        product_count=items.get_column("product").n_unique(),
        category_count=items.get_column("product_type").drop_nulls().n_unique(),
        most_on_a_page=max(pages.to_list(), default=0),
    )


def _cells(shop: str, covered: Covered, sold_count: int, category_count: int) -> list[str]:
    return [
        *(shop, covered.name, str(covered.bundle_count)),
        *(f"{covered.variant_count:,}", f"{covered.product_count:,}"),
        _share(covered.variant_count, sold_count),
        *(str(covered.category_count), _share(covered.category_count, category_count)),
        str(covered.most_on_a_page),
    ]


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else ""


if __name__ == "__main__":
    typer.run(measure)
