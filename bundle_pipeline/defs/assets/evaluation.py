"""Everything that bundles are chosen by -> evaluation, which may keep a shop from publishing."""

import logging
from collections.abc import Iterator

import dagster as dg
import polars as pl
from pydantic import ValidationError

from bundle_pipeline.baskets.encoded import EncodedBaskets
from bundle_pipeline.candidates.suggest import KnownOfShop
from bundle_pipeline.defs.backtest import ChoosingSettings, offered_before
from bundle_pipeline.defs.checks import fact
from bundle_pipeline.defs.labels import frame_asset
from bundle_pipeline.defs.resources import Site
from bundle_pipeline.errors import InputDataError
from bundle_pipeline.evaluation.baselines import baseline_bundles
from bundle_pipeline.evaluation.evaluate import (
    ACCEPTED,
    TODAY,
    Evaluated,
    evaluate,
    listed,
    not_evaluated,
)
from bundle_pipeline.evaluation.split import split_in_time
from bundle_pipeline.schemas.evaluation import Evaluation
from bundle_pipeline.schemas.shop_id import ShopId, shop_id
from bundle_pipeline.store.manifest import published

logger = logging.getLogger(__name__)

_NO_WORSE = "bundles_are_no_worse_than_accepted"


@frame_asset(
    Evaluation,
    group="evaluation",
    layer="derived",
    kinds={"polars", "deltalake"},
    check_specs=[
        fact(
            _NO_WORSE,
            Evaluation.name,
            "On held-out orders today's settings choose no worse bundles than those of what is "
            "published, beyond noise.",
            blocking=True,
        )
    ],
)
def evaluation(
    context: dg.AssetExecutionContext,
    site: dg.ResourceParam[Site],
    baskets: EncodedBaskets,
    pair_rules: pl.DataFrame,
    itemsets: pl.DataFrame,
    item_counts: pl.DataFrame,
    orders: pl.DataFrame,
    order_lines: pl.LazyFrame,
    variants: pl.DataFrame,
    catalog: pl.DataFrame,
    inventory: pl.DataFrame,
    product_features: pl.DataFrame,
    objective_plan: pl.DataFrame,
    substitutes: pl.DataFrame,
    duplicate_products: pl.DataFrame,
    content_neighbours: pl.DataFrame,
    neighbour_quality: pl.DataFrame,
) -> Iterator[dg.Output[pl.DataFrame] | dg.AssetCheckResult]:
    """Make bundles from older orders, try them on the newest, compare with what is published."""
    shop = shop_id(context.partition_key)
    known = KnownOfShop(
        pair_rules=pair_rules,
        itemsets=itemsets,
        item_counts=item_counts,
        orders=orders,
        order_lines=order_lines,
        variants=variants,
        catalog=catalog,
        inventory=inventory,
        product_features=product_features,
        objective_plan=objective_plan,
        substitutes=substitutes,
        duplicate_products=duplicate_products,
    )
    found = _evaluated(site, shop, baskets, known, content_neighbours, neighbour_quality)
    yield dg.Output(found.frame)
    gate = site.settings(shop).evaluation.gate
    yield dg.AssetCheckResult(
        check_name=_NO_WORSE,
        passed=not found.drops,
        severity=dg.AssetCheckSeverity.ERROR if gate == "block" else dg.AssetCheckSeverity.WARN,
        metadata={"worse_by": "; ".join(found.drops)},
    )


def _evaluated(
    site: Site,
    shop: ShopId,
    baskets: EncodedBaskets,
    known: KnownOfShop,
    content_neighbours: pl.DataFrame,
    neighbour_quality: pl.DataFrame,
) -> Evaluated:
    settings = site.settings(shop)
    params, today = settings.evaluation, ChoosingSettings.of(settings)
    split = split_in_time(baskets, params, held_out_share=settings.mining.held_out_share)
    if isinstance(split, str):
        return Evaluated(not_evaluated(split, settings=today.model_dump_json()), ())
    tried = {TODAY: today}
    accepted = _accepted(site, shop)
    if accepted is not None and accepted != today:
        tried[ACCEPTED] = accepted
    lists = {
        name: listed(
            offered_before(
                split.older,
                shop,
                known=known,
                content_neighbours=content_neighbours,
                neighbour_quality=neighbour_quality,
                settings=choosing,
                max_model_mb=params.max_model_mb,
            )
        )
        for name, choosing in tried.items()
    }
    baselines = baseline_bundles(
        split.older,
        bundle_count=lists[TODAY].height,
        min_basket_count=settings.mining.min_basket_count,
    )
    return evaluate(
        lists | baselines,
        split,
        pair_rules=known.pair_rules,
        itemsets=known.itemsets,
        settings={name: choosing.model_dump_json() for name, choosing in tried.items()},
        params=params,
    )


def _accepted(site: Site, shop: ShopId) -> ChoosingSettings | None:
    """Settings behind what is published; None if nothing but a preview is, or they are lost."""
    manifest = published(site.documents, shop)
    if manifest is None or manifest.is_preview:
        return None
    version = manifest.table_versions.get(Evaluation.name)
    if version is None:
        return None
    try:
        rows = site.lake.read(Evaluation, shop, version=version).filter(method=TODAY)
        stored = rows.get_column("settings").item()
        return ChoosingSettings.model_validate_json(stored)
    except (InputDataError, ValidationError) as error:
        logger.warning("evaluation (shop %s): no accepted settings to compare: %s", shop, error)
        return None
