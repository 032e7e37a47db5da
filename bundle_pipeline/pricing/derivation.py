"""How a price came about, in words, with every number that decided it."""

import polars as pl

from bundle_pipeline.money import formatted
from bundle_pipeline.pricing import habits, response
from bundle_pipeline.pricing.floors import (
    COST,
    COST_ABOVE_LIST,
    MIN_PRICE_SHARE,
    OTHER_BUNDLES,
    STACKING,
    WORST_PICK,
)
from bundle_pipeline.pricing.params import (
    BASIS_POINTS,
    PricingParams,
    RateRange,
    as_percentage,
    in_basis_points,
)

_LEARNT = {
    response.PRODUCT: "learnt from {} weeks in which its own items were off their usual price",
    response.CATEGORY: "learnt from its category; its own items were off their usual price in {} "
    "weeks",
    response.SHOP: "learnt from the whole shop; its own items were off their usual price in {} "
    "weeks",
    response.PRIOR: "assumed, because no price of the shop moved",
}
_USUAL = {
    habits.PRODUCT: "what its items are usually given ({} discounts)",
    habits.CATEGORY: "what their categories are usually given ({} discounts)",
    habits.SHOP: "what the shop usually gives ({} discounts)",
    habits.DEFAULT: "the default (no discount was seen)",
}


def with_derivation(totals: pl.DataFrame, params: PricingParams) -> pl.DataFrame:
    """Add ``derivation``: the rule, what caps and floor made of it, what is charged and expected.

    Args:
        totals: One row per bundle, with the amounts of ``with_floor``, ``with_caps`` and
            ``with_best_discount``, what they came from, and what is charged and expected.
        params: The settings that decided.
    """
    clauses = [
        _target_clause(params),
        _caps_clause(params),
        _floor_clause(params),
        pl.when("is_charm").then(_charm_clause(params)).otherwise(pl.lit("")),
        _charged(),
        _of_kind(),
        _expected(),
    ]
    # What several clauses say is written once.
    written = totals.with_columns(
        _allowed=_allowed(params),
        _target=_amount("target_minor"),
        _capped=_amount("capped_minor"),
        _floor=_amount("floor_minor"),
    )
    derivation = pl.format("{}; {}; {}; {}{}{}{}.", *clauses)
    return totals.with_columns(written.select(derivation=derivation).to_series())


def _target_clause(params: PricingParams) -> pl.Expr:
    margin, target = pl.col("margin_total_minor"), pl.col("_target")
    by_rule = (
        pl.format("By fixed weights {} come off", target)
        if params.discount_rule == "fixed_weights"
        else pl.format(
            "A cost is unknown: {}, {} %, is {} off",
            _worded(pl.col("usual_level"), pl.col("usual_count"), _USUAL),
            (pl.col("usual_rate") * 100).round(1),
            target,
        )
    )
    best = pl.format(
        "Every cost is known: of a joint margin of {} most is earned{} with {} off, at a price "
        "elasticity of {} per item, {}",
        _amount("margin_total_minor"),
        _at_risk(),
        target,
        pl.col("elasticity").round(2),
        _worded(pl.col("response_level"), pl.col("response_week_count"), _LEARNT),
    )
    none = pl.format("The costs of {} leave no margin to give", _amount("cost_total_minor"))
    is_by_rule = margin.is_null() | (params.discount_rule == "fixed_weights")
    return pl.when(is_by_rule).then(by_rule).when(margin <= 0).then(none).otherwise(best)


def _at_risk() -> pl.Expr:
    """The chance of loss that is taken; empty where the expectation alone decides."""
    percent = (pl.col("loss_chance") * 100).round().cast(pl.Int64)
    return pl.format(", at a chance of loss of {} %,", percent).fill_null("")


def _worded(level: pl.Expr, count: pl.Expr, meanings: dict[str, str]) -> pl.Expr:
    cases = [
        pl.when(level == name).then(pl.format(text, count) if "{}" in text else pl.lit(text))
        for name, text in meanings.items()
    ]
    return pl.coalesce(cases)


def _caps_clause(params: PricingParams) -> pl.Expr:
    allowed = pl.col("_allowed")
    capped, target = pl.col("capped_minor"), pl.col("target_minor")
    by_margin = pl.col("margin_total_minor").is_not_null() & (
        params.discount_rule == "expected_margin"
    )
    noticed = as_percentage(params.min_discount_rate)
    amount = pl.col("_capped")
    return (
        pl.when(pl.col("most_minor") == 0)
        .then(pl.format("no whole minor unit lies within {}, so {} off", allowed, amount))
        .when((capped == 0) & by_margin & (pl.col("least_minor") > 0))
        .then(pl.format("nothing within {} earns more than nothing off", allowed))
        .when((capped == 0) & (target > 0))
        .then(pl.format("nothing of at least {} % lies within {}", pl.lit(noticed), allowed))
        .when(capped < target)
        .then(pl.format("lowered to {} by {}", amount, allowed))
        .when(capped > target)
        .then(pl.format("raised to {} by {}", amount, allowed))
        .otherwise(pl.format("within {}", allowed))
    )


