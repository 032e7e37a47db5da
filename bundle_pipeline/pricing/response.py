"""How a bundle's sales answer to its discount, and how many would be sold without one.

Whoever buys all of a bundle weighs one total: a unit of money off counts the same whichever item it
comes off. So the own-price slopes of the items, each per unit of money, are estimates of the same
sensitivity and are averaged by precision; a discount rate ``d`` on ``k`` units then multiplies the
odds of the bundle's sales by ``exp(elasticity * k * d)``, the elasticity being that of one unit of
average price: a multinomial logit (McFadden, 1974). The elasticities are pooled over bundles of a
category and of the shop that orders show: variants that nobody is known to buy together, often what
is bought whatever it costs, say little of those that are.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from bundle_pipeline.pricing.bundle_sales import (
    Wanted,
    joint_order_counts,
    promotion_factors,
    units_bought,
)
from bundle_pipeline.pricing.own_price import own_price_slopes
from bundle_pipeline.pricing.pooling import Pooled, pooled
from bundle_pipeline.pricing.sales import Codes, Floats, WeeklySales

DAYS_PER_MONTH = 30
_DAYS_PER_WEEK = 7

PRODUCT, CATEGORY, SHOP, PRIOR = "product", "category", "shop", "prior"
# A share of at least this is most of it.
_MOST = 0.5
_NEXT_TO_NOTHING = 1e-6
JEFFREYS = 0.5
"""Added to a count by Jeffreys' prior of a Poisson rate."""


@dataclass(frozen=True)
class BundleResponses:
    """What is known of the sales of each bundle; one row each."""

    unit_counts: Floats
    """Units in the bundle, k."""
    elasticities: Pooled
    """Elasticity of a unit of average price, as a distribution."""
    levels: list[str]
    """Where it was learnt: product, category, shop or prior, the nearest that says most."""
    week_counts: Codes
    """Weeks in which an item of the bundle was sold off its usual price."""
    joint_counts: Floats
    """Ordinary orders that hold what it asks for; of a tier those that no higher one takes."""
    order_counts: Floats
    """Ordinary orders that hold its rarest variant; of options as many as all could fill."""
    used_counts: Floats
    """How many times over a joint order holds it, on average; 1 unless it has one variant only."""
    units_below: Floats
    """Units that buyers of fewer buy on average; 0 unless it has one variant only."""
    months: Floats
    """Months of 30 days behind them, each weighed by how much its promotions sold: joint orders per
    such month are those at usual prices."""
    information: Floats
    """How far each answer is known from the shop's own prices: share of the stated prior's variance
    that they resolve, 0 (all of it is assumed) to 1."""
    learned: bool
    """Whether the shop has any price that moved."""
    knows_months: bool
    """Whether its orders are of more than one week: else nobody knows what a month brings."""

    @property
    def order_rates(self) -> Floats:
        """Joint orders a month at usual prices: the mean after Jeffreys' prior."""
        return (self.joint_counts + JEFFREYS) / self.months


def bundle_responses(
    items: pl.DataFrame,
    categories: pl.DataFrame,
    sales: WeeklySales,
    *,
    units_from_next: Codes,
    is_shown: npt.NDArray[np.bool_],
) -> BundleResponses:
    """Learn how each bundle answers.

    Args:
        items: Of :func:`~bundle_pipeline.pricing.bundle_items.items_of`, by ``bundle``.
        categories: ``variant_id`` and ``category`` (null: unknown); a bundle is of the category of
            its first item.
        sales: Weekly sales of at least these variants.
        units_from_next: Per bundle: units from which another tier holds; 0 where none does.
        is_shown: Per bundle: whether orders show it. Those that are shown make the populations of
            all; where none is, all do.
    """
    bundle = items.get_column("bundle").cast(pl.Int64).to_numpy()
    variant = sales.variant_ids.search_sorted(items.get_column("variant_id")).to_numpy()
    variant = variant.astype(np.int64)
    price = items.get_column("unit_price_minor").cast(pl.Float64).to_numpy()
    quantity = items.get_column("quantity").cast(pl.Float64).to_numpy()
    units = np.bincount(bundle, quantity)
    mean_price = np.bincount(bundle, quantity * price) / units
    # The price of a free item can't move: it says next to nothing.
    scale = np.where(price > 0, mean_price[bundle] / np.maximum(price, 1.0), 1.0)
    slopes = own_price_slopes(sales)
    precision = np.where(price > 0, (slopes.error[variant] * scale) ** -2, _NEXT_TO_NOTHING)
    summed = np.bincount(bundle, precision)
    estimate = np.bincount(bundle, precision * slopes.slope[variant] * scale) / summed
    category = _categories(items, categories)
    pool = pooled(
        estimate,
        1 / np.sqrt(summed),
        category=category,
        importance=_importance(bundle, variant, is_shown if is_shown.any() else ~is_shown),
    )
    at_usual_price = pool.means[bundle] / scale
    factors = promotion_factors(sales, variant=variant, slope=at_usual_price)
    wanted = _wanted(items, bundle, variant)
    bought = _bought(sales, wanted, units_from_next)
    weeks = np.minimum.reduceat(sales.is_offered.sum(axis=1)[variant], wanted.starts)
    # Of options a part is picked: the mean of their factors to the power of how many.
    picked = wanted.needed / wanted.sizes
    promoted = np.multiply.reduceat(factors, wanted.starts) ** picked
    moved = np.bincount(bundle, sales.moved_week_counts[variant]).astype(np.int64)
    learned = bool(sales.has_moved.any())
    return BundleResponses(
        unit_counts=units.astype(np.float64),
        elasticities=pool,
        levels=_levels(pool, moved, category, learned=learned),
        week_counts=moved,
        joint_counts=bought.joint,
        order_counts=bought.orders,
        used_counts=bought.used,
        units_below=bought.below,
        months=np.maximum(weeks, 1) * _DAYS_PER_WEEK / DAYS_PER_MONTH * promoted,
        information=pool.resolved_share * learned,
        learned=learned,
        knows_months=sales.order_counts.size > 1,
    )


