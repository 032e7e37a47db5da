"""Choosing one bundle after the other: fast, and a lower bound of what the best set is worth."""

import numpy as np

from bundle_pipeline.ranking.portfolio import Chosen, Floats, Ints, Portfolio


def choose_greedily(portfolio: Portfolio, start: Chosen | None = None) -> Chosen:
    """Add the bundle that adds most to the worth until none adds any; ties by ``bundle_id``.

    What a bundle adds is its score less its overlap with those chosen before (maximal marginal
    relevance; Carbonell and Goldstein, SIGIR 1998). Bundles for objectives that still lack some
    come first.

    Args:
        portfolio: The problem.
        start: Bundles chosen already, none by default.

    Returns:
        Whether each bundle is chosen. Nothing can be added: every other bundle breaks a limit or
        adds nothing.
    """
    chosen = np.zeros(portfolio.bundle_count, np.bool_) if start is None else start.copy()
    while True:
        is_free = ~chosen & (breaks(portfolio, chosen) == 0)
        added = added_worth(portfolio, chosen)
        lacking = portfolio.serves.T @ (portfolio.wanted > portfolio.served(chosen))
        is_next = is_free & (lacking > 0)
        if not is_next.any():
            is_next = is_free & (added > 0)
        if not is_next.any():
            return chosen
        chosen[int(np.argmax(np.where(is_next, added, -np.inf)))] = True


def added_worth(portfolio: Portfolio, chosen: Chosen) -> Floats:
    """What each bundle would add to the chosen ones."""
    is_repeated = portfolio.overlaps @ chosen >= 1
    return portfolio.scores - portfolio.overlaps.T @ (portfolio.overlap_costs * is_repeated)


def breaks(portfolio: Portfolio, chosen: Chosen) -> Ints:
    """How many limits each bundle would break beside the chosen ones."""
    limits = portfolio.limits
    room = limits.most - limits.amounts @ chosen
    cells = limits.amounts.tocoo()
    exceeds = cells.data > room[cells.row]
    return np.bincount(cells.col[exceeds], minlength=portfolio.bundle_count)