def _allowed(params: PricingParams) -> pl.Expr:
    """The caps in force, and what made them so."""
    objective, known = pl.col("objective"), pl.col("known_share")
    in_force = pl.format(
        "the {} to {} % that {} allows",
        _percentage(pl.col("least_bp")),
        _percentage(pl.col("most_bp")),
        objective,
    )
    guessed, learnt = (
        objective.replace_strict(
            {name: _range(caps) for name, caps in caps_of.by_objective().items()},
            return_dtype=pl.String,
        )
        for caps_of in (params.discount_caps, params.learned_caps)
    )
    between = pl.format(
        " ({} for a guess, {} for what the shop's own prices say, which is {} % of it)",
        guessed,
        learnt,
        (known * 100).round().cast(pl.Int64),
    )
    unshown = pl.lit(" where no order shows a bundle, by what the shop usually gives")
    highest = {
        name: in_basis_points(caps.max_rate)
        for name, caps in params.discount_caps.by_objective().items()
    }
    is_less = pl.col("most_bp") < objective.replace_strict(highest, return_dtype=pl.Int64)
    return (
        pl.when((known > 0) & (guessed != learnt))
        .then(pl.concat_str(in_force, between))
        .when((pl.col("backing") == "unproven") & is_less)
        .then(pl.concat_str(in_force, unshown))
        .otherwise(in_force)
    )


def _floor_clause(params: PricingParams) -> pl.Expr:
    margin = as_percentage(params.min_margin_rate)
    costs = "the costs" if params.min_margin_rate == 0 else f"the costs and {margin} % margin"
    stacked = f"{costs} after another {as_percentage(params.stacked_discount_rate)} % off"
    meanings = {
        COST: costs,
        STACKING: stacked,
        COST_ABOVE_LIST: costs if params.stacked_discount_rate == 0 else stacked,
        MIN_PRICE_SHARE: f"{as_percentage(params.min_price_share)} % of the list total",
        WORST_PICK: "below it another pick would be sold below its own floor",
        OTHER_BUNDLES: f"{stacked}, and what other bundles may take off its items as well",
    }
    reason = pl.col("floor_reason")
    named = pl.format("the floor of {} ({})", "_floor", reason.replace(meanings))
    before_charm = pl.col("uncharmed_minor")
    noticed = as_percentage(params.min_discount_rate)
    return (
        pl.when(reason == COST_ABOVE_LIST)
        .then(pl.format("{} is above the list total, so nothing off", named))
        .when((before_charm == 0) & (pl.col("capped_minor") > 0))
        .then(pl.format("{} leaves less than {} %, so nothing off", named, pl.lit(noticed)))
        .when(before_charm < pl.col("capped_minor"))
        .then(pl.format("{} leaves {} off", named, formatted(before_charm, pl.col("currency"))))
        .otherwise(pl.format("{} is kept", named))
    )


def _charm_clause(params: PricingParams) -> pl.Expr:
    tolerance = as_percentage(params.charm_tolerance_rate)
    return pl.format(
        f"moved to {{}} off for a price that ends as set, within {tolerance} %; ",
        _amount("discount_minor"),
    )


def _charged() -> pl.Expr:
    return pl.format(
        "charged {} instead of {}, {} % off",
        _amount("bundle_price_minor"),
        _amount("list_total_minor"),
        (pl.col("discount_rate") * 100).round(2),
    )


def _of_kind() -> pl.Expr:
    """What the amounts mean for kinds that have more than one; empty for the others."""
    currency = pl.col("currency")
    reward = pl.col("reward").struct
    tiers = pl.format("; {}", pl.col("tier_texts").list.join(", "))
    given = pl.format(
        "; the reward is {} instead of {} each",
        formatted(reward.field("unit_price_minor"), currency),
        formatted(pl.col("discounted_price_minor"), currency),
    )
    picks = pl.format(
        "; {} % off each of {} options picked, in amounts of the cheapest pick",
        (pl.col("pick_rate") / (BASIS_POINTS // 100)).round(2),
        "pick_count",
    )
    kind = pl.col("kind")
    return (
        pl.when(kind == "VOLUME")
        .then(tiers)
        .when(kind == "BXGY")
        .then(given)
        .when(kind == "MIX_MATCH")
        .then(picks)
        .otherwise(pl.lit(""))
    )


def _expected() -> pl.Expr:
    """Empty where nothing is expected: a cost is unknown, or nothing comes off."""
    names = (
        "incremental_margin_minor",
        "incremental_margin_minor_low",
        "incremental_margin_minor_high",
    )
    expected = pl.format(
        "; expected to earn {} a month more than without it (90 %: {} to {})", *map(_signed, names)
    )
    says_something = (pl.col("discount_minor") > 0) & pl.col(names[0]).is_not_null()
    pays_from = pl.format(
        ", and to pay from an attach rate of {} % on",
        (pl.col("break_even_attach_rate") * 100).round(1),
    )
    return pl.format(
        "{}{}",
        pl.when(says_something).then(expected).otherwise(pl.lit("")),
        pl.when(says_something).then(pays_from).fill_null(""),
    )


def _range(caps: RateRange) -> str:
    return f"{as_percentage(caps.min_rate)} to {as_percentage(caps.max_rate)} %"


def _percentage(basis_points: pl.Expr) -> pl.Expr:
    """As people write it: 500 is ``5``, 1250 is ``12.5``."""
    percent = (basis_points / (BASIS_POINTS // 100)).round(2)
    return percent.cast(pl.String).str.strip_suffix(".0")


def _signed(column: str) -> pl.Expr:
    sign = pl.when(pl.col(column) < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    return pl.format("{}{}", sign, formatted(pl.col(column).abs(), pl.col("currency")))


def _amount(column: str) -> pl.Expr:
    return formatted(pl.col(column), pl.col("currency"))
