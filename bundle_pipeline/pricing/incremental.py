"""What a bundle earns at a discount beyond what would have been earned anyway.

With ``rate`` joint orders a month at list prices, margin ``M`` of all items at list prices and
discount ``D``, both in minor units, sales grow by the factor ``f(D)`` of the response, the logit's:
``f(D) = e / (1 + share * (e - 1))`` with ``e = exp(elasticity * k * d)`` for a discount rate ``d``
on ``k`` units, and ``share`` that of those who may buy all of it who do so anyway (McFadden, 1974).
Growth is exponential at first, and everybody buys in the end.

``incremental(D) = rate * kept * ((f(D) - 1) * (M * (1 - diverted) - D) - used * D)``

The last ``D`` goes to those who would have bought all of it anyway, ``used`` times each: an order
of more units than a tier asks for saves on all of them. ``diverted`` is the share of the margin of
additional bundles that their buyers would have brought with other purchases, such as fewer units of
the same; ``kept`` is what refunds leave. ``rate`` has a Gamma posterior (Jeffreys' prior), the
elasticity that of :mod:`~bundle_pipeline.pricing.pooling`.
"""

from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
from scipy import special  # pyright: ignore[reportMissingTypeStubs]

from bundle_pipeline.pricing.losses import Prospects
from bundle_pipeline.pricing.pooling import ELASTICITIES
from bundle_pipeline.pricing.response import JEFFREYS, BundleResponses
from bundle_pipeline.pricing.sales import Codes, Floats

_RATE_QUANTILES: Floats = (np.arange(9) + 0.5) / 9
# The diverted share is a guess, so the interval takes it from nothing to twice as much (or all).
_DIVERTED = ((0.0, 0.25), (1.0, 0.5), (2.0, 0.25))
# A two-sided interval of 90 %.
_LOW, _HIGH = 0.05, 0.95
_BUNDLES_AT_A_TIME = 1000
# With some eighty discounts each, and a grid for each of these: as much as a processor's cache has.
_BUNDLES_TRIED_AT_A_TIME = 20


@dataclass(frozen=True)
class Economics:
    """What the bundles earn per unit; one row each, minor units."""

    list_totals: Floats
    """At list prices, above 0."""
    margins: Floats
    """List total minus costs; NaN where a cost is unknown."""
    reliefs: Floats
    """What moving one more bundle out of stock is worth beside its margin."""
    bought_shares: Floats
    """Share of those who may buy the bundle that buy all of it at list prices, 0 to 1."""
    used_counts: Floats
    """How many times over an order that is made anyway takes the discount; at least 1."""
    diverted_shares: Floats
    """Share of the margin of additional bundles that would have been earned anyway."""
    kept_share: float
    """Share of sales that isn't refunded."""

    def kept_margins(self, diverted: float = 1.0) -> Floats:
        """What one additional bundle brings at list prices, with a multiple of what is diverted."""
        return self.margins * (1 - np.minimum(diverted * self.diverted_shares, 1))


@dataclass(frozen=True)
class Outlook:
    """Expected incremental margin a month, minor units; NaN where a cost is unknown."""

    expected: Floats
    low: Floats
    """Lower end of the 90 % interval."""
    high: Floats
    """Upper end."""


def prospects(economics: Economics, responses: BundleResponses, tried: Codes) -> Prospects:
    """What each discount is expected to earn a month, stock relief included, and may lose.

    A loss is one of money: being rid of stock moves what is expected, not what may be lost.

    Args:
        economics: What the bundles earn.
        responses: How they answer.
        tried: Discounts in minor units, one row per bundle.
    """
    gains, chances = np.zeros(tried.shape), np.zeros(tried.shape)
    weights = responses.elasticities.weights
    chance_below = np.pad(weights.cumsum(axis=1), ((0, 0), (1, 0)))
    for first in range(0, tried.shape[0], _BUNDLES_TRIED_AT_A_TIME):
        some = slice(first, first + _BUNDLES_TRIED_AT_A_TIME)
        kept = economics.kept_margins()[some, None] - tried[some]
        given = economics.used_counts[some, None] * tried[some]
        more = _more_sold(economics, responses, tried[some], some)
        relieved = kept + economics.reliefs[some, None]
        gains[some] = np.einsum("ij,idj->id", weights[some], more) * relieved - given
        losing = _losing(more, kept, given)
        chances[some] = np.take_along_axis(chance_below[some], losing, axis=1)
    return Prospects(gains * responses.order_rates[:, None], chances, responses.information)


