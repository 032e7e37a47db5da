"""Discounts: what to aim at, the caps of the objective, and what the floor leaves."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from bundle_pipeline.pricing.incremental import Economics, best_discounts, prospects
from bundle_pipeline.pricing.losses import price_of_loss
from bundle_pipeline.pricing.params import BASIS_POINTS, PricingParams, in_basis_points
from bundle_pipeline.pricing.response import BundleResponses
from bundle_pipeline.pricing.sales import Codes, Floats
from bundle_pipeline.pricing.tiers import Tiers, best_tiers, rising
from bundle_pipeline.pricing.tried import tried_discounts

_AMOUNTS = ("target_minor", "capped_minor", "discount_minor")
_Mask = npt.NDArray[np.bool_]


def with_caps(totals: pl.DataFrame, params: PricingParams) -> pl.DataFrame:
    """Add the discounts that are allowed: from ``least_minor`` to ``most_minor``, if there is room.

    The objective's caps on the list total, rounded inwards to what comes off in whole minor units,
    so that the charged rate itself lies within them. Where nothing does, as in 5 to 20 % of 3,
    ``least_minor`` gives way: too much off costs money, too little does not. ``room_minor`` is what
    the floor leaves, and ``noticed_minor`` the least discount that is worth showing. The caps
    themselves (``least_bp`` and ``most_bp``, basis points) go from those of guesses to those of
    learnt answers by ``known_share``. What no order shows isn't given more than what the shop
    usually gives, or the least of its caps.

    Args:
        totals: One row per bundle, with ``objective``, ``backing``, ``list_total_minor``,
            ``floor_minor``, ``known_share``, ``usual_rate`` and ``discounted_units``: every
            discount is a multiple of these.
        params: The caps.
    """
    list_total, units = pl.col("list_total_minor"), pl.col("discounted_units")
    whole = BASIS_POINTS * units
    most = list_total * pl.col("most_bp") // whole * units
    least = (list_total * pl.col("least_bp") + (whole - 1)) // whole * units
    noticed = list_total * in_basis_points(params.min_discount_rate) + (BASIS_POINTS - 1)
    return totals.with_columns(_caps_in_force(params)).with_columns(
        least_minor=pl.min_horizontal(least, most),
        most_minor=most,
        room_minor=(list_total - pl.col("floor_minor")).clip(0) // units * units,
        noticed_minor=noticed // BASIS_POINTS,
    )


def _caps_in_force(params: PricingParams) -> list[pl.Expr]:
    guessed, learned = params.discount_caps.by_objective(), params.learned_caps.by_objective()
    known = pl.col("known_share")

    def between(end: int) -> pl.Expr:
        here, there = (
            _of_objective({name: in_basis_points(caps[name][end]) for name in caps})
            for caps in (guessed, learned)
        )
        return here + ((there - here) * known).floor().cast(pl.Int64)

    least, most = between(0), between(1)
    usual = (pl.col("usual_rate") * BASIS_POINTS).round().cast(pl.Int64)
    reward = pl.when(pl.col("kind") == "BXGY").then(_least_reward(params))
    is_unshown = pl.col("backing") == "unproven"
    unshown = pl.when(is_unshown).then(pl.max_horizontal(usual, least, reward))
    return [least.alias("least_bp"), pl.min_horizontal(most, unshown).alias("most_bp")]


def _least_reward(params: PricingParams) -> pl.Expr:
    """The smallest reward, in basis points of the list total."""
    lowest = min(map(in_basis_points, params.reward_rates))
    value = pl.col("discounted_units") * pl.col("discounted_price_minor")
    list_total = pl.col("list_total_minor").clip(1)
    return (value * lowest + (list_total - 1)) // list_total


def with_target(totals: pl.DataFrame) -> pl.DataFrame:
    """Add ``target_minor`` by the shop's habits.

    ``usual_rate`` of the list total, rounded down (the odd fraction stays with the shop); of a tier
    as large a part as it is of the way to the last one. Without a usual rate: the middle of the
    caps.

    Args:
        totals: With ``usual_rate``, ``tier``, ``tier_count`` and the amounts of :func:`with_caps`.
    """
    units, part = pl.col("discounted_units"), (pl.col("tier") + 1) / pl.col("tier_count")
    usual = (pl.col("usual_rate") * part * BASIS_POINTS).round().cast(pl.Int64)
    middle = (pl.col("least_minor") + pl.col("most_minor")) // 2
    target = (pl.col("list_total_minor") * usual // BASIS_POINTS).fill_null(middle)
    return totals.with_columns(target_minor=target // units * units)


@dataclass(frozen=True)
class _Choice:
    """What is tried, and which of it is allowed by the caps, and by caps and floor."""

    tried: Codes
    in_caps: _Mask
    above_floor: _Mask
    tiers: Tiers
    noticed_per_unit: Codes
    """Of tiers."""


def with_discount(
    totals: pl.DataFrame, economics: Economics, responses: BundleResponses, params: PricingParams
) -> pl.DataFrame:
    """Replace ``target_minor``; add what becomes of it, its ``loss_chance`` and ``pick_rate``.

    Where all costs are known (and the rule asks for it), ``target_minor`` is worth most of all that
    is tried (what it earns, less what its chance of loss costs), ``capped_minor`` of nothing and
    what the caps allow, ``discount_minor`` of these what the floor leaves. Where a cost is unknown
    they are the target by habit, and what is nearest to it below, or else above. Nothing off is
    always allowed; a discount that nobody notices isn't.
    ``pick_rate`` (basis points) is what comes off every option of a pick; null of other kinds.
    ``loss_chance`` is that of ``target_minor``, null where it had no part in the choice.

    Args:
        totals: Of :func:`with_target`, by bundle and tier.
        economics: What the bundles earn, in the same order.
        responses: How they answer, in the same order.
        params: Steps, rewards and the rule.
    """
    tried = tried_discounts(totals, params)
    totals = tried.with_room(totals)
    choice = _choice(totals, tried.amounts(totals))
    wanted = totals.get_column("target_minor").to_numpy()
    chosen = _by_habit(choice, wanted, totals)
    loss_chance = np.full(totals.height, np.nan)
    if params.discount_rule == "expected_margin":
        is_known = totals.get_column("margin_total_minor").is_not_null().to_numpy()
        promised = prospects(economics, responses, choice.tried)
        price = price_of_loss(
            promised,
            choice.above_floor,
            judged=(totals.get_column("backing") != "unproven").to_numpy(),
            most=params.judged_bundle_count,
            loss_aversion=params.loss_aversion,
        )
        best = _by_margin(choice, promised.worths(price))
        chosen = [np.where(is_known, *pair) for pair in zip(best, chosen, strict=True)]
        is_limited = is_known & (price * responses.information > 0)
        taken = _at(choice.tried, chosen[0], promised.loss_chances)
        loss_chance = np.where(is_limited, taken, np.nan)
    amounts = zip(_AMOUNTS, chosen, strict=True)
    return totals.with_columns(
        *(pl.Series(name, amount) for name, amount in amounts),
        pl.Series("loss_chance", loss_chance).fill_nan(None),
        tried.pick_rates(chosen[-1]),
    )


def _at(tried: Codes, chosen: Codes, amounts: Floats) -> Floats:
    """The amount of each row that belongs to what was chosen; 0 where it wasn't tried."""
    return np.where(tried == chosen[:, None], amounts, 0.0).max(axis=1)


