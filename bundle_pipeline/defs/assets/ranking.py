"""priced_bundles, and which products are alike -> ranked_bundles, dropped_candidates."""

import time
from collections.abc import Iterator

import dagster as dg
import polars as pl

from bundle_pipeline.baskets.encoded import EncodedBaskets
from bundle_pipeline.defs.checks import fact, rows_break
from bundle_pipeline.defs.labels import frame_out
from bundle_pipeline.defs.partitions import SHOPS
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.ranking.offers import oversold
from bundle_pipeline.ranking.rank import Ranking, rank_bundles
from bundle_pipeline.schemas.bundles import DroppedCandidates, RankedBundles
from bundle_pipeline.schemas.shop_id import shop_id

_KINDS = {"polars", "deltalake"}

_PRICE = pl.col("pricing").struct
# All of them; of options to pick those of the cheapest pick, whose price is stated.
_CHARGED = _PRICE["item_prices_minor"].list.sort()
_CHARGED = _CHARGED.list.head(pl.coalesce("pick_count", _CHARGED.list.len())).list.sum()
_UNIT_PRICES = _PRICE["tiers"].list.eval(pl.element().struct.field("unit_price_minor"))
_FACTS = {
    "stated_discount_is_charged": (
        "List total minus discount is the price, and the item prices add up to it.",
        (_PRICE["list_total_minor"] - _PRICE["discount_minor"] != _PRICE["bundle_price_minor"])
        | (_PRICE["bundle_price_minor"] != _CHARGED),
    ),
    "no_tier_costs_more_each": (
        "More units of a variant never cost more each.",
        (_UNIT_PRICES.list.sort(descending=True) != _UNIT_PRICES).fill_null(value=False),
    ),
    "no_bundle_below_its_floor": (
        "No bundle is priced below its floor, nor above the sum of its parts.",
        (_PRICE["bundle_price_minor"] < _PRICE["floor_minor"])
        | (_PRICE["bundle_price_minor"] > _PRICE["list_total_minor"]),
    ),
    "every_bundle_is_on_sale": (
        "Every product in a bundle is active and in stock, or its stock isn't tracked.",
        ~pl.col("is_on_sale") | (pl.col("stock").struct["feasible_quantity"] == 0),
    ),
}
_NOT_OVERSOLD = "no_variant_is_oversold"
_NOT_OVERSOLD_MEANS = "The quantities offered of all bundles together are in stock."


@dg.multi_asset(
    name="rank",
    partitions_def=SHOPS,
    group_name="ranking",
    outs={
        RankedBundles.name: frame_out(
            RankedBundles, group="ranking", layer="derived", kinds=_KINDS
        ),
        DroppedCandidates.name: frame_out(
            DroppedCandidates, group="ranking", layer="derived", kinds=_KINDS
        ),
    },
    check_specs=[
        fact(name, RankedBundles.name, description, blocking=True)
        for name, (description, _) in _FACTS.items()
    ]
    + [fact(_NOT_OVERSOLD, RankedBundles.name, _NOT_OVERSOLD_MEANS, blocking=True)],
)
def rank(
    context: dg.AssetExecutionContext,
    site: dg.ResourceParam[Site],
    priced_bundles: pl.DataFrame,
    baskets: EncodedBaskets,
    duplicate_products: pl.DataFrame,
    substitutes: pl.DataFrame,
    objective_plan: pl.DataFrame,
) -> Iterator[dg.AssetCheckResult | dg.Output[pl.DataFrame]]:
    """Order the bundles that pass every gate; give each of the others the reason."""
    params = site.settings(shop_id(context.partition_key)).ranking
    started = time.perf_counter()
    ranking = rank_bundles(
        priced_bundles,
        baskets,
        duplicate_products=duplicate_products,
        substitutes=substitutes,
        objective_plan=objective_plan,
        params=params,
    )
    seconds = time.perf_counter() - started
    codes = ranking.dropped.get_column("code").value_counts(sort=True)
    yield dg.Output(
        ranking.ranked,
        RankedBundles.name,
        metadata=_facts_of_set(ranking) | {"bundle/ranking_seconds": seconds},
    )
    yield dg.Output(
        ranking.dropped,
        DroppedCandidates.name,
        metadata={f"bundle/{code.lower()}": dropped for code, dropped in codes.iter_rows()},
    )
    for name, (_, fails) in _FACTS.items():
        yield rows_break(
            name, ranking.ranked.filter(fails), asset=RankedBundles.name, key="bundle_id"
        )
    yield rows_break(
        _NOT_OVERSOLD, oversold(ranking.ranked), asset=RankedBundles.name, key="bundle_id"
    )


def _facts_of_set(ranking: Ranking) -> dict[str, float | str]:
    """How good the chosen set is and what it covers; what isn't known is left out."""
    selection, coverage = ranking.selection, ranking.coverage
    facts = {
        "bundle/worth": selection.worth,
        "bundle/greedy_worth": selection.greedy_worth,
        "bundle/gap": selection.gap,
        "bundle/catalog_coverage": coverage.catalog_coverage,
        "bundle/category_coverage": coverage.category_coverage,
        "bundle/categories": coverage.category_count,
        "bundle/most_on_a_page": coverage.max_anchor_count,
        "bundle/objectives_short": "; ".join(
            f"{objective} {reason}" for objective, reason in coverage.shortfalls.items()
        ),
    }
    return {name: found for name, found in facts.items() if found is not None and found != ""}