def _losing(more: Floats, kept: Floats, given: Floats) -> Codes:
    """How many of the elasticities, the lowest ones, don't make up for what is given."""
    enough = np.where(kept > 0, given / np.where(kept > 0, kept, 1.0), np.inf)
    # They ascend. What needs nothing at all is never lost.
    return (more < np.where(given > 0, enough, -np.inf)[..., None]).sum(axis=-1)


def best_discounts(worths: Floats, tried: Codes, allowed: npt.NDArray[np.bool_]) -> Codes:
    """The discounts that are worth most; the least among equals.

    Args:
        worths: Of :class:`~bundle_pipeline.pricing.losses.Prospects`, shaped as ``tried``.
        tried: Discounts in minor units, one row per bundle, ascending.
        allowed: Which of them are allowed; nothing off always is.

    Returns:
        One discount per bundle; 0 where none is worth anything or a cost is unknown.
    """
    worth = np.where(allowed & (worths > 0), worths, 0.0)
    best = worth.argmax(axis=1)
    row: Codes = np.arange(best.size, dtype=np.int64)
    return np.where(worth[row, best] > 0, tried[row, best], 0)


def outlook(economics: Economics, responses: BundleResponses, discounts: Codes) -> Outlook:
    """Expected incremental margin of each bundle at its discount, with a 90 % interval."""
    # Nothing off earns exactly nothing; most bundles of a shop that doesn't answer are such.
    some = np.flatnonzero(discounts != 0)
    found = np.where(np.isnan(economics.margins), np.nan, np.zeros((3, discounts.size)))
    for first in range(0, some.size, _BUNDLES_AT_A_TIME):
        rows = some[first : first + _BUNDLES_AT_A_TIME]
        found[:, rows] = _outlook(economics, responses, discounts, rows)
    return Outlook(*found)


def break_even_factors(economics: Economics, discounts: Codes) -> Floats:
    """How many times as many bundles must be sold for the discount to cost nothing; at least 1.

    NaN where a cost is unknown, or where no number of bundles makes up for the discount.
    """
    kept, given = economics.kept_margins() - discounts, economics.used_counts * discounts
    paid_back = np.where(kept > 0, 1 + given / np.where(kept > 0, kept, 1.0), np.nan)
    return np.where((discounts == 0) & ~np.isnan(kept), 1.0, paid_back)


def _more_sold(
    economics: Economics, responses: BundleResponses, discounts: Codes, some: Codes | slice
) -> Floats:
    """Additional bundles per bundle sold anyway; some bundles x their discounts x elasticities."""
    off = discounts / economics.list_totals[some, None] * responses.unit_counts[some, None]
    share = economics.bought_shares[some, None, None]
    odds = np.expm1(off[..., None] * ELASTICITIES)
    return odds * (1 - share) / (1 + share * odds)


def _outlook(
    economics: Economics, responses: BundleResponses, discounts: Codes, some: Codes
) -> Floats:
    more = _more_sold(economics, responses, discounts[some, None], some)[:, 0]
    weights = responses.elasticities.weights[some]
    shape = responses.joint_counts[some] + JEFFREYS
    scale = economics.kept_share / responses.months[some, None]
    rates = cast("Floats", special.gammaincinv(shape[:, None], _RATE_QUANTILES)) * scale
    given = (economics.used_counts * discounts)[some, None]
    drawn: list[Floats] = []
    chance: list[Floats] = []
    for diverted, weight in _DIVERTED:
        kept = (economics.kept_margins(diverted) - discounts)[some, None]
        gain = more * kept - given
        drawn.append((gain[:, :, None] * rates[:, None, :]).reshape(gain.shape[0], -1))
        chance.append(np.repeat(weights, rates.shape[1], axis=1) * (weight / rates.shape[1]))
    gain = more * (economics.kept_margins() - discounts)[some, None] - given
    expected = shape * scale[:, 0] * (weights * gain).sum(axis=1)
    ends = _quantiles(np.concatenate(drawn, axis=1), np.concatenate(chance, axis=1))
    return np.stack([expected, *ends])


def _quantiles(drawn: Floats, chance: Floats) -> list[Floats]:
    """Both ends of the interval of each row."""
    order = np.argsort(drawn, axis=1)
    below = np.take_along_axis(chance, order, axis=1).cumsum(axis=1)
    row: Codes = np.arange(drawn.shape[0], dtype=np.int64)
    last = drawn.shape[1] - 1
    places = [np.minimum((below < end).sum(axis=1), last) for end in (_LOW, _HIGH)]
    return [drawn[row, order[row, place]] for place in places]
