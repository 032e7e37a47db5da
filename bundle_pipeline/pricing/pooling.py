"""Partial pooling of price elasticities: own sales -> category -> shop -> a stated prior.

Empirical Bayes on a grid, with the shrinkage estimated from the data. Each elasticity is drawn from
a population: with some chance 0 (what is bought whatever it costs), else from a normal above 0.
Mean, spread and chance are unknown themselves; every combination on a grid is weighed by how well
it explains the shop. A category has the shop's population or one of its own, with a chance that is
estimated too. Without data all weights are those of the prior.
"""

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
import numpy.typing as npt

from bundle_pipeline.pricing.sales import Codes, Floats

ELASTICITIES: Floats = np.linspace(0.0, 8.0, 41)
"""The grid of elasticities, 0 to 8: a price above the usual one never sells more."""

# The stated prior of a population's mean: log-normal around the median of 1851 published own-price
# elasticities (Bijmolt, van Heerde, Pieters: New empirical generalizations on the determinants of
# price elasticity, JMR 42, 2005), wide enough to be wrong by a factor of two.
_PRIOR_MEDIAN = 2.22
_PRIOR_LOG_DEVIATION = 0.5
_MEANS = np.arange(0.25, 6.01, 0.25)
_DEVIATIONS = (0.2, 0.4, 0.7, 1.1, 1.6)
_INSENSITIVE_RATES = (0.0, 0.1, 0.25, 0.5)
# Some are like no other, so that a clear estimate stands wherever it lies.
_ANYTHING_RATE = 0.05
_DIFFERENT_RATES: Floats = np.linspace(0.0, 1.0, 11)


@dataclass(frozen=True)
class Pooled:
    """What is known of each elasticity after pooling."""

    weights: Floats
    """Posterior over :data:`ELASTICITIES`, one row each; rows add up to 1."""
    own_share: Floats
    """How far each mean has moved from its population's to its own estimate, 0 to 1."""
    category_rate: Floats
    """Chance that its category has a population of its own."""
    resolved_share: Floats
    """Share of the prior's variance that the shop's own sales have resolved, 0 to 1: nothing where
    they say nothing, near 1 where an elasticity is known well, from wherever. The prior is wide in
    factors, so for an elasticity above its mean it is the variance that it would have there."""

    @property
    def means(self) -> Floats:
        """Posterior means."""
        return self.weights @ ELASTICITIES


def pooled(
    estimates: Floats, errors: Floats, *, category: Codes, importance: Floats | None = None
) -> Pooled:
    """Shrink estimates towards their category's, the shop's, and the prior's population.

    Args:
        estimates: Unshrunk elasticities, one per thing that is priced.
        errors: Their standard deviations, above 0.
        category: Number of each one's category, from 0; -1 where unknown, which only the shop's
            population stands for.
        importance: How much each one says of its population, 0 to 1: less where the same sales
            stand behind several of them; None is 1 for all.
    """
    likelihood = _likelihood(estimates, errors)
    populations, prior = _populations()
    # n x h: how well each population explains each estimate.
    evidence = np.log(likelihood @ populations.T)
    if importance is not None:
        evidence = evidence * importance[:, None]
    shop, own, rate = _population_weights(evidence, category, prior)
    known = category >= 0
    of_category = np.where(known, category, 0)
    chance = np.where(known, rate[of_category], 0.0)
    own_population = (own @ populations)[of_category]
    expected = (1 - chance)[:, None] * (shop @ populations) + chance[:, None] * own_population
    posterior = likelihood * expected
    posterior /= posterior.sum(axis=1, keepdims=True)
    return Pooled(
        posterior,
        own_share=_resolved(posterior, expected),
        category_rate=chance,
        resolved_share=_resolved_of_prior(posterior, (prior @ populations)[None, :]),
    )


