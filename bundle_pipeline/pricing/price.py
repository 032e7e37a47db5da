"""Prices of bundles, in integer minor units from end to end."""

import logging
from typing import cast

import dataframely as dy
import numpy as np
import polars as pl

from bundle_pipeline.pricing.bundle_items import (
    LEAST_CONFIDENCE,
    items_of,
    totals_of,
    variant_categories,
)
from bundle_pipeline.pricing.charged import item_prices, reward, tiers_of, with_charged
from bundle_pipeline.pricing.charm import with_charm_price
from bundle_pipeline.pricing.derivation import with_derivation
from bundle_pipeline.pricing.discounts import with_caps, with_discount, with_target
from bundle_pipeline.pricing.fixed_weights import fixed_weight_discounts
from bundle_pipeline.pricing.floors import with_floor
from bundle_pipeline.pricing.habits import line_discounts, usual_discounts
from bundle_pipeline.pricing.incremental import Economics, break_even_factors, outlook
from bundle_pipeline.pricing.params import PricingParams
from bundle_pipeline.pricing.response import BundleResponses, bundle_responses
from bundle_pipeline.pricing.sales import Codes, weekly_sales
from bundle_pipeline.pricing.stacking import with_other_bundles
from bundle_pipeline.pricing.usable_lines import refunded_share, usable_lines
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.bundles import PricedBundles

logger = logging.getLogger(__name__)

_PRICING = cast("pl.Struct", PricedBundles.create_empty().schema["pricing"])
_INCREMENTAL = (
    "incremental_margin_minor",
    "incremental_margin_minor_low",
    "incremental_margin_minor_high",
)


