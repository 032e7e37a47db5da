"""Which kinds of bundles serve which objectives: a table over shops, and ten bundles to look at.

``python -m bundle_pipeline_tests.benchmarks.kinds_and_objectives LAKE...`` reads what was sold and
mined of every shop in the lakes (``real_shops --workdir`` leaves one per shop), measures features
and similar products anew, and suggests candidates with the default settings. Counts are candidates
by their best objective, so that no bundle is counted twice; those that orders don't back stand
behind a ``+``. A row that is empty for a shop says why.

Exit code 1 if a bundle stands twice in a shop, or if an objective has no bundle in any shop.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bundle_pipeline.baskets.encoded import open_baskets
from bundle_pipeline.baskets.size_limit import BasketParams
from bundle_pipeline.candidates.suggest import CandidateParams, KnownOfShop, suggest_bundles
from bundle_pipeline.features.categories import category_features
from bundle_pipeline.features.content_neighbours import find_content_neighbours
from bundle_pipeline.features.duplicates import find_duplicate_products
from bundle_pipeline.features.objective_plan import plan_objectives
from bundle_pipeline.features.pairs import pair_features
from bundle_pipeline.features.params import FeatureParams
from bundle_pipeline.features.product_pages import products_of_variants
from bundle_pipeline.features.products import product_features
from bundle_pipeline.features.sales import data_clock, gathered_sales
from bundle_pipeline.features.similar_products import SimilarProductsParams
from bundle_pipeline.features.substitutes import find_substitutes
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline.schemas.bundles import KINDS, OBJECTIVES
from bundle_pipeline.schemas.catalog import Catalog, Inventory, Variants
from bundle_pipeline.schemas.mining import ItemCounts, Itemsets, PairRules
from bundle_pipeline.schemas.orders import OrderLines, Orders
from bundle_pipeline.schemas.shop_id import ShopId, shop_id
from bundle_pipeline.store.lake import Lake

_READ = (Orders, Variants, Catalog, Inventory, ItemCounts, PairRules, Itemsets)
_FILES = ("orders", "variants", "catalog", "inventory")
_EXAMPLE_COUNT = 10


def measure(
    lakes: Annotated[list[Path], typer.Argument(help="Lakes with shops that were run.")],
    shops: Annotated[list[str] | None, typer.Option("--shop", help="Only these shops.")] = None,
) -> None:
    """Suggest bundles for every shop, count them, and print ten."""
    console = Console(width=180)
    table = Table("objective", "shop", *KINDS, "all that serve it", "the plan")
    suggested: list[pl.DataFrame] = []
    plans: list[pl.DataFrame] = []
    for lake, shop in _shops(lakes):
        if shops and shop not in shops:
            continue
        started = time.process_time()
        known = _known_of(Lake(str(lake)), shop)
        measured = time.process_time()
        bundles = suggest_bundles(shop, known, CandidateParams())
        console.print(
            f"{shop}: features {measured - started:.1f} s, "
            f"candidates {time.process_time() - measured:.1f} s of CPU"
        )
        suggested.append(bundles.with_columns(shop=pl.lit(shop)))
        plans.append(known.objective_plan.with_columns(shop=pl.lit(shop)))
    bundles, plan = pl.concat(suggested), pl.concat(plans)
    for row in _rows(bundles, plan):
        table.add_row(*row)
    console.print(table)
    for line in _examples(bundles):
        console.print(escape(line))
    served = set(bundles.get_column("objectives").explode())
    if bundles.select("shop", "bundle_id").is_duplicated().any() or served != set(OBJECTIVES):
        raise typer.Exit(1)


def _shops(lakes: list[Path]) -> Iterator[tuple[Path, ShopId]]:
    for lake in lakes:
        for folder in sorted((lake / "tables" / Orders.name).glob("shop_id=*")):
            yield lake, shop_id(folder.name.partition("=")[2])


def _known_of(lake: Lake, shop: ShopId) -> KnownOfShop:
    frames = {schema.name: lake.read(schema, shop) for schema in _READ}
    order_lines = lake.parts(OrderLines, shop).scan()
    baskets = open_baskets(lake.parts(Baskets, shop), BasketParams())
    similar, params = SimilarProductsParams(), FeatureParams()
    variants, catalog = frames["variants"], frames["catalog"]
    substitutes = find_substitutes(
        find_content_neighbours(catalog, variants, similar.content),
        baskets=baskets,
        products=products_of_variants(catalog, variants),
        params=similar.substitutes,
    )
    sales = gathered_sales(order_lines=order_lines, **{name: frames[name] for name in _FILES})
    products = product_features(sales, params)
    plan = plan_objectives(
        products,
        category_features=category_features(sales, products, params),
        pair_features=pair_features(sales, frames["pair_rules"], baskets, params),
        as_of=data_clock(frames["orders"]),
        params=params.plan,
    )
    return KnownOfShop(
        **frames,
        order_lines=order_lines,
        product_features=products,
        objective_plan=plan,
        substitutes=substitutes,
        duplicate_products=find_duplicate_products(catalog, variants, similar.duplicates),
    )


def _rows(bundles: pl.DataFrame, plan: pl.DataFrame) -> Iterator[list[str]]:
    counted = bundles.with_columns(
        objective=pl.col("objectives").list.first(), is_backed=pl.col("backing") != "unproven"
    )
    for objective in OBJECTIVES:
        for planned in plan.filter(objective=objective).sort("shop").to_dicts():
            of_shop = counted.filter(shop=planned["shop"])
            best = of_shop.filter(objective=objective)
            serving = of_shop.filter(pl.col("objectives").list.contains(objective)).height
            cells = [_cell(best.filter(kind=kind).get_column("is_backed")) for kind in KINDS]
            why = "" if planned["applies"] else planned["explanation"]
            yield [objective, planned["shop"], *cells, str(serving), escape(why)]


def _cell(is_backed: pl.Series) -> str:
    backed = int(is_backed.sum())
    unproven = len(is_backed) - backed
    return f"{backed} + {unproven}" if unproven else str(backed or "")


def _examples(bundles: pl.DataFrame) -> Iterator[str]:
    """The first bundle of each objective and kind, by backing and fit; other products each time."""
    ordered = bundles.with_columns(
        objective=pl.col("objectives").list.first(), fit=pl.col("objective_fit").list.first()
    ).sort(
        pl.col("backing").replace_strict({"proven": 0, "pooled": 1, "unproven": 2}),
        -pl.col("fit"),
        -pl.col("uptake").struct.field("rate_low").fill_null(0.0),
        -pl.col("evidence").struct.field("adjusted_lift_low").fill_null(0.0),
        "bundle_id",
    )
    first = ordered.unique(["objective", "kind"], keep="first", maintain_order=True).with_columns(
        turn=pl.int_range(pl.len()).over("objective")
    )
    for row in first.sort("turn", "objective").head(_EXAMPLE_COUNT).to_dicts():
        yield _described(row)


def _described(row: dict[str, Any]) -> str:
    items = " + ".join(
        f"{item['quantity']} x {item['title']} ({item['role']}, "
        f"{(item['unit_price_minor'] or 0) / 100:.2f})"
        for item in row["items"]
    )
    facts = [f"fit {row['fit']:.2f}", row["backing"]]
    if row["pick_count"]:
        facts.append(f"pick {row['pick_count']}")
    if row["quantity_tiers"]:
        facts.append("from " + ", ".join(str(t["min_quantity"]) for t in row["quantity_tiers"]))
    if row["uptake"]:
        facts.append(f"{row['uptake']['rate']:.0%} already do")
    if row["evidence"]:
        facts.append(
            f"{row['evidence']['basket_count']} orders, at least "
            f"{row['evidence']['adjusted_lift_low']:.1f} times chance"
        )
    return f"{row['objective']} / {row['kind']} / {row['shop']}: {items}; {'; '.join(facts)}"


if __name__ == "__main__":
    typer.run(measure)
