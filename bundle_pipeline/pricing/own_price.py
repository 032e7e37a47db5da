"""How a variant's sales answer to its own price: one logistic regression per variant, all at once.

Of the ordinary orders ``E`` of a week ``n`` hold the variant: ``n ~ Binomial(E, p)`` with ``logit p
= a - slope * (price / usual price - 1)``. Orders of the week stand for how busy it was, so that a
promotion in a busy week isn't credited with the season. Weeks without a sale count too: leaving
them out makes demand look less elastic than it is. What varies more than binomially (Pearson's
statistic) widens the errors (quasi-likelihood: Wedderburn, Biometrika 61, 1974).
"""

from dataclasses import dataclass

import numpy as np

from bundle_pipeline.pricing.sales import Floats, WeeklySales

# Where the price never moved its slope is anything: this is the deviation that such a slope gets.
_NOTHING_KNOWN = 10.0
_MOST_ITERATIONS = 30
_PRECISE = 1e-6
_LONGEST_STEP = 2.0


@dataclass(frozen=True)
class OwnPriceSlopes:
    """One slope per variant: log-odds of a sale lost per 100 % of the usual price; 2 is elastic."""

    slope: Floats
    """Estimate, unshrunk; may have the wrong sign."""
    error: Floats
    """Its standard deviation, above 0 and at most 10."""


def own_price_slopes(sales: WeeklySales) -> OwnPriceSlopes:
    """Fit each variant by Newton's method.

    Args:
        sales: Weekly sales and prices.
    """
    orders = sales.order_counts[None, :] * sales.is_offered
    sold, move = sales.sold_counts, sales.price_ratios - 1
    base = (sold.sum(axis=1) + 0.5) / (orders.sum(axis=1) + 1.0)
    level, slope = np.log(base / (1 - base)), np.zeros(base.size)
    curvature = _curvature(orders, move, level, slope)
    for _ in range(_MOST_ITERATIONS):
        missing = sold - orders * _chance(move, level, slope)
        step = _newton_step(missing, move, slope, curvature)
        level, slope = level + step[0], slope + step[1]
        curvature = _curvature(orders, move, level, slope)
        if not step.size or np.abs(step).max() < _PRECISE:
            break
    a, b, c = curvature
    variance = a / (a * c - b * b)
    spread = np.sqrt(_dispersion(sold, orders, _chance(move, level, slope)))
    return OwnPriceSlopes(slope, np.minimum(np.sqrt(variance) * spread, _NOTHING_KNOWN))


def _chance(move: Floats, level: Floats, slope: Floats) -> Floats:
    return 1 / (1 + np.exp(np.clip(slope[:, None] * move - level[:, None], -30, 30)))


def _curvature(orders: Floats, move: Floats, level: Floats, slope: Floats) -> Floats:
    """Second derivatives of the likelihood: level, both, slope; the last one with its prior."""
    chance = _chance(move, level, slope)
    weight = orders * chance * (1 - chance)
    return np.stack(
        [
            weight.sum(axis=1) + _PRECISE,
            -(weight * move).sum(axis=1),
            (weight * move**2).sum(axis=1) + _NOTHING_KNOWN**-2,
        ]
    )


def _newton_step(missing: Floats, move: Floats, slope: Floats, curvature: Floats) -> Floats:
    a, b, c = curvature
    of_level = missing.sum(axis=1)
    of_slope = -(missing * move).sum(axis=1) - slope * _NOTHING_KNOWN**-2
    determinant = a * c - b * b
    step = np.stack([c * of_level - b * of_slope, a * of_slope - b * of_level]) / determinant
    return np.clip(step, -_LONGEST_STEP, _LONGEST_STEP)


def _dispersion(sold: Floats, orders: Floats, chance: Floats) -> Floats:
    variance = orders * chance * (1 - chance)
    is_counted = variance > 0
    pearson = np.where(is_counted, (sold - orders * chance) ** 2, 0) / np.where(
        is_counted, variance, 1
    )
    freedom = np.maximum(is_counted.sum(axis=1) - 2, 1)
    return np.maximum(pearson.sum(axis=1) / freedom, 1.0)