def price_bundles(
    scored: pl.DataFrame,
    params: PricingParams,
    *,
    orders: pl.DataFrame,
    order_lines: pl.LazyFrame,
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

    Amounts are those of one bundle: of VOLUME of its first tier, and ``tiers`` states all of them
    (their incremental margins are added up); of MIX_MATCH of its cheapest pick, and the floor is
    one that holds for every pick. ``reward`` says how much of the reward of BXGY is charged.

    Args:
        scored: ``ScoredBundles``.
        params: Caps, rules and floors.
        orders: ``Orders`` of the shop.
        order_lines: ``OrderLines``, not read yet: what prices and discounts did to sales.
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
    responses = bundle_responses(
        items,
        categories,
        sales,
        units_from_next=_units_from_next(totals),
        is_shown=(totals.get_column("backing") != "unproven").to_numpy(),
    )
    economics = _economics(totals, responses, params, refunded_share(orders))
    wanted = totals.join(
        _usual(items, usable, categories, params), on="bundle", validate="1:1"
    ).sort("bundle")
    wanted = wanted.with_columns(information=pl.Series(responses.information)).with_columns(
        known_share=_known_share(params)
    )
    offered = _with_discounts(wanted, economics, responses, params)
    if params.bundles_stack:
        stacked = with_other_bundles(wanted, offered)
        offered = _with_discounts(stacked, economics, responses, params)
    pricing = (
        offered.with_columns(uncharmed_minor="discount_minor")
        .pipe(with_charm_price, params)
        .pipe(with_charged)
        .pipe(_with_expected, economics, responses)
        .pipe(_one_per_bundle)
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


def _with_discounts(
    totals: pl.DataFrame, economics: Economics, responses: BundleResponses, params: PricingParams
) -> pl.DataFrame:
    return (
        totals.pipe(with_floor, params)
        .pipe(with_caps, params)
        .pipe(with_target)
        .pipe(with_discount, economics, responses, params)
    )


def _known_share(params: PricingParams) -> pl.Expr:
    """How far learnt caps hold: not where a cost is unknown, or no order shows the bundle."""
    is_learnt = pl.col("margin_total_minor").is_not_null() & (pl.col("backing") != "unproven")
    is_asked = params.discount_rule == "expected_margin"
    return pl.when(is_learnt & is_asked).then("information").otherwise(0.0)


def _units_from_next(totals: pl.DataFrame) -> Codes:
    """Units from which the next tier of the same bundle holds; 0 where there is none."""
    following = pl.col("least_units").shift(-1).over("bundle_id", order_by="tier")
    return totals.select(following.fill_null(0)).to_series().to_numpy()


def _economics(
    totals: pl.DataFrame, responses: BundleResponses, params: PricingParams, refunded: float
) -> Economics:
    costs = totals.get_column("cost_total_minor").cast(pl.Float64).fill_null(float("nan"))
    is_clearance = (totals.get_column("objective") == "clear_slow_movers").to_numpy()
    list_totals = totals.get_column("list_total_minor").cast(pl.Float64).to_numpy()
    # Where no evidence says of how many orders the joint ones are a part, the orders do.
    seen = responses.joint_counts / np.maximum(responses.order_counts, 1)
    stated = totals.get_column("most_confidence").to_numpy()
    is_stated = ~np.isnan(stated) & (responses.units_below == 0)
    shares = np.where(is_stated, stated, np.clip(seen, LEAST_CONFIDENCE, 1.0))
    # Others are counted on as far as the shop's own prices show that they can be won.
    buying = 1 - responses.information * (1 - params.buying_share)
    return Economics(
        list_totals=np.maximum(list_totals, 1.0),
        margins=list_totals - costs.to_numpy(),
        reliefs=np.where(is_clearance, params.stock_relief_rate * costs.to_numpy(), 0.0),
        # More units of one variant are bought by those who buy it: nobody else is won.
        bought_shares=np.where(responses.units_below > 0, 1.0, buying) * shares,
        used_counts=responses.used_counts,
        diverted_shares=np.clip(
            responses.units_below / responses.unit_counts, params.diverted_share, 1.0
        ),
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
    value = (pl.col("quantity") * pl.col("unit_price_minor")).clip(1e-9)
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


def _with_expected(
    totals: pl.DataFrame, economics: Economics, responses: BundleResponses
) -> pl.DataFrame:
    discounts = totals.get_column("discount_minor").to_numpy()
    expected = outlook(economics, responses, discounts)
    factor = pl.Series(break_even_factors(economics, discounts)).fill_nan(None)
    margins = (expected.expected, expected.low, expected.high)
    return totals.with_columns(
        *(
            pl.Series(name, amounts).fill_nan(None).round(0).cast(pl.Int64)
            if responses.knows_months
            else pl.lit(None, pl.Int64).alias(name)
            for name, amounts in zip(_INCREMENTAL, margins, strict=True)
        ),
        break_even_attach_rate=pl.col("confidence") * factor,
        elasticity=pl.Series(responses.elasticities.means),
        response_level=pl.Series(responses.levels, dtype=pl.String),
        response_week_count=pl.Series(responses.week_counts),
    )


def _one_per_bundle(totals: pl.DataFrame) -> pl.DataFrame:
    """The first tier of each bundle, with all ``tiers`` and what they should earn together.

    The ends of the tiers' intervals are added up as well: they hold the truth at least as often,
    for all tiers sell the same variant.
    """
    summed = totals.group_by("bundle_id").agg(
        pl.when(pl.col(name).is_not_null().all()).then(pl.col(name).sum()) for name in _INCREMENTAL
    )
    return (
        totals.filter(pl.col("tier") == 0)
        .drop(_INCREMENTAL)
        .join(summed, on="bundle_id", validate="1:1", maintain_order="left")
        .join(tiers_of(totals), on="bundle_id", how="left", validate="1:1", maintain_order="left")
        .with_columns(reward=reward())
    )


def _as_declared(totals: pl.DataFrame) -> pl.DataFrame:
    """The pricing of each bundle."""
    fields = [pl.col(field.name).cast(field.dtype) for field in _PRICING.fields]
    return totals.join(item_prices(totals), on="bundle", validate="1:1").select(
        "bundle_id", pricing=pl.struct(fields)
    )