def _likelihood(estimates: Floats, errors: Floats) -> Floats:
    away = (estimates[:, None] - ELASTICITIES) / errors[:, None]
    logs = -0.5 * away**2
    # The smallest double keeps an estimate far from all populations from being impossible.
    return np.exp(logs - logs.max(axis=1, keepdims=True)) + np.finfo(np.float64).tiny


@cache
def _populations() -> tuple[Floats, Floats]:
    """Populations on the grid, one row each, and the prior weight of each."""
    rows: list[Floats] = []
    weights: list[float] = []
    for mean, deviation, insensitive in product(_MEANS, _DEVIATIONS, _INSENSITIVE_RATES):
        bell = np.exp(-0.5 * ((ELASTICITIES - mean) / deviation) ** 2)
        row = (1 - insensitive) * bell / bell.sum()
        row = (1 - _ANYTHING_RATE) * row + _ANYTHING_RATE / ELASTICITIES.size
        row[0] += (1 - _ANYTHING_RATE) * insensitive
        rows.append(row)
        away = np.log(mean / _PRIOR_MEDIAN) / _PRIOR_LOG_DEVIATION
        weights.append(float(np.exp(-0.5 * away**2) / mean))
    prior = np.array(weights)
    return np.array(rows), prior / prior.sum()


def _population_weights(
    evidence: Floats, category: Codes, prior: Floats
) -> tuple[Floats, Floats, Floats]:
    """Weights of the populations for the shop, for each category, and its chance to differ."""
    of_category = _summed(evidence[category >= 0], category[category >= 0])
    alone = evidence[category < 0].sum(axis=0)
    # What a population of its own would explain, averaged over the prior.
    own = _normalised(of_category + np.log(prior))
    own_total = _log_sum(of_category + np.log(prior))
    best: list[tuple[Floats, Floats]] = []
    totals: list[float] = []
    for differing in _DIFFERENT_RATES:
        with np.errstate(divide="ignore"):
            same, other = np.log1p(-differing), np.log(differing) + own_total
        shared = np.logaddexp(same + of_category, other[:, None])
        score = np.log(prior) + alone + shared.sum(axis=0)
        totals.append(float(_log_sum(score[None, :])[0]))
        shop = _normalised(score[None, :])[0]
        best.append((shop, np.exp(other[:, None] - shared) @ shop))
    chance = _normalised(np.array(totals)[None, :])[0]
    shop = np.einsum("d,dh->h", chance, np.array([shop for shop, _ in best]))
    rate = np.einsum("d,dc->c", chance, np.array([rate for _, rate in best]))
    # Where no category is known, one that nobody looks up.
    return (shop, own, rate) if rate.size else (shop, prior[None, :], np.zeros(1))


def _summed(evidence: Floats, category: Codes) -> Floats:
    count = int(category.max()) + 1 if category.size else 0
    sums = np.zeros((count, evidence.shape[1]))
    np.add.at(sums, category, evidence)
    return sums


def _log_sum(logs: Floats) -> Floats:
    highest = logs.max(axis=1, keepdims=True)
    return (highest + np.log(np.exp(logs - highest).sum(axis=1, keepdims=True)))[:, 0]


def _normalised(logs: Floats) -> Floats:
    return np.exp(logs - _log_sum(logs)[:, None])


def _resolved(posterior: Floats, expected: Floats) -> Floats:
    """1 minus what is left of the variance that was expected."""
    return _share_resolved(_variance(posterior), _variance(expected))


def _resolved_of_prior(posterior: Floats, prior: Floats) -> Floats:
    """The same of a prior whose deviation grows with the mean."""
    times = np.maximum(posterior @ ELASTICITIES / (prior @ ELASTICITIES), 1.0)
    return _share_resolved(_variance(posterior), _variance(prior) * times**2)


def _share_resolved(left: Floats, expected: Floats) -> Floats:
    return np.clip(1 - left / np.maximum(expected, 1e-12), 0.0, 1.0)


def _variance(weights: Floats) -> npt.NDArray[np.float64]:
    means = weights @ ELASTICITIES
    return weights @ ELASTICITIES**2 - means**2
