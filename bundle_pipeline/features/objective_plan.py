"""product_features, category_features, pair_features -> objective_plan."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import dataframely as dy
import polars as pl

from bundle_pipeline.features.categories import is_sellable
from bundle_pipeline.features.params import ObjectiveParams, PlanParams
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.bundles import OBJECTIVES
from bundle_pipeline.schemas.features import ObjectivePlan

logger = logging.getLogger(__name__)

# Two items make a bundle; a single one with a flag finds its partner elsewhere.
_BUNDLE = 2


@dataclass(frozen=True)
class _Need:
    """What an objective is built on."""

    carries: pl.Expr
    """Whether a sellable product carries it; null: unknown."""
    fewest: int
    """Products with it that it takes."""
    what: str
    """What such products are, in the plural."""
    unsaid: str
    """What files and orders don't say where that is unknown."""


@dataclass(frozen=True)
class _Evidence:
    """What a shop has for an objective."""

    product_ids: Sequence[str]
    unknown_product_count: int
    sellable_product_count: int

    @property
    def product_count(self) -> int:
        """How many products it could be built on."""
        return len(self.product_ids)


def plan_objectives(
    product_features: pl.DataFrame,
    *,
    category_features: pl.DataFrame,
    pair_features: pl.DataFrame,
    as_of: datetime | None,
    params: PlanParams,
) -> dy.DataFrame[ObjectivePlan]:
    """Which of the eight objectives apply to a shop, with the evidence, and why others don't.

    An objective applies where enough sellable products (on sale, not known to be out of stock)
    carry what it needs. ``seasonal_promo`` counts those whose season is on at as_of or starts
    within ``season_lead_days``; ``new_launch`` needs an anchor too, which is an older product that
    was sold. The replaced system goes by the number of orders alone, and never runs four of the
    eight.

    Args:
        product_features: ``ProductFeatures``.
        category_features: ``CategoryFeatures``.
        pair_features: ``PairFeatures``; how many are beyond chance is told.
        as_of: The data clock; None without orders.
        params: Priorities and caps.

    Returns:
        Eight rows, by objective.
    """
    sellable = product_features.filter(is_sellable()).join(
        category_features.select("product_type", _in_category="sellable_product_count"),
        on="product_type",
        how="left",
        validate="m:1",
    )
    needs, settings = _needs(as_of, params), params.by_objective()
    found = _evidence(sellable, needs)
    pair_count = int(pair_features.get_column("is_significant").sum())
    rows: list[dict[str, object]] = []
    for objective in OBJECTIVES:
        need, own, evidence = needs[objective], settings[objective], found[objective]
        reason = _reason(objective, need, evidence, own, sellable)
        rows.append(
            {
                "objective": objective,
                "applies": reason is None,
                "reason": reason,
                "explanation": _explanation(objective, reason, need, evidence, pair_count),
                "product_count": evidence.product_count,
                "product_ids": evidence.product_ids,
                "needed_product_count": need.fewest,
                "unknown_product_count": evidence.unknown_product_count,
                "priority": own.priority,
                "max_bundle_count": own.max_bundle_count,
            }
        )
    plan = pl.DataFrame(rows, schema=ObjectivePlan.create_empty().schema).sort("objective")
    logger.info("objective_plan: %d of %d apply", plan.get_column("applies").sum(), plan.height)
    return declared(ObjectivePlan, plan)


def _needs(as_of: datetime | None, params: PlanParams) -> Mapping[str, _Need]:
    months = _months_ahead(as_of, params.season_lead_days)
    is_near = pl.col("season_months").list.set_intersection(months).list.len() > 0
    return {
        "increase_aov": _Need(pl.lit(value=True), _BUNDLE, "products to combine", "what they are"),
        "clear_slow_movers": _Need(
            pl.col("is_slow_mover"), 1, "slow movers", "how much is in stock or how old they are"
        ),
        "seasonal_promo": _Need(
            pl.col("is_seasonal") & is_near,
            1,
            "products whose season is on or near",
            "a season, by a year of sales or by words",
        ),
        "new_launch": _Need(pl.col("is_new_launch"), 1, "new products", "when they were created"),
        "category_bundle": _Need(
            pl.col("_in_category") >= _BUNDLE,
            _BUNDLE,
            "products that share a category",
            "their category",
        ),
        "gift_box": _Need(pl.col("is_giftable"), _BUNDLE, "giftable products", "their names"),
        "subscription_push": _Need(
            pl.col("is_replenishable"), 1, "replenishable products", "whether they are bought again"
        ),
        "margin_guard": _Need(
            pl.col("is_high_margin"), 1, "products with a high margin", "what they cost"
        ),
    }


def _months_ahead(as_of: datetime | None, days: int) -> Sequence[int]:
    """Months of the calendar from as_of to so many days later."""
    if as_of is None:
        return []
    return sorted({(as_of + timedelta(days=ahead)).month for ahead in range(days + 1)})


def _evidence(sellable: pl.DataFrame, needs: Mapping[str, _Need]) -> Mapping[str, _Evidence]:
    carried = sellable.with_columns(need.carries.alias(name) for name, need in needs.items())
    return {
        objective: _Evidence(
            product_ids=carried.filter(objective).get_column("product_id").sort().to_list(),
            unknown_product_count=carried.get_column(objective).null_count(),
            sellable_product_count=sellable.height,
        )
        for objective in needs
    }


def _reason(
    objective: str,
    need: _Need,
    evidence: _Evidence,
    own: ObjectiveParams,
    sellable: pl.DataFrame,
) -> str | None:
    if not own.enabled:
        return "switched_off"
    if evidence.product_count >= need.fewest:
        return "no_anchor" if objective == "new_launch" and not _has_anchor(sellable) else None
    if objective == "seasonal_promo" and sellable.get_column("is_seasonal").sum() > 0:
        return "out_of_season"
    is_unknown = 0 < evidence.sellable_product_count == evidence.unknown_product_count
    return "unknown" if is_unknown else "too_few"


def _has_anchor(sellable: pl.DataFrame) -> bool:
    is_older = ~pl.col("is_new_launch").fill_null(value=False)
    return not sellable.filter(is_older & (pl.col("order_count") > 0)).is_empty()


def _explanation(
    objective: str, reason: str | None, need: _Need, evidence: _Evidence, pair_count: int
) -> str:
    has = (
        f"{evidence.product_count} {need.what} among {evidence.sellable_product_count} sellable "
        f"products; it takes {need.fewest}"
    )
    if objective == "increase_aov":
        has += f"; {pair_count} pairs of variants go together beyond chance"
    if evidence.unknown_product_count and reason != "switched_off":
        has += f"; for {evidence.unknown_product_count} of them nothing says {need.unsaid}"
    why = {
        "switched_off": "Switched off by settings. ",
        "no_anchor": "No older product was sold that they could stand beside. ",
        "out_of_season": "There are seasonal products, but their season is neither on nor near. ",
    }
    return f"{why.get(reason or '', '')}{has}."
