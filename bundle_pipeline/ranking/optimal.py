"""The best set of bundles, by branch and bound (HiGHS, through SciPy).

Deterministic: HiGHS draws its random numbers from a fixed seed, what bounds it is a number of
branches and no time, and the problem is stated in the order of the bundles' ids.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any, cast

import numpy as np

from bundle_pipeline.ranking.greedy import choose_greedily
from bundle_pipeline.ranking.portfolio import Chosen, Floats, Portfolio, sparse

# HiGHS stops at an absolute gap of 1e-6; in these units of worth that is nothing.
_UNITS = 1e6
# Worth of the first bundle id over the last: among sets of equal worth the smaller ids win.
_TIE = 1e-7
# Status of a problem that has no solution, as SciPy numbers them.
_INFEASIBLE = 2


@dataclass(frozen=True)
class Solution:
    """A set of bundles, and how good it is at least."""

    chosen: Chosen
    worth: float
    bound: float
    """No allowed set is worth more."""

    @property
    def gap(self) -> float:
        """Share of the bound that may be missing, 0..1; 0 is the best set."""
        missing = self.bound - self.worth
        return missing / self.bound if self.bound > 0 and missing > _TIE else 0.0


def choose_optimally(
    portfolio: Portfolio, greedy: Chosen, *, max_gap: float, max_nodes: int
) -> Solution:
    """The allowed set that covers objectives as far as possible and then is worth most.

    Args:
        portfolio: The problem.
        greedy: The greedy choice, what the best one is at least.
        max_gap: Share of the best worth that may be missing.
        max_nodes: Branches at most; past them it is the better of what was found and ``greedy``.
    """
    search = _Search(portfolio, {"mip_rel_gap": max_gap, "node_limit": max_nodes})
    found = search.best(shortfall=0.0)
    if found.status == _INFEASIBLE:
        least = search.least_shortfall()
        found = search.best(min(portfolio.shortfall(greedy), np.inf if least is None else least))
    chosen = greedy
    if found.x is not None:
        # Within a gap that is allowed something may be left that only adds.
        full = choose_greedily(portfolio, _is_one(found.x[: portfolio.bundle_count]))
        chosen = min(
            full, greedy, key=lambda one: (portfolio.shortfall(one), -portfolio.worth(one))
        )
    worth = portfolio.worth(chosen)
    bound = np.inf if found.mip_dual_bound is None else -found.mip_dual_bound / _UNITS
    return Solution(chosen, worth, max(worth, float(bound)))


@dataclass(frozen=True)
class _Search:
    """Columns: a choice per bundle, the repeated places per overlap, what each objective lacks."""

    portfolio: Portfolio
    options: dict[str, float]

    def best(self, shortfall: float) -> Any:  # noqa: ANN401 SciPy's result has no type
        """The set of most worth among those that lack no more than ``shortfall``."""
        portfolio = self.portfolio
        ties = _TIE * np.arange(portfolio.bundle_count) / portfolio.bundle_count
        lacks = np.zeros(len(portfolio.objectives))
        costs = np.concatenate([ties - portfolio.scores, portfolio.overlap_costs, lacks])
        return self._solved(costs * _UNITS, shortfall)

    def least_shortfall(self) -> float | None:
        """The least that objectives lack together in any allowed set; None if none was found."""
        free = np.zeros(self.portfolio.bundle_count + len(self.portfolio.overlap_costs))
        lacks = np.ones(len(self.portfolio.objectives))
        found = self._solved(np.concatenate([free, lacks]), np.inf)
        return None if found.x is None else round(found.fun)

    def _solved(self, costs: Floats, shortfall: float) -> Any:  # noqa: ANN401 SciPy's result
        # Loaded here, since it takes a quarter of a second and only shops with bundles need it.
        optimize = cast("Any", import_module("scipy.optimize"))
        portfolio = self.portfolio
        limits, overlaps, serves = portfolio.limits, portfolio.overlaps, portfolio.serves
        overlap_count, objective_count = len(portfolio.overlap_costs), len(portfolio.objectives)
        matrix = sparse.block_array(
            [
                [limits.amounts, None, None],
                [overlaps, -sparse.eye_array(overlap_count), None],
                [-serves, None, -sparse.eye_array(objective_count)],
                [None, None, sparse.csr_array(np.ones((1, objective_count)))],
            ],
            format="csr",
        )
        most = [limits.most, np.ones(overlap_count), -portfolio.wanted, [shortfall]]
        is_choice = np.zeros(matrix.shape[1])
        is_choice[: portfolio.bundle_count] = 1
        return optimize.milp(
            costs,
            integrality=is_choice,
            bounds=optimize.Bounds(0, np.where(is_choice, 1.0, np.inf)),
            constraints=optimize.LinearConstraint(matrix, ub=np.concatenate(most)),
            options=self.options,
        )


def _is_one(found: Floats) -> Chosen:
    """Choices as the solver states them, which are whole only nearly."""
    return np.round(found) == 1
