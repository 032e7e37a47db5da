"""How a price came about, in words, with every number that decided it."""

import polars as pl

from bundle_pipeline.money import formatted
from bundle_pipeline.pricing.floors import COST, COST_ABOVE_LIST, MIN_PRICE_SHARE
from bundle_pipeline.pricing.params import (
    BASIS_POINTS,
    PricingParams,
    as_percentage,
    in_basis_points,
)


def with_derivation(totals: pl.DataFrame, params: PricingParams) -> pl.DataFrame:
    """Add ``derivation``: the rule, what caps and floor made of it, and what is charged.

    Args:
        totals: One row per bundle, with the amounts of ``with_floor`` and ``with_discount``, and
            ``bundle_price_minor`` and ``discount_rate``.
        params: The settings that decided.
    """
    clauses = [_target_clause(params), _caps_clause(params), _floor_clause(params), _charged()]
    return totals.with_columns(derivation=pl.format("{}; {}; {}; {}.", *clauses))


def _target_clause(params: PricingParams) -> pl.Expr:
    margin, target = pl.col("margin_total_minor"), _amount("target_minor")
    unknown = f"A cost is unknown: the default of {as_percentage(params.default_discount_rate)} %"
    known = f"Every cost is known: {as_percentage(params.margin_share)} % of the joint margin of"
    return (
        pl.when(margin.is_null())
        .then(pl.format(unknown + " is {} off", target))
        .when(margin <= 0)
        .then(pl.format("The costs of {} leave no margin to give", _amount("cost_total_minor")))
        .otherwise(pl.format(known + " {} is {} off", _amount("margin_total_minor"), target))
    )


def _caps_clause(params: PricingParams) -> pl.Expr:
    caps = params.discount_caps.by_objective()
    ranges = {
        name: f"the {as_percentage(least)} to {as_percentage(most)} % that {name} allows"
        for name, (least, most) in caps.items()
    }
    least_rates = {name: in_basis_points(caps[name].min_rate) for name in caps}
    allowed = pl.col("objective").replace_strict(ranges, return_dtype=pl.String)
    least_rate = pl.col("objective").replace_strict(least_rates, return_dtype=pl.Int64)
    capped, target = pl.col("capped_minor"), pl.col("target_minor")
    falls_short = capped * BASIS_POINTS < least_rate * pl.col("list_total_minor")
    amount = _amount("capped_minor")
    return (
        pl.when(falls_short)
        .then(pl.format("no whole minor unit lies within {}, so {} off", allowed, amount))
        .when(capped < target)
        .then(pl.format("lowered to {} by {}", amount, allowed))
        .when(capped > target)
        .then(pl.format("raised to {} by {}", amount, allowed))
        .otherwise(pl.format("within {}", allowed))
    )


def _floor_clause(params: PricingParams) -> pl.Expr:
    margin = as_percentage(params.min_margin_rate)
    costs = "the costs" if params.min_margin_rate == 0 else f"the costs and {margin} % margin"
    meanings = {
        COST: costs,
        COST_ABOVE_LIST: costs,
        MIN_PRICE_SHARE: f"{as_percentage(params.min_price_share)} % of the list total",
    }
    reason = pl.col("floor_reason")
    named = pl.format("the floor of {} ({})", _amount("floor_minor"), reason.replace(meanings))
    return (
        pl.when(reason == COST_ABOVE_LIST)
        .then(pl.format("{} is above the list total, so nothing off", named))
        .when(pl.col("discount_minor") < pl.col("capped_minor"))
        .then(pl.format("{} leaves {} off", named, _amount("discount_minor")))
        .otherwise(pl.format("{} is kept", named))
    )


def _charged() -> pl.Expr:
    return pl.format(
        "charged {} instead of {}, {} % off",
        _amount("bundle_price_minor"),
        _amount("list_total_minor"),
        (pl.col("discount_rate") * 100).round(2),
    )


def _amount(column: str) -> pl.Expr:
    return formatted(pl.col(column), pl.col("currency"))
