"""Prices of bundles, in integer minor units from end to end."""

import logging
from typing import cast

import dataframely as dy
import polars as pl

from bundle_pipeline.money import allocated
from bundle_pipeline.pricing.derivation import with_derivation
from bundle_pipeline.pricing.discounts import with_discount
from bundle_pipeline.pricing.floors import with_floor
from bundle_pipeline.pricing.params import PricingParams
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.bundles import PricedBundles

logger = logging.getLogger(__name__)

_PRICING = cast("pl.Struct", PricedBundles.create_empty().schema["pricing"])


def price_bundles(scored: pl.DataFrame, params: PricingParams) -> dy.DataFrame[PricedBundles]:
    """Give each scored bundle a price whose stated discount is the charged one.

    ``bundle_price_minor = list_total_minor - discount_minor``, exactly, and never above the list
    total; ``discount_rate = discount_minor / list_total_minor`` is computed from what is charged.
    Item prices add up to the bundle price, and none is above its list price.

    Args:
        scored: ``ScoredBundles``.
        params: Caps, targets and floors.

    Returns:
        The same bundles by ``bundle_id``, with ``pricing``: null where an item has no known price.
    """
    totals = (
        _totals(scored)
        .pipe(with_floor, params)
        .pipe(with_discount, params)
        .pipe(_with_charged)
        .pipe(with_derivation, params)
    )
    pricing = totals.join(_item_prices(totals), on="bundle_id", validate="1:1").select(
        "bundle_id", pricing=_as_declared()
    )
    priced = scored.join(pricing, on="bundle_id", how="left", validate="1:1").sort("bundle_id")
    logger.info("pricing: %d bundles in, %d with a price", scored.height, pricing.height)
    return declared(PricedBundles, priced)


def _totals(scored: pl.DataFrame) -> pl.DataFrame:
    """One row per bundle with known prices: its totals at list prices, and of costs where known."""
    quantity = pl.element().struct.field("quantity")
    list_values = pl.col("items").list.eval(
        quantity * pl.element().struct.field("unit_price_minor")
    )
    costs = pl.col("items").list.eval(quantity * pl.element().struct.field("unit_cost_minor"))
    return (
        scored.select(
            "bundle_id",
            "currency",
            objective=pl.col("objectives").list.first(),
            list_values=list_values,
            list_total_minor=_sum_if_all_known(list_values),
            cost_total_minor=_sum_if_all_known(costs),
        )
        .filter(pl.col("list_total_minor").is_not_null())
        .with_columns(margin_total_minor=pl.col("list_total_minor") - pl.col("cost_total_minor"))
    )


def _sum_if_all_known(amounts: pl.Expr) -> pl.Expr:
    is_known = amounts.list.eval(pl.element().is_not_null()).list.all()
    return pl.when(is_known).then(amounts.list.sum())


def _with_charged(totals: pl.DataFrame) -> pl.DataFrame:
    list_total, discount = pl.col("list_total_minor"), pl.col("discount_minor")
    price = list_total - discount
    return totals.with_columns(
        bundle_price_minor=price,
        # A bundle of free items has no rate; nothing is taken off.
        discount_rate=pl.when(list_total > 0).then(discount / list_total).otherwise(0.0),
        margin_minor=price - pl.col("cost_total_minor"),
    )


def _item_prices(totals: pl.DataFrame) -> pl.DataFrame:
    """``item_prices_minor`` per bundle: its price over its items by list value, in item order.

    Largest remainder can't lift an item above its list value ``w``: with price ``P`` below list
    total ``L`` its exact share ``P * w / L`` is below ``w``, and so is the integer just above it at
    most ``w``; an item without a remainder gets nothing extra.
    """
    shares = allocated(pl.col("bundle_price_minor"), pl.col("list_values"), over="bundle_id")
    return (
        totals.select("bundle_id", "bundle_price_minor", "list_values")
        .explode("list_values")
        .with_columns(item_prices_minor=shares)
        .group_by("bundle_id", maintain_order=True)
        .agg("item_prices_minor")
    )


def _as_declared() -> pl.Expr:
    """The pricing of a bundle; what later steps fill is null."""
    made = {
        "currency",
        "list_total_minor",
        "bundle_price_minor",
        "discount_minor",
        "discount_rate",
        "item_prices_minor",
        "floor_minor",
        "floor_reason",
        "margin_minor",
        "derivation",
    }
    return pl.struct(
        pl.col(field.name) if field.name in made else pl.lit(None, field.dtype).alias(field.name)
        for field in _PRICING.fields
    )
