"""The choice: which bundles together are offered, and why the others aren't."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from bundle_pipeline.ranking.greedy import choose_greedily
from bundle_pipeline.ranking.left_out import reasons_left_out
from bundle_pipeline.ranking.optimal import choose_optimally
from bundle_pipeline.ranking.params import RankingParams
from bundle_pipeline.ranking.portfolio import NO_CAPS, Chosen, Portfolio, portfolio_of

_CHOICE_SCHEMA = {"bundle_id": pl.String, "code": pl.String, "detail": pl.String}


@dataclass(frozen=True)
class Selection:
    """What was chosen, and how good it is."""

    choices: pl.DataFrame
    """One row per bundle: ``bundle_id``, ``code`` and ``detail``; null ones are chosen."""
    worth: float
    """Sum of the chosen scores less overlap."""
    greedy_worth: float
    """Worth of what the greedy choice finds among the proven ones."""
    gap: float | None
    """Share of the best worth of proven ones that may be missing; 0 is the best set, None not
    known."""


def choose(
    passed: pl.DataFrame, params: RankingParams, caps: Mapping[str, int] = NO_CAPS
) -> Selection:
    """Choose the set of bundles that is worth most within the limits, the proven ones first.

    See :mod:`~bundle_pipeline.ranking.portfolio` for what that means. There is no filler: a bundle
    that adds nothing is left out, however many slots are free, unless an objective needs it. What
    the shop's own orders don't prove is added afterwards, one after the other, where it breaks no
    limit: it pushes out nothing that they do prove.

    Args:
        passed: Bundles that passed every gate: ``PricedBundles``.
        params: Limits, costs, and how to choose.
        caps: Most bundles per objective, see
            :func:`~bundle_pipeline.ranking.portfolio.portfolio_of`.
    """
    if passed.is_empty():
        return Selection(pl.DataFrame(schema=_CHOICE_SCHEMA), 0.0, 0.0, 0.0)
    portfolio = portfolio_of(passed, params, caps)
    proven = passed.filter(pl.col("backing") == "proven")
    if proven.height == passed.height:
        best = _best(portfolio, params)
        chosen = best.chosen
    else:
        first = portfolio_of(proven, params, caps)
        best = _best(first, params)
        ids = np.array(first.bundle_ids)[best.chosen]
        chosen = choose_greedily(portfolio, np.isin(portfolio.bundle_ids, ids))
    reasons = dict(reasons_left_out(portfolio, chosen))
    rows = [
        (bundle_id, *reasons.get(bundle_id, (None, None))) for bundle_id in portfolio.bundle_ids
    ]
    return Selection(
        choices=pl.DataFrame(rows, schema=_CHOICE_SCHEMA, orient="row"),
        worth=portfolio.worth(chosen),
        greedy_worth=best.greedy_worth,
        gap=best.gap,
    )


@dataclass(frozen=True)
class _Best:
    chosen: Chosen
    greedy_worth: float
    gap: float | None


def _best(portfolio: Portfolio, params: RankingParams) -> _Best:
    greedy = choose_greedily(portfolio)
    greedy_worth = portfolio.worth(greedy)
    if params.choice != "optimal" or portfolio.bundle_count == 0:
        return _Best(greedy, greedy_worth, 0.0 if portfolio.bundle_count == 0 else None)
    solution = choose_optimally(
        portfolio, greedy, max_gap=params.max_gap, max_nodes=params.max_nodes
    )
    return _Best(solution.chosen, greedy_worth, solution.gap)
