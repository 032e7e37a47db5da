"""Why a bundle isn't in the chosen set."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from bundle_pipeline.ranking.greedy import added_worth
from bundle_pipeline.ranking.portfolio import Chosen, Floats, Ints, Portfolio

Reason = tuple[str, str]


@dataclass(frozen=True)
class _Broken:
    """A limit that a bundle would break beside the chosen ones."""

    name: str
    most: float
    taken: float
    """Amount of the chosen bundles."""
    amount: float
    """Amount of the bundle itself."""
    chosen_ids: tuple[str, ...]
    """Chosen bundles in the limit."""


_DETAILS: dict[str, Callable[[_Broken], str]] = {
    "DUPLICATE_SET": lambda row: f"nearly the same products as chosen bundle {row.chosen_ids[0]}",
    "ANCHOR_LIMIT": lambda row: f"product {row.name} already has {row.most:g} bundles on its page",
    "VARIANT_LIMIT": lambda row: f"variant {row.name} is already in {row.most:g} bundles",
    "KIND_LIMIT": lambda row: f"bundles of kind {row.name}: already {row.taken:g} of {row.most:g}",
    "OBJECTIVE_LIMIT": lambda row: f"bundles for {row.name}: already {row.taken:g} of {row.most:g}",
    "UNPROVEN_LIMIT": lambda row: f"no orders show it: already {row.taken:g} such of {row.most:g}",
    "CATEGORY_LIMIT": lambda row: f"category {row.name} is already in {row.most:g} bundles",
    "JOINT_STOCK": lambda row: (
        f"variant {row.name}: {row.amount:g} units needed; of {row.most:g} that bundles may sell, "
        f"chosen ones take {row.taken:g}"
    ),
    "SLOTS_FULL": lambda row: f"{row.most:g} other bundles are worth more together",
}


def reasons_left_out(portfolio: Portfolio, chosen: Chosen) -> Iterator[tuple[str, Reason]]:
    """Id, code and detail of each bundle that isn't chosen.

    The first limit that it would break beside the chosen ones, in the order of ``DROP_CODES``; if
    it breaks none, it adds nothing: ``OVERLAP``.

    Args:
        portfolio: The problem.
        chosen: A set to which nothing can be added.
    """
    limits = portfolio.limits
    taken = limits.amounts @ chosen.astype(np.float64)
    first, amount = _first_broken(portfolio, taken)
    added = added_worth(portfolio, chosen)
    for bundle in np.flatnonzero(~chosen):
        bundle_id, row = portfolio.bundle_ids[bundle], int(first[bundle])
        if row < 0:
            yield bundle_id, _overlap(portfolio.scores[bundle], added[bundle])
            continue
        cells = slice(*limits.amounts.indptr[row : row + 2])
        others: Ints = limits.amounts.indices[cells]
        beside: list[int] = others[chosen[others]].tolist()
        broken = _Broken(
            name=limits.names[row],
            most=float(limits.most[row]),
            taken=float(taken[row]),
            amount=float(amount[bundle]),
            chosen_ids=tuple(portfolio.bundle_ids[other] for other in beside),
        )
        yield bundle_id, (limits.codes[row], _DETAILS[limits.codes[row]](broken))


def _first_broken(portfolio: Portfolio, taken: Floats) -> tuple[Ints, Floats]:
    """The first row that each bundle breaks, -1 for none, and its amount there."""
    limits = portfolio.limits
    cells = limits.amounts.tocoo()
    exceeds = cells.data > (limits.most - taken)[cells.row]
    found, places = np.unique(cells.col[exceeds], return_index=True)
    first = np.full(portfolio.bundle_count, -1, np.int64)
    amount = np.zeros(portfolio.bundle_count)
    first[found] = cells.row[exceeds][places]
    amount[found] = cells.data[exceeds][places]
    return first, amount


def _overlap(score: float, added: float) -> Reason:
    return "OVERLAP", (
        f"its score of {score:.3f} is no more than the {score - added:.3f} that it costs to repeat "
        "variants and categories of chosen bundles"
    )
