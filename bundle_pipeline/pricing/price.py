"""Prices of bundles, in integer minor units from end to end."""

import logging
from typing import cast

import dataframely as dy
import numpy as np
import polars as pl

from bundle_pipeline.money import allocated
from bundle_pipeline.pricing.bundle_items import items_of, totals_of, variant_categories
from bundle_pipeline.pricing.charm import with_charm_price
from bundle_pipeline.pricing.derivation import with_derivation
from bundle_pipeline.pricing.discounts import with_best_discount, with_caps, with_usual_discount
from bundle_pipeline.pricing.fixed_weights import fixed_weight_discounts
from bundle_pipeline.pricing.floors import with_floor
from bundle_pipeline.pricing.habits import line_discounts, usual_discounts
from bundle_pipeline.pricing.incremental import Economics, break_even_factors, outlook
from bundle_pipeline.pricing.params import PricingParams
from bundle_pipeline.pricing.response import BundleResponses, bundle_responses
from bundle_pipeline.pricing.sales import weekly_sales
from bundle_pipeline.pricing.usable_lines import refunded_share, usable_lines
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.bundles import PricedBundles

logger = logging.getLogger(__name__)

_PRICING = cast("pl.Struct", PricedBundles.create_empty().schema["pricing"])
# What the kinds to come fill: prices by quantity, and what is given on top.
_OTHER_KINDS = ("tiers", "reward")


def price_bundles(
    scored: pl.DataFrame,
    params: PricingParams,
    *,
    orders: pl.DataFrame,
    order_lines: pl.DataFrame,
    variants: pl.DataFrame,
    catalog: pl.DataFrame,
) -> dy.DataFrame[PricedBundles]:
    """Give each scored bundle a price whose stated discount is the charged one.

    ``bundle_price_minor = list_total_minor - discount_minor``, exactly, and never above the list
    total; ``discount_rate = discount_minor / list_total_minor`` is computed from what is charged.
    Item prices add up to the bundle price, and none is above its list price. Where all costs are
    known, ``incremental_margin_minor`` is what the discount is expected to earn in a month of 30
    days beyond what would be earned anyway, with a 90 % interval (null where all orders are of one
    week), and ``break_even_attach_rate`` the confidence from which on it pays (above 1: never).

    Args:
        scored: ``ScoredBundles``.
        params: Caps, rules and floors.
        orders: ``Orders`` of the shop.
        order_lines: ``OrderLines``: what prices and discounts did to sales.
        variants: ``Variants``: categories.
        catalog: ``Catalog``: categories that ``variants`` doesn't state.

    Returns:
        The same bundles by ``bundle_id``, with ``pricing``: null where an item has no known price.
    """
    totals = totals_of(scored)
    currency: str | None = totals.select(pl.col("currency").first()).item()
    usable = usable_lines(orders, order_lines, currency=currency)
    items = items_of(totals)
    ids = (frame.get_column("variant_id") for frame in (usable, items))
    categories = variant_categories(variants, catalog, *ids)
    sales = weekly_sales(items.get_column("variant_id"), usable)
    responses = bundle_responses(items, categories, sales)
    economics = _economics(totals, params, refunded_share(orders))
    targets = (
        totals.join(_usual(items, usable, categories, params), on="bundle", validate="1:1")
        .sort("bundle")
        .pipe(with_floor, params)
        .pipe(with_caps, params)
        .pipe(with_usual_discount)
    )
    if params.discount_rule == "expected_margin":
        targets = with_best_discount(targets, economics, responses, params)
    pricing = (
        targets.with_columns(uncharmed_minor="discount_minor")
        .pipe(with_charm_price, params)
        .pipe(_with_charged)
        .pipe(_with_expected, economics, responses)
        .pipe(with_derivation, params)
        .pipe(_as_declared)
    )
    priced = scored.join(pricing, on="bundle_id", how="left", validate="1:1").sort("bundle_id")
    logger.info(
        "pricing: %d bundles in, %d with a price; how they answer to it is %s",
        scored.height,
        pricing.height,
        "learnt" if responses.learned else "assumed",
    )
    return declared(PricedBundles, priced)


