"""Objectives: what a bundle is good for, and how good, by its items and the shop's plan.

They are tags on a bundle, never copies of it. A plan says which objectives apply to the shop and
which products each of them is built on, by one definition of each flag.
"""

import polars as pl
from pydantic import Field

from bundle_pipeline.settings.layers import Params

_PAIR = 2
_BY_PRODUCT = (
    "clear_slow_movers",
    "seasonal_promo",
    "new_launch",
    "gift_box",
    "subscription_push",
    "margin_guard",
)

# A set is made to be given, more of the same to be used up, and what sells together anyway takes
# the smallest discount; other bundles may serve as that.
_MADE_FOR = {"gift_box": "FIXED", "subscription_push": "VOLUME", "margin_guard": "FBT"}
_OTHER_KIND = 0.6
# At default priorities just more than a category bundle: of the two the tighter discount holds.
_ENOUGH_MARGIN = 0.62


class ObjectiveFitParams(Params):
    """When a bundle is good for an objective."""

    min_fit: float = Field(default=0.3, ge=0.0, le=1.0)
    """Fit from which on an objective is named."""
    min_margin_rate: float = Field(default=0.4, gt=0.0, le=1.0)
    """Share of the list total that must be margin for the objective margin_guard.

    At 0.4 a bundle still keeps 14 % of its price after a discount of 30 %.
    """


def bundle_objectives(
    members: pl.DataFrame,
    *,
    product_features: pl.DataFrame,
    objective_plan: pl.DataFrame,
    params: ObjectiveFitParams,
) -> pl.DataFrame:
    """Objectives of each suggestion, best first.

    Best is what has the highest fit times the priority of the plan, ties in the order of names.
    ``increase_aov`` is open to every bundle unless it is switched off, the others where the plan
    says that they apply. Fit is, with shares of units whose product the plan names:

    - ``increase_aov``: 1 less the share of one unit: what a buyer of one takes more of.
    - ``clear_slow_movers``, ``seasonal_promo``: the share.
    - ``gift_box``: the share where two products are giftable; 0.6 of it unless kind is FIXED.
    - ``subscription_push``: the share; 0.6 of it unless kind is VOLUME.
    - ``new_launch``: twice the share, at most 1, beside a product that isn't new.
    - ``category_bundle``: 1 where several products are all of one known type.
    - ``margin_guard``: where every price and cost is known and at least ``min_margin_rate`` of the
      list total is margin: 0.62, and the share of products with a high margin makes it up to 1; 0.6
      of it unless kind is FBT.

    The replaced system's fits are constants and flags that it never stored, with a weight of 0.

    Args:
        members: One row per item: ``suggestion``, ``kind``, ``variant_id``, ``quantity``,
            ``product_type``, ``unit_price_minor`` and ``unit_cost_minor``.
        product_features: ``ProductFeatures``: which product a variant is of.
        objective_plan: ``ObjectivePlan``.
        params: Thresholds.

    Returns:
        ``suggestion``, ``objectives`` and ``objective_fit``; no row for one without an objective.
    """
    rows = members.join(_products(product_features), on="variant_id", how="left", validate="m:1")
    planned = dict(objective_plan.filter("applies").select("objective", "product_ids").rows())
    served = {
        objective: pl.col("_product")
        .is_in(pl.lit(planned.get(objective, []), pl.List(pl.String)))
        .fill_null(value=False)
        for objective in _BY_PRODUCT
    }
    fits = (
        rows.with_columns(**served)
        .group_by("suggestion")
        .agg(**_fits(params))
        .unpivot(index="suggestion", variable_name="objective", value_name="fit")
    )
    return (
        fits.filter(pl.col("fit") >= params.min_fit)
        .join(_open(objective_plan), on="objective", validate="m:1")
        .sort("suggestion", -(pl.col("fit") * pl.col("priority")), "objective")
        .group_by("suggestion", maintain_order=True)
        .agg(objectives="objective", objective_fit="fit")
    )


def _open(objective_plan: pl.DataFrame) -> pl.DataFrame:
    """``objective`` and ``priority`` of those that may be named."""
    is_always = (pl.col("objective") == "increase_aov") & (
        pl.col("reason").fill_null("") != "switched_off"
    )
    return objective_plan.filter(pl.col("applies") | is_always).select("objective", "priority")


def planned_products(objective_plan: pl.DataFrame, objective: str) -> pl.Series:
    """Products that an objective is built on, where it applies."""
    applies = objective_plan.get_column("applies")
    is_asked = applies & (objective_plan.get_column("objective") == objective)
    return objective_plan.get_column("product_ids").filter(is_asked).explode(empty_as_null=False)


def _products(product_features: pl.DataFrame) -> pl.DataFrame:
    return product_features.select(
        pl.col("product_id").alias("_product"), variant_id="variant_ids"
    ).explode("variant_id", empty_as_null=False)


def _fits(params: ObjectiveFitParams) -> dict[str, pl.Expr]:
    products = pl.coalesce("_product", "variant_id")
    units = pl.col("quantity").sum()
    new = _share("new_launch")
    giftable_count = products.filter(pl.col("gift_box")).n_unique()
    product_type = pl.col("product_type")
    is_one_type = product_type.is_not_null().all() & (product_type.n_unique() == 1)
    margin = _margin_rate()
    fits = {
        "increase_aov": 1 - 1 / units,
        "clear_slow_movers": _share("clear_slow_movers"),
        "seasonal_promo": _share("seasonal_promo"),
        "new_launch": pl.when(new < 1).then((2 * new).clip(0.0, 1.0)),
        "category_bundle": pl.when(is_one_type & (products.n_unique() >= _PAIR)).then(1.0),
        "gift_box": pl.when(giftable_count >= _PAIR).then(_share("gift_box")),
        "subscription_push": _share("subscription_push"),
        "margin_guard": pl.when(margin >= params.min_margin_rate).then(
            _ENOUGH_MARGIN + (1 - _ENOUGH_MARGIN) * _share("margin_guard")
        ),
    }
    for objective, kind in _MADE_FOR.items():
        is_made_for_it = pl.col("kind").first() == kind
        fits[objective] *= pl.when(is_made_for_it).then(1.0).otherwise(_OTHER_KIND)
    return fits


def _share(objective: str) -> pl.Expr:
    """Share of the units whose product the plan names for an objective."""
    return pl.col("quantity").filter(pl.col(objective)).sum() / pl.col("quantity").sum()


def _margin_rate() -> pl.Expr:
    """Margin as a share of the list total, null unless every price and cost is known."""
    price, cost = pl.col("unit_price_minor"), pl.col("unit_cost_minor")
    is_known = (price.is_not_null() & cost.is_not_null()).all()
    list_total = (pl.col("quantity") * price).sum()
    cost_total = (pl.col("quantity") * cost).sum()
    return pl.when(is_known & (list_total > 0)).then((list_total - cost_total) / list_total)
