"""VOLUME: which tiers earn most together, so that more units never cost more each.

Tiers of one bundle are ranges of units of one variant, each with an amount off every unit. Two
things hold for any quantity: the amount off a unit doesn't fall from tier to tier, and an order
never costs less for holding one unit more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bundle_pipeline.pricing.sales import Codes, Floats

_Mask = npt.NDArray[np.bool_]

_BUNDLES_AT_A_TIME = 64
_NOT_ALLOWED = -np.inf


@dataclass(frozen=True)
class Tiers:
    """Rows that are tiers: those of a bundle follow each other, by rising units."""

    row: Codes
    """Where each tier stands among all that is priced, ascending."""
    tier: Codes
    """Its number in its bundle, from 0."""
    least_units: Codes
    """Units from which it holds, at least 2."""
    unit_price: Codes
    """List price of a unit, minor units; the same in all tiers of a bundle."""


def best_tiers(tiers: Tiers, unit_discounts: Codes, gains: Sequence[Floats]) -> list[Codes]:
    """What comes off a unit in each tier so that all tiers of a bundle together earn most.

    Exact, by dynamic programming over the tiers of a bundle.

    Args:
        tiers: The tiers.
        unit_discounts: What is tried, minor units, ascending: one row per tier, the same for all
            tiers of a bundle, the first one 0.
        gains: What it earns, shaped alike; negative infinity where it isn't allowed. Nothing off is
            taken to earn 0 and is always allowed. One or several, each for a choice of its own.

    Returns:
        Of each choice one amount off a unit per tier; the least among equals.
    """
    nothing = np.zeros((tiers.row.size, 1))
    allowed = [np.hstack([nothing, gain[:, 1:]]) for gain in gains]
    chosen = [np.zeros(tiers.row.size, np.int64) for _ in gains]
    starts = np.flatnonzero(tiers.tier == 0)
    sizes = np.diff(np.append(starts, tiers.row.size))
    for size in np.unique(sizes):
        same = starts[sizes == size]
        for first in range(0, same.size, _BUNDLES_AT_A_TIME):
            places: Codes = np.arange(size, dtype=np.int64)
            rows = same[first : first + _BUNDLES_AT_A_TIME, None] + places
            off, price = unit_discounts[rows[:, 0]], tiers.unit_price[rows[:, 0]]
            follows = [_may_follow(off, price, tiers.least_units[row]) for row in rows.T]
            for gain, best in zip(allowed, chosen, strict=True):
                columns = _best_columns(follows, gain[rows])
                best[rows] = np.take_along_axis(off, columns, axis=1)
    return chosen


def _best_columns(follows: Sequence[_Mask], gains: Floats) -> Codes:
    """The column of each tier: bundles x tiers."""
    came_from: list[Codes] = []
    # Below the first tier a unit costs its list price, which is the first column.
    best = np.where(follows[0][:, 0], gains[:, 0], _NOT_ALLOWED)
    for tier in range(1, len(follows)):
        reached = np.where(follows[tier], best[:, :, None], _NOT_ALLOWED)
        came_from.append(reached.argmax(axis=1))
        highest = np.take_along_axis(reached, came_from[-1][:, None], axis=1)
        best = gains[:, tier] + highest[:, 0]
    columns = np.zeros(gains.shape[:2], np.int64)
    columns[:, -1] = best.argmax(axis=1)
    for tier in range(len(follows) - 1, 0, -1):
        columns[:, tier - 1] = np.take_along_axis(
            came_from[tier - 1], columns[:, tier, None], axis=1
        )[:, 0]
    return columns


def _may_follow(off: Codes, price: Codes, least_units: Codes) -> _Mask:
    """Whether one amount off (last axis) may follow another: bundles x before x after."""
    before, after = price[:, None, None] - off[:, :, None], price[:, None, None] - off[:, None, :]
    units = least_units[:, None, None]
    return (after <= before) & (units * after >= (units - 1) * before)


def rising(tiers: Tiers, unit_discounts: Codes, *, noticed: Codes) -> Codes:
    """Amounts off a unit, lowered where an order would cost less for one unit more.

    Args:
        tiers: The tiers.
        unit_discounts: One per tier, not falling within a bundle.
        noticed: The least amount off a unit that is worth showing; what is lowered further becomes
            that of the tier before.

    Returns:
        Amounts that don't fall within a bundle either.
    """
    kept = unit_discounts.copy()
    for tier in range(int(tiers.tier.max(initial=0)) + 1):
        rows = np.flatnonzero(tiers.tier == tier)
        units, price = tiers.least_units[rows], tiers.unit_price[rows]
        before = kept[rows - 1] if tier else np.zeros_like(price)
        least = -(-(units - 1) * (price - before) // units)
        lowered = np.minimum(kept[rows], price - least)
        kept[rows] = np.where(lowered < noticed[rows], before, lowered)
    return kept