@dataclass(frozen=True)
class _Bought:
    joint: Floats
    orders: Floats
    used: Floats
    below: Floats


def _wanted(items: pl.DataFrame, bundle: Codes, variant: Codes) -> Wanted:
    needed = items.get_column("needed").to_numpy()
    starts = np.flatnonzero(np.diff(bundle, prepend=-1))
    return Wanted(
        bundle=bundle,
        variant=variant,
        units=items.get_column("least_units").to_numpy(),
        needed=needed[starts],
    )


def _bought(sales: WeeklySales, wanted: Wanted, units_from_next: Codes) -> _Bought:
    held = np.bincount(sales.variant, minlength=sales.variant_ids.len())[wanted.variant]
    # Picks of some options: as many orders as the options that were sold could fill.
    is_pick = wanted.needed < wanted.sizes
    orders = np.where(
        is_pick,
        np.add.reduceat(held, wanted.starts) / wanted.needed,
        np.minimum.reduceat(held, wanted.starts),
    )
    joint, used, below = np.zeros(orders.size), np.ones(orders.size), np.zeros(orders.size)
    # Those of one variant have many quantities, and nothing to hold beside it.
    is_single = wanted.sizes == 1
    joint[~is_single] = joint_order_counts(sales, wanted.of(~is_single))
    single = np.flatnonzero(is_single)
    if single.size:
        row = wanted.starts[single]
        least = wanted.units[row]
        found = units_bought(
            sales, variant=wanted.variant[row], least=least, below=units_from_next[single]
        )
        joint[single] = found.order_counts
        used[single] = found.mean_units / least
        below[single] = found.mean_units_below
    return _Bought(joint, orders, used, below)


def _categories(items: pl.DataFrame, categories: pl.DataFrame) -> Codes:
    """Number of each bundle's category; -1 where unknown."""
    first = items.unique("bundle", keep="first", maintain_order=True)
    named = first.join(
        categories, on="variant_id", how="left", validate="m:1", maintain_order="left"
    )
    number = pl.col("category").rank("dense").cast(pl.Int64) - 1
    return named.select(number.fill_null(-1)).to_series().to_numpy()


def _importance(bundle: Codes, variant: Codes, counts: npt.NDArray[np.bool_]) -> Floats:
    """A bundle's part in its evidence: several that count may have one variant's sales behind."""
    times = np.bincount(variant[counts[bundle]], minlength=int(variant.max(initial=-1)) + 1)
    shared = 1 / np.maximum(times, 1)[variant]
    return counts * np.bincount(bundle, shared) / np.bincount(bundle)


def _levels(pool: Pooled, moved: Codes, category: Codes, *, learned: bool) -> list[str]:
    """Where each elasticity comes from: the nearest level that has most to say."""
    if not learned:
        return [PRIOR] * moved.size
    is_own = (moved > 0) & (pool.own_share >= _MOST)
    is_of_category = (category >= 0) & (pool.category_rate >= _MOST)
    return np.where(is_own, PRODUCT, np.where(is_of_category, CATEGORY, SHOP)).tolist()
