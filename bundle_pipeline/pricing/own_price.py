"""How a variant's sales answer to its own price: one logistic regression per variant, all at once.

Of the ordinary orders ``E`` of a week ``n`` hold the variant: ``n ~ Binomial(E, p)`` with ``logit p
= a - slope * (price / usual price - 1)``. Orders of the week stand for how busy it was, so that a
promotion in a busy week isn't credited with the season.

A price shows only where somebody paid it: a promotion that sold nothing looks like a week at the
usual price. So only weeks with a sale count, and of them what is surprising *given* a sale: ``P(n |
n >= 1)``, the binomial truncated at zero. Without the truncation demand looks less elastic than it
is; with weeks of no sale at their usual price, more elastic, the more so the fewer the sales. What
varies more than that (Pearson's statistic) widens the errors (quasi-likelihood: Wedderburn,
Biometrika 61, 1974).
"""

from dataclasses import dataclass

import numpy as np

from bundle_pipeline.pricing.sales import Codes, Floats, WeeklySales

# Where the price never moved its slope is anything: this is the deviation that such a slope gets,
# and a level where nothing but single sales shows it.
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


@dataclass(frozen=True)
class _Weeks:
    """Weeks of some variants; one row each."""

    sold: Floats
    """Orders that hold the variant."""
    orders: Floats
    """Ordinary orders of the week; 0 where none holds the variant."""
    move: Floats
    """Price of the week over the usual one, minus 1."""

    def of(self, rows: Codes) -> "_Weeks":
        """Those of some of the variants."""
        return _Weeks(self.sold[rows], self.orders[rows], self.move[rows])


@dataclass(frozen=True)
class _Sold:
    """Sales of each variant and week, and what the model says of them: given that there are any."""

    count: Floats
    expected: Floats
    variance: Floats
    move: Floats


def own_price_slopes(sales: WeeklySales) -> OwnPriceSlopes:
    """Fit each variant by Newton's method; the likelihood has one maximum.

    Args:
        sales: Weekly sales and prices.
    """
    orders = sales.order_counts[None, :] * (sales.sold_counts > 0)
    weeks = _Weeks(sales.sold_counts, orders, sales.price_ratios - 1)
    base = (weeks.sold.sum(axis=1) + 0.5) / (sales.order_counts.sum() + 1.0)
    usual = np.log(base / (1 - base))
    level, slope = usual.copy(), np.zeros(base.size)
    moving: Codes = np.arange(base.size, dtype=np.int64)
    for _ in range(_MOST_ITERATIONS):
        sold = _sold(weeks.of(moving), level[moving], slope[moving])
        step = _newton_step(sold, level[moving] - usual[moving], slope[moving])
        level[moving] += step[0]
        slope[moving] += step[1]
        moving = moving[np.abs(step).max(axis=0) >= _PRECISE]
        if not moving.size:
            break
    sold = _sold(weeks, level, slope)
    a, b, c = _curvature(sold)
    variance = a / (a * c - b * b)
    return OwnPriceSlopes(slope, np.minimum(np.sqrt(variance * _dispersion(sold)), _NOTHING_KNOWN))


def _sold(weeks: _Weeks, level: Floats, slope: Floats) -> _Sold:
    """Mean and variance of a binomial truncated at zero; 0 in weeks without a sale."""
    chance = 1 / (1 + np.exp(np.clip(slope[:, None] * weeks.move - level[:, None], -30, 30)))
    any_sale = np.where(weeks.orders > 0, -np.expm1(weeks.orders * np.log1p(-chance)), 1.0)
    mean = weeks.orders * chance
    expected = mean / any_sale
    squares = (mean * (1 - chance) + mean**2) / any_sale
    return _Sold(weeks.sold, expected, np.maximum(squares - expected**2, 0.0), weeks.move)


def _curvature(sold: _Sold) -> Floats:
    """Second derivatives of the likelihood with its priors: level, both, slope."""
    weight, move = sold.variance, sold.move
    return np.stack(
        [
            weight.sum(axis=1) + _NOTHING_KNOWN**-2,
            -(weight * move).sum(axis=1),
            (weight * move**2).sum(axis=1) + _NOTHING_KNOWN**-2,
        ]
    )


def _newton_step(sold: _Sold, above_usual: Floats, slope: Floats) -> Floats:
    a, b, c = _curvature(sold)
    missing = sold.count - sold.expected
    of_level = missing.sum(axis=1) - above_usual * _NOTHING_KNOWN**-2
    of_slope = -(missing * sold.move).sum(axis=1) - slope * _NOTHING_KNOWN**-2
    determinant = a * c - b * b
    step = np.stack([c * of_level - b * of_slope, a * of_slope - b * of_level]) / determinant
    return np.clip(step, -_LONGEST_STEP, _LONGEST_STEP)


def _dispersion(sold: _Sold) -> Floats:
    is_counted = sold.variance > _PRECISE
    surprise = (sold.count - sold.expected) ** 2 / np.where(is_counted, sold.variance, 1.0)
    freedom = np.maximum(is_counted.sum(axis=1) - 2, 1)
    return np.maximum(np.where(is_counted, surprise, 0.0).sum(axis=1) / freedom, 1.0)
