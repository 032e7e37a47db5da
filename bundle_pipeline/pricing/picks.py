"""MIX_MATCH: the same share off every option, and what the worst admissible pick leaves.

A buyer picks ``n`` different options and pays ``p - p * rate`` for each, the discount rounded down
to a minor unit, so a pick costs the sum of its stated prices. Every option has a floor ``f``; the
worst pick holds the ``n`` options of least ``price - f``, and its prices must add up to its floors.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from bundle_pipeline.pricing.floors import with_floor
from bundle_pipeline.pricing.params import BASIS_POINTS, PricingParams
from bundle_pipeline.pricing.sales import Codes

_BUNDLES_AT_A_TIME = 500
# More than any amount, and far from overflowing when a few are added.
_NEVER_PICKED = np.iinfo(np.int64).max // 10**6


@dataclass(frozen=True)
class Options:
    """Options of MIX_MATCH bundles: one row per option."""

    bundle: Codes
    """Row of the option's bundle in ``discounts``, from 0, ascending and without gaps."""
    price: Codes
    """Minor units."""
    floor: Codes
    """The least it may be sold for within a pick, minor units."""
    is_cheapest: Codes
    """1 where the cheapest pick holds it, else 0."""
    pick_count: Codes
    """Options to pick, one per bundle."""


def cheapest_pick_discounts(options: Options, rates: Codes) -> Codes:
    """What comes off the cheapest pick at each rate.

    Args:
        options: Of the bundles.
        rates: Basis points, one row per bundle.

    Returns:
        Minor units, shaped as ``rates``.
    """
    off = options.price[:, None] * rates[options.bundle] // BASIS_POINTS
    starts = np.flatnonzero(np.diff(options.bundle, prepend=-1))
    if not starts.size:
        return np.zeros_like(rates)
    return np.add.reduceat(off * options.is_cheapest[:, None], starts, axis=0)


def worst_pick_leaves(options: Options, rates: Codes) -> Codes:
    """What the worst pick brings above its floors at each rate; below 0: too little.

    Args:
        options: Of the bundles.
        rates: Basis points, one row per bundle.

    Returns:
        Minor units, shaped as ``rates``.
    """
    left = np.zeros_like(rates)
    for first in range(0, rates.shape[0], _BUNDLES_AT_A_TIME):
        last = min(first + _BUNDLES_AT_A_TIME, rates.shape[0])
        start, end = np.searchsorted(options.bundle, [first, last])
        of = options.bundle[start:end] - first
        place = np.arange(of.size) - np.searchsorted(of, of)
        price = options.price[start:end, None]
        above = price - price * rates[first + of] // BASIS_POINTS
        shape = (last - first, int(place.max(initial=0)) + 1, rates.shape[1])
        padded = np.full(shape, _NEVER_PICKED, np.int64)
        padded[of, place] = above - options.floor[start:end, None]
        summed = np.sort(padded, axis=1).cumsum(axis=1)
        picked = options.pick_count[first:last, None, None] - 1
        left[first:last] = np.take_along_axis(summed, picked, axis=1)[:, 0]
    return left


def options_of(picks: pl.DataFrame, params: PricingParams) -> Options:
    """The options of MIX_MATCH bundles with the floor of each.

    The floor is what the costs ask for (where they are known) or the least share of the price,
    whichever is higher, rounded up.

    Args:
        picks: Rows of kind MIX_MATCH of :func:`~bundle_pipeline.pricing.bundle_items.totals_of`.
        params: The floors.
    """
    item = pl.col("items").struct
    rows = picks.with_row_index("place").explode("items")
    amounts = rows.select(
        "place",
        list_total_minor=item.field("unit_price_minor"),
        cost_total_minor=item.field("unit_cost_minor"),
        on_top_minor=pl.lit(0, pl.Int64),
        is_cheapest=item.field("quantity").clip(0, 1),
    ).pipe(with_floor, params)
    names = ("place", "list_total_minor", "floor_minor", "is_cheapest")
    bundle, price, floor, is_cheapest = (
        amounts.get_column(name).cast(pl.Int64).to_numpy() for name in names
    )
    return Options(bundle, price, floor, is_cheapest, picks.get_column("pick_count").to_numpy())
