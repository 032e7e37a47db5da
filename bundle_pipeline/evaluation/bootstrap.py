"""How far figures of held-out orders could be off: the bootstrap over orders, from a fixed seed."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bundle_pipeline.evaluation.outcomes import COLUMNS, FIGURES

Floats = npt.NDArray[np.float64]

# Two-sided 95 %.
_ENDS = (2.5, 97.5)
# Outcomes that differ by less are the same one.
_DECIMALS = 9


@dataclass(frozen=True)
class Interval:
    """A figure with its 95 % interval."""

    middle: float
    low: float
    high: float


def figure_intervals(outcomes: Floats, *, sample_count: int, seed: int) -> dict[str, Interval]:
    """Each of ``FIGURES`` with its interval (percentile bootstrap; Efron, Ann. Statist. 1979).

    Args:
        outcomes: As in :class:`~bundle_pipeline.evaluation.outcomes.Tried`.
        sample_count: Bootstrap samples.
        seed: Of the random numbers.
    """
    exact, sampled = _sums(outcomes, sample_count=sample_count, seed=seed)
    return {name: _interval(_ratio(exact, name), _ratio(sampled, name)) for name in FIGURES}


def figure_differences(
    today: Floats, accepted: Floats, *, sample_count: int, seed: int
) -> dict[str, Interval]:
    """Each of ``FIGURES`` of today's less that of the accepted list, on the same orders.

    Samples are of orders with what both lists got of them, so what both share is no noise.

    Args:
        today: Outcomes of one list.
        accepted: Outcomes of the other, row by row of the same orders.
        sample_count: Bootstrap samples.
        seed: Of the random numbers.
    """
    both = np.hstack([today, accepted])
    exact, sampled = _sums(both, sample_count=sample_count, seed=seed)
    width = len(COLUMNS)
    return {
        name: _interval(
            _ratio(exact[:, :width], name) - _ratio(exact[:, width:], name),
            _ratio(sampled[:, :width], name) - _ratio(sampled[:, width:], name),
        )
        for name in FIGURES
    }


def _sums(outcomes: Floats, *, sample_count: int, seed: int) -> tuple[Floats, Floats]:
    """Sums of the columns: of all rows, and of each sample of as many rows with replacement.

    Equal rows are drawn together: how often each kind of row is drawn is multinomial, and there
    are few kinds, however many orders.
    """
    kinds, counts = np.unique(np.round(outcomes, _DECIMALS), axis=0, return_counts=True)
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(counts.sum(), counts / counts.sum(), size=sample_count)
    return (counts @ kinds)[None, :], drawn @ kinds


def _ratio(sums: Floats, figure: str) -> Floats:
    part, whole = (sums[:, COLUMNS.index(name)] for name in FIGURES[figure])
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _interval(exact: Floats, sampled: Floats) -> Interval:
    low, high = np.percentile(sampled, _ENDS)
    return Interval(float(exact[0]), float(low), float(high))