def _economics(totals: pl.DataFrame, params: PricingParams, refunded: float) -> Economics:
    costs = totals.get_column("cost_total_minor").cast(pl.Float64).fill_null(float("nan"))
    is_clearance = (totals.get_column("objective") == "clear_slow_movers").to_numpy()
    list_totals = totals.get_column("list_total_minor").cast(pl.Float64).to_numpy()
    return Economics(
        list_totals=np.maximum(list_totals, 1.0),
        margins=list_totals - costs.to_numpy(),
        reliefs=np.where(is_clearance, params.stock_relief_rate * costs.to_numpy(), 0.0),
        most_factors=1 / totals.get_column("most_confidence").to_numpy(),
        diverted_share=params.diverted_share,
        kept_share=1 - refunded,
    )


def _usual(
    items: pl.DataFrame, usable: pl.DataFrame, categories: pl.DataFrame, params: PricingParams
) -> pl.DataFrame:
    """What each bundle's items are usually given, weighed by their list values."""
    lines = line_discounts(usable)
    by_variant = (
        fixed_weight_discounts(lines, categories)
        if params.discount_rule == "fixed_weights"
        else usual_discounts(lines, categories, params)
    )
    value = (pl.col("quantity") * pl.col("unit_price_minor")).cast(pl.Float64).clip(1e-9)
    rate = pl.col("usual_rate").fill_null(params.default_discount_rate)
    # The item of the highest value says where the rate comes from.
    main = value.arg_max()
    return (
        items.join(by_variant, on="variant_id", how="left", validate="m:1", maintain_order="left")
        .group_by("bundle", maintain_order=True)
        .agg(
            usual_rate=(value * rate).sum() / value.sum(),
            usual_level=pl.col("usual_level").gather(main).first().fill_null("default"),
            usual_count=pl.col("usual_count").gather(main).first().fill_null(0),
        )
    )


def _with_charged(totals: pl.DataFrame) -> pl.DataFrame:
    list_total, discount = pl.col("list_total_minor"), pl.col("discount_minor")
    price = list_total - discount
    return totals.with_columns(
        bundle_price_minor=price,
        # A bundle of free items has no rate; nothing is taken off.
        discount_rate=pl.when(list_total > 0).then(discount / list_total).otherwise(0.0),
        margin_minor=price - pl.col("cost_total_minor"),
    )


def _with_expected(
    totals: pl.DataFrame, economics: Economics, responses: BundleResponses
) -> pl.DataFrame:
    discounts = totals.get_column("discount_minor").to_numpy()
    expected = outlook(economics, responses, discounts)
    factor = pl.Series(break_even_factors(economics, discounts)).fill_nan(None)
    margins = {
        "incremental_margin_minor": expected.expected,
        "incremental_margin_minor_low": expected.low,
        "incremental_margin_minor_high": expected.high,
    }
    return totals.with_columns(
        *(
            pl.Series(name, amounts).fill_nan(None).round(0).cast(pl.Int64)
            if responses.knows_months
            else pl.lit(None, pl.Int64).alias(name)
            for name, amounts in margins.items()
        ),
        break_even_attach_rate=pl.col("confidence") * factor,
        elasticity=pl.Series(responses.elasticities.means),
        response_level=pl.Series(responses.levels, dtype=pl.String),
        response_week_count=pl.Series(responses.week_counts),
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


def _as_declared(totals: pl.DataFrame) -> pl.DataFrame:
    """The pricing of each bundle; what other kinds fill is null."""
    fields = [
        pl.lit(None, field.dtype).alias(field.name)
        if field.name in _OTHER_KINDS
        else pl.col(field.name)
        for field in _PRICING.fields
    ]
    return totals.join(_item_prices(totals), on="bundle_id", validate="1:1").select(
        "bundle_id", pricing=pl.struct(fields)
    )
