"""Which discounts are tried, kind by kind.

Rates in steps, each rounded down to the minor unit where it comes off: the list total, a unit of a
tier, an option of a pick. A reward is discounted by one of a few rates that shoppers know, such as
half or all of it. Where a total or a tier is discounted, the borders of caps and floor are tried as
well, and for a total what the shop usually gives.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from bundle_pipeline.pricing.floors import COST_ABOVE_LIST, WORST_PICK
from bundle_pipeline.pricing.params import BASIS_POINTS, PricingParams, in_basis_points
from bundle_pipeline.pricing.picks import (
    Options,
    cheapest_pick_discounts,
    options_of,
    worst_pick_leaves,
)
from bundle_pipeline.pricing.sales import Codes


@dataclass(frozen=True)
class TriedDiscounts:
    """What is tried for each row."""

    by_rate: Codes
    """Amounts off, minor units; rows x rates."""
    is_total: Codes
    """1 where a total is discounted (FBT, FIXED), else 0: any whole minor unit may come off."""
    is_tier: Codes
    """1 where it is a tier, else 0: all tiers of a bundle try the same."""
    picks: Codes
    """Rows of kind MIX_MATCH."""
    pick_rates_tried: Codes
    """Their rates, basis points, ascending; picks x rates."""
    options: Options
    """Their options."""

    def with_room(self, totals: pl.DataFrame) -> pl.DataFrame:
        """Lower ``room_minor`` to what the worst pick leaves, and lift the floor with it.

        ``floor_minor`` stays a price of the cheapest pick, as all its amounts: below it some other
        pick would be sold below its own floor.
        """
        if not self.picks.size:
            return totals
        # The picks that others discount most needn't be the worst one: both at once is safe.
        on_top = totals.get_column("on_top_minor").to_numpy()[self.picks, None]
        left = worst_pick_leaves(self.options, self.pick_rates_tried)
        amounts = self.by_rate[self.picks, : left.shape[1]]
        room = np.where(left >= on_top, amounts, 0).max(axis=1)
        list_total, floor = pl.col("list_total_minor"), pl.col("floor_minor")
        by_pick = pl.DataFrame(
            {
                "bundle": totals.get_column("bundle").gather(self.picks),
                "pick_room": room,
                # Rates rise from the first, so that is what a pick at list prices leaves.
                "pick_loss": -np.minimum(left[:, 0], 0),
            }
        )
        joined = totals.join(
            by_pick, on="bundle", how="left", validate="1:1", maintain_order="left"
        )
        is_below, bites = pl.col("pick_loss") > 0, pl.col("pick_room") < pl.col("room_minor")
        lifted = (
            pl.when(is_below)
            .then(pl.max_horizontal(floor, list_total + pl.col("pick_loss")))
            .when(bites)
            .then(list_total - pl.col("pick_room"))
            .otherwise(floor)
        )
        reason = (
            pl.when(is_below)
            .then(pl.lit(COST_ABOVE_LIST))
            .when(bites)
            .then(pl.lit(WORST_PICK))
            .otherwise("floor_reason")
        )
        return joined.with_columns(
            floor_minor=lifted,
            floor_reason=reason,
            room_minor=pl.min_horizontal("room_minor", "pick_room"),
        ).drop("pick_room", "pick_loss")

    def amounts(self, totals: pl.DataFrame) -> Codes:
        """All that is tried, ascending; rows x amounts, of which the first is nothing off."""
        least, most, room, target = (
            totals.get_column(f"{name}_minor").to_numpy()
            for name in ("least", "most", "room", "target")
        )
        capped = np.clip(target, least, most)
        borders = [least, most, np.minimum(least, room), np.minimum(most, room)]
        habit = [capped, np.minimum(capped, room)]
        exact = np.stack(borders, axis=1) * (self.is_total | self.is_tier)[:, None]
        usual = np.stack(habit, axis=1) * self.is_total[:, None]
        nothing = np.zeros((exact.shape[0], 1), np.int64)
        return np.sort(np.hstack([nothing, self.by_rate, exact, usual]), axis=1)

    def pick_rates(self, discounts: Codes) -> pl.Series:
        """The rate that gave the discount of each MIX_MATCH row; null of others."""
        rates = np.full(discounts.size, -1, np.int64)
        if self.picks.size:
            tried = self.by_rate[self.picks, : self.pick_rates_tried.shape[1]]
            is_chosen = tried == discounts[self.picks, None]
            # Of rates that take as much off the cheapest pick the least: it spares the others.
            rates[self.picks] = np.where(is_chosen, self.pick_rates_tried, BASIS_POINTS).min(axis=1)
            rates[self.picks[discounts[self.picks] == 0]] = 0
        return pl.Series("pick_rate", rates).replace(-1, None)


def tried_discounts(totals: pl.DataFrame, params: PricingParams) -> TriedDiscounts:
    """What is tried for each row.

    Args:
        totals: With the amounts of :func:`~bundle_pipeline.pricing.discounts.with_caps`.
        params: Steps, rates of rewards, and floors of options.
    """
    kind = totals.get_column("kind")
    rates = np.tile(_steps(params), (totals.height, 1))
    is_reward = (kind == "BXGY").to_numpy()
    rewards = np.array(sorted({in_basis_points(rate) for rate in params.reward_rates}))
    rates[is_reward] = 0
    rates[is_reward, : rewards.size] = rewards
    units, price = (
        totals.get_column(name).to_numpy()[:, None]
        for name in ("discounted_units", "discounted_price_minor")
    )
    # By parts: the amount times 10,000 may not fit.
    whole, rest = np.divmod(price, BASIS_POINTS)
    by_rate = units * (whole * rates + rest * rates // BASIS_POINTS)
    is_pick = kind == "MIX_MATCH"
    picks = is_pick.arg_true().to_numpy().astype(np.int64)
    options = options_of(totals.filter(is_pick), params)
    pick_rates = _pick_rates(totals.filter(is_pick), params)
    by_rate = np.pad(by_rate, ((0, 0), (0, pick_rates.shape[1] - by_rate.shape[1])))
    by_rate[picks] = cheapest_pick_discounts(options, pick_rates)
    is_total = kind.is_in(("FBT", "FIXED")).cast(pl.Int64).to_numpy()
    is_tier = (kind == "VOLUME").cast(pl.Int64).to_numpy()
    return TriedDiscounts(by_rate, is_total, is_tier, picks, pick_rates, options)


def _steps(params: PricingParams) -> Codes:
    """Rates in basis points, from nothing to the least price share."""
    step = in_basis_points(params.discount_step_rate)
    last = BASIS_POINTS - in_basis_points(params.min_price_share)
    steps = np.arange(0, last + 1, step, dtype=np.int64)
    return np.pad(steps, (0, max(0, len(params.reward_rates) - steps.size)))


def _pick_rates(picks: pl.DataFrame, params: PricingParams) -> Codes:
    """Steps up to the most of each pick, and its caps.

    No more than that even where it takes no more off the cheapest pick: it may off another.
    """
    own = picks.select("least_bp", "most_bp").to_numpy().astype(np.int64)
    last = BASIS_POINTS - in_basis_points(params.min_price_share)
    steps = np.minimum(_steps(params), own[:, 1:])
    return np.sort(np.hstack([steps, np.minimum(own, last)]), axis=1)
