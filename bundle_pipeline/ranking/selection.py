"""The choice: which bundles together are offered, and why the others aren't."""

from dataclasses import dataclass

import polars as pl

from bundle_pipeline.ranking.greedy import choose_greedily
from bundle_pipeline.ranking.left_out import reasons_left_out
from bundle_pipeline.ranking.optimal import choose_optimally
from bundle_pipeline.ranking.params import RankingParams
from bundle_pipeline.ranking.portfolio import portfolio_of

_CHOICE_SCHEMA = {"bundle_id": pl.String, "code": pl.String, "detail": pl.String}


@dataclass(frozen=True)
class Selection:
    """What was chosen, and how good it is."""

    choices: pl.DataFrame
    """One row per bundle: ``bundle_id``, ``code`` and ``detail``; null ones are chosen."""
    worth: float
    """Sum of the chosen scores less overlap."""
    greedy_worth: float
    """Worth of what the greedy choice finds."""
    gap: float | None
    """Share of the best worth that may be missing; 0 is the best set, None not known."""


def choose(passed: pl.DataFrame, params: RankingParams) -> Selection:
    """Choose the set of bundles that is worth most within the limits.

    See :mod:`~bundle_pipeline.ranking.portfolio` for what that means. There is no filler: a bundle
    that adds nothing is left out, however many slots are free, unless an objective needs it.

    Args:
        passed: Bundles that passed every gate: ``PricedBundles``.
        params: Limits, costs, and how to choose.
    """
    if passed.is_empty():
        return Selection(pl.DataFrame(schema=_CHOICE_SCHEMA), 0.0, 0.0, 0.0)
    portfolio = portfolio_of(passed, params)
    greedy = choose_greedily(portfolio)
    chosen, gap = greedy, None
    if params.choice == "optimal":
        solution = choose_optimally(
            portfolio, greedy, max_gap=params.max_gap, max_nodes=params.max_nodes
        )
        chosen, gap = solution.chosen, solution.gap
    reasons = dict(reasons_left_out(portfolio, chosen))
    rows = [
        (bundle_id, *reasons.get(bundle_id, (None, None))) for bundle_id in portfolio.bundle_ids
    ]
    return Selection(
        choices=pl.DataFrame(rows, schema=_CHOICE_SCHEMA, orient="row"),
        worth=portfolio.worth(chosen),
        greedy_worth=portfolio.worth(greedy),
        gap=gap,
    )
