"""How much the adjusted lift of a pair varies, beside a lift whose count is Poisson.

The expected count is made of the same baskets as the count: a week in which more baskets happen to
hold variant a brings more of both, and their ratio hardly moves. So an interval that takes the
count as Poisson and the expectation as known is too wide for popular pairs: it holds the truth in
99 % of cases where it says 95.

With ``r_k`` the share of the joint baskets that are of size class k, ``c_ak`` of the class's
``N_k`` baskets with variant a, ``e_k`` its part of the expected count E, and ``u_k = e_k / (c_ak *
E)`` what one more basket with a adds to E, as a share (``v_k``: with b), one joint basket moves
``log(lift)`` by ``1 / m - u_k - v_k``, one with a alone by ``-u_k``, for a mean count m. Squared
and added up over baskets, less the square of their mean (the delta method), that is ``(1 - linear *
m + quadratic * m ** 2) / m`` with

- ``linear = sum of 2 * r_k * (u_k + v_k) - c_ak * u_k ** 2 - c_bk * v_k ** 2 + (r_k - c_ak * u_k -
  c_bk * v_k) ** 2 / N_k``
- ``quadratic = sum of 2 * r_k * u_k * v_k``

where Poisson has ``1 / m``. In one class and by chance the rest is ``(1 - c_a / N) * (1 - c_b /
N)``, as in a fourfold table with fixed margins.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bundle_pipeline.baskets.encoded import Codes
from bundle_pipeline.mining.null_model import (
    SizeClasses,
    expected_in_class,
    expected_pair_counts,
)
from bundle_pipeline.statistics.poisson import mean_interval

Floats = npt.NDArray[np.float64]

# Joint baskets that are added as if the lift varied as a Poisson count. With two, lower ends are
# above the truth in 2.0 to 2.6 % of cases for any mean count from 1 on.
_POISSON_BASKETS = 2
# Halvings until an end is as exact as its number allows.
_HALVINGS = 52


@dataclass(frozen=True)
class LiftSpread:
    """Variance of the lift of each pair by that of a Poisson count of the same mean."""

    linear: Floats
    quadratic: Floats

    def at(self, mean: Floats) -> Floats:
        """``1 - linear * mean + quadratic * mean ** 2`` within 0..1, per pair."""
        return np.clip(1 - self.linear * mean + self.quadratic * mean**2, 0.0, 1.0)


def lift_spread(classes: SizeClasses, pairs: Codes, pair_counts: Codes) -> LiftSpread:
    """How much the lift of each pair varies; see the module.

    Args:
        classes: The shop's baskets.
        pairs: Variant codes, shape (pairs, 2).
        pair_counts: Baskets of each class that hold the pair, shape (pairs, classes). Where there
            are none, joint baskets are taken to be where they are expected.
    """
    total = expected_pair_counts(classes, pairs)
    joint = pair_counts.sum(axis=1)
    linear, quadratic = np.zeros(len(pairs)), np.zeros(len(pairs))
    for k in range(classes.class_count):
        expected = expected_in_class(classes, pairs, k) / total
        share = np.where(joint > 0, pair_counts[:, k] / np.maximum(joint, 1), expected)
        left, right = (classes.count[pairs[:, side], k] for side in (0, 1))
        u, v = (
            np.divide(expected, count, out=np.zeros(len(pairs)), where=count > 0)
            for count in (left, right)
        )
        mean = share - left * u - right * v
        linear += 2 * share * (u + v) - left * u**2 - right * v**2 + mean**2 / classes.baskets[k]
        quadratic += 2 * share * u * v
    return LiftSpread(linear, quadratic)


def lift_interval(count: Codes, spread: LiftSpread) -> tuple[Floats, Floats]:
    """95 % interval of the mean count that the adjusted lift stands for.

    The mid-p interval of a Poisson mean, each end drawn towards the count: to where it is
    ``sqrt(spread)`` times as far from it. The spread is the larger of those at the end and at the
    count: at the count it is 0 where a handful of baskets is all that holds a variant, at the end
    it is too small where two variants are always together. Two more baskets vary as Poisson, since
    sums of squares say little where a pair is in two or three.

    Args:
        count: Baskets that hold each pair.
        spread: Of the same pairs.

    Returns:
        Both ends; divided by the expected count they are those of the adjusted lift.
    """
    low, high = mean_interval(count)
    return _drawn(count, low, spread), _drawn(count, high, spread)


def _drawn(count: Codes, end: Floats, spread: LiftSpread) -> Floats:
    """Where the distance from the count is the spread's share of that of the end; by halving."""
    seen = count.astype(np.float64)
    beyond, inside = end, seen
    reach, least = np.abs(end - seen), spread.at(seen)
    for _ in range(_HALVINGS):
        middle = (beyond + inside) / 2
        mixed = seen * np.maximum(spread.at(middle), least) + _POISSON_BASKETS
        is_inside = np.abs(seen - middle) <= reach * np.sqrt(mixed / (seen + _POISSON_BASKETS))
        inside = np.where(is_inside, middle, inside)
        beyond = np.where(is_inside, beyond, middle)
    return (beyond + inside) / 2
