"""What a shop's own orders say of prices: weekly sales and weekly prices of each variant.

Large baskets (wholesale) don't answer to a week's price, and are left out; see
:mod:`~bundle_pipeline.baskets.ordinary`.
"""

from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import polars as pl

from bundle_pipeline.baskets.ordinary import largest_ordinary_size
from bundle_pipeline.pricing.usable_lines import usable_orders

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

_LEAST_MOVE = 0.01


@dataclass(frozen=True)
class WeeklySales:
    """Weeks of a shop from its first order on, for the variants asked for.

    Arrays by variant and week have one row per variant.
    """

    variant_ids: pl.Series
    """The variants, sorted."""
    order_counts: Floats
    """Ordinary orders of each week."""
    sold_counts: Floats
    """Ordinary orders that hold the variant, by variant and week."""
    price_ratios: Floats
    """Price paid over the variant's usual price, by variant and week. In a week without a sale: the
    last list price seen before it, over the usual one."""
    is_offered: npt.NDArray[np.bool_]
    """Weeks from a variant's first to its last sale, by variant and week."""
    order: Codes
    """Ordinary order of each line of these variants, each pair once."""
    variant: Codes
    """Variant of each such line."""
    units: Codes
    """Units of the variant in the order, at least 1."""
    ordinary_rates: Floats
    """Share of the orders with a variant that are ordinary; 0 to 1."""

    @property
    def has_moved(self) -> npt.NDArray[np.bool_]:
        """Variants sold in some week at least 1 % off their usual price, and in some week at it."""
        is_seen = self.sold_counts > 0
        is_off = np.abs(self.price_ratios - 1) >= _LEAST_MOVE
        moved = (is_seen & is_off).any(axis=1) & (is_seen & ~is_off).any(axis=1)
        return np.asarray(moved)

    @property
    def moved_week_counts(self) -> Codes:
        """Weeks with a sale at least 1 % off the usual price, per variant."""
        is_off = np.abs(self.price_ratios - 1) >= _LEAST_MOVE
        return ((self.sold_counts > 0) & is_off).sum(axis=1).astype(np.int64)


def weekly_sales(variant_ids: pl.Series, usable: pl.DataFrame) -> WeeklySales:
    """Sales and prices per week of some variants.

    Args:
        variant_ids: Variants asked for; repeats are ignored.
        usable: Lines of :func:`~bundle_pipeline.pricing.usable_lines.usable_lines`.
    """
    asked = variant_ids.unique().sort()
    codes = pl.DataFrame({"variant_id": asked}).with_row_index("variant")
    orders = usable_orders(usable)
    is_ordinary = pl.col("basket_size") <= largest_ordinary_size(orders.get_column("basket_size"))
    lines = usable.join(codes, on="variant_id", validate="m:1").with_columns(
        is_ordinary=is_ordinary
    )
    ordinary = lines.filter("is_ordinary")
    held = (
        ordinary.group_by("order", "variant")
        .agg(units=pl.col("quantity").sum())
        .sort("order", "variant")
    )
    counted = orders.filter(is_ordinary).group_by("week").len()
    week_count = 1 + int(orders.select(pl.col("week").max().fill_null(0)).item())
    sold, ratios = _by_week(ordinary, (asked.len(), week_count))
    return WeeklySales(
        variant_ids=asked,
        order_counts=_spread(counted, week_count),
        sold_counts=sold,
        price_ratios=ratios,
        is_offered=_offered(sold > 0),
        order=held.get_column("order").cast(pl.Int64).to_numpy(),
        variant=held.get_column("variant").cast(pl.Int64).to_numpy(),
        units=held.get_column("units").cast(pl.Int64).to_numpy(),
        ordinary_rates=_ordinary_rates(lines, asked.len()),
    )


def _by_week(ordinary: pl.DataFrame, shape: tuple[int, int]) -> tuple[Floats, Floats]:
    """Orders that hold a variant, and its price over its usual price, by variant and week."""
    usual = ordinary.group_by("variant").agg(usual_minor=pl.col("list_minor").median())
    weeks = ordinary.group_by("variant", "week").agg(
        sold=pl.col("order").n_unique(),
        list_minor=pl.col("list_minor").median(),
        paid_minor=pl.coalesce(pl.col("paid_minor").median(), pl.col("list_minor").median()),
    )
    weeks = weeks.join(usual, on="variant", validate="m:1")
    at = weeks.get_column("variant").to_numpy(), weeks.get_column("week").to_numpy()
    sold, listed, paid = np.zeros(shape), np.full(shape, np.nan), np.full(shape, np.nan)
    sold[at] = weeks.get_column("sold").to_numpy()
    listed[at] = (weeks.get_column("list_minor") / weeks.get_column("usual_minor")).to_numpy()
    paid[at] = (weeks.get_column("paid_minor") / weeks.get_column("usual_minor")).to_numpy()
    return sold, np.where(np.isnan(paid), _carried_forward(listed), paid)


def _carried_forward(ratios: Floats) -> Floats:
    """The last known value of each row; 1 before the first."""
    weeks: Codes = np.arange(ratios.shape[1], dtype=np.int64)
    week = np.where(np.isnan(ratios), -1, weeks)
    last = cast("Codes", np.maximum.accumulate(week, axis=1))
    known = np.take_along_axis(ratios, np.maximum(last, 0), axis=1)
    return np.where(last < 0, 1.0, known)


def _offered(is_sold: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    since = np.logical_or.accumulate(is_sold, axis=1)
    until = np.logical_or.accumulate(is_sold[:, ::-1], axis=1)[:, ::-1]
    return since & until


def _spread(counted: pl.DataFrame, week_count: int) -> Floats:
    counts = np.zeros(week_count)
    counts[counted.get_column("week").to_numpy()] = counted.get_column("len").to_numpy()
    return counts


def _ordinary_rates(lines: pl.DataFrame, variant_count: int) -> Floats:
    rates = np.zeros(variant_count)
    shares = (
        lines.unique(["order", "variant"]).group_by("variant").agg(pl.col("is_ordinary").mean())
    )
    rates[shares.get_column("variant").to_numpy()] = shares.get_column("is_ordinary").to_numpy()
    return rates