def _choice(totals: pl.DataFrame, tried: Codes) -> _Choice:
    least, most, room, noticed = (
        totals.get_column(f"{name}_minor").to_numpy()[:, None]
        for name in ("least", "most", "room", "noticed")
    )
    is_noticed = tried >= np.maximum(noticed, 1)
    in_caps = (tried >= least) & (tried <= most) & is_noticed
    kept = (tried >= np.minimum(least, room)) & (tried <= np.minimum(most, room)) & is_noticed
    row = (totals.get_column("kind") == "VOLUME").arg_true().to_numpy().astype(np.int64)
    tier, units, price = (
        totals.get_column(name).cast(pl.Int64).to_numpy()[row]
        for name in ("tier", "discounted_units", "discounted_price_minor")
    )
    noticed_per_unit = -(-noticed[row, 0] // units)
    return _Choice(tried, in_caps, kept, Tiers(row, tier, units, price), noticed_per_unit)


def _by_habit(choice: _Choice, target: Codes, totals: pl.DataFrame) -> list[Codes]:
    room = totals.get_column("room_minor").to_numpy()
    capped = _rising(choice, _nearest(choice.tried, choice.in_caps, target))
    kept = _nearest(choice.tried, choice.above_floor, np.minimum(capped, room))
    # What the caps turn to nothing isn't raised again because the floor is met.
    return [target, capped, _rising(choice, np.where(capped > 0, kept, 0))]


def _nearest(tried: Codes, allowed: _Mask, wanted: Codes) -> Codes:
    """The most that is allowed up to what is wanted, else the least that is allowed, else 0."""
    below: Codes = np.where(allowed & (tried <= wanted[:, None]), tried, 0).max(axis=1)
    never = int(np.iinfo(np.int64).max)
    above: Codes = np.where(allowed, tried, never).min(axis=1)
    return np.where((below > 0) | (above == never), below, above)


def _rising(choice: _Choice, discounts: Codes) -> Codes:
    tiers = choice.tiers
    if not tiers.row.size:
        return discounts
    lowered = discounts.copy()
    lowered[tiers.row] = tiers.least_units * rising(
        tiers, discounts[tiers.row] // tiers.least_units, noticed=choice.noticed_per_unit
    )
    return lowered


def _by_margin(choice: _Choice, worths: Floats) -> list[Codes]:
    tiers = choice.tiers
    allowed = (np.ones_like(choice.in_caps), choice.in_caps, choice.above_floor)
    best = [best_discounts(worths, choice.tried, mask) for mask in allowed]
    off = choice.tried[tiers.row] // tiers.least_units[:, None]
    gains = [np.where(mask[tiers.row], worths[tiers.row], -np.inf) for mask in allowed]
    for discounts, per_unit in zip(best, best_tiers(tiers, off, gains), strict=True):
        discounts[tiers.row] = tiers.least_units * per_unit
    return best


def _of_objective(rates: dict[str, int]) -> pl.Expr:
    return pl.col("objective").replace_strict(rates, return_dtype=pl.Int64)
