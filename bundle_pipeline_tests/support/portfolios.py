"""Random bundles to choose from, and a second way to find the best set."""

import dataframely as dy
import numpy as np

from bundle_pipeline.ranking.portfolio import Portfolio
from bundle_pipeline.schemas.bundles import PricedBundles
from bundle_pipeline_tests.support.bundles import (
    Row,
    bundle_item,
    candidate,
    priced,
    priced_bundles,
    scored,
    stock,
)

_OBJECTIVES = ("increase_aov", "category_bundle", "margin_guard", "gift_box", "new_launch")
_SET_SIZES = (2, 3)
_CATEGORY_COUNT = 12
# Every so many variants have no known stock.
_UNTRACKED_EVERY = 5


def random_bundles(count: int, *, seed: int, variant_count: int) -> dy.DataFrame[PricedBundles]:
    """Pairs and triples of variants, popular ones more often; two variants make a product.

    Sets may repeat. Stock is scarce, of some variants unknown; scores lie between 0 and 1.
    """
    random = np.random.default_rng(seed)
    weights = 1 / np.arange(1, variant_count + 1) ** 0.8
    items = [_item(variant, random) for variant in range(variant_count)]
    rows = [_row(number, items, random, weights / weights.sum()) for number in range(count)]
    return priced_bundles(*rows)


def _item(variant: int, random: np.random.Generator) -> Row:
    is_tracked = variant % _UNTRACKED_EVERY > 0
    available = int(random.integers(1, 40))
    return bundle_item(
        f"v{variant:04}",
        product_id=f"p{variant // 2:04}",
        product_type=f"c{variant % _CATEGORY_COUNT:02}",
        available_count=available if is_tracked else None,
        days_of_cover=float(random.uniform(2, 90)) if is_tracked else None,
    )


def _row(number: int, items: list[Row], random: np.random.Generator, weights: np.ndarray) -> Row:
    size = int(random.choice(_SET_SIZES))
    chosen = [items[i] for i in random.choice(len(items), size, replace=False, p=weights)]
    counts = [item["available_count"] for item in chosen if item["available_count"] is not None]
    served = random.choice(_OBJECTIVES, int(random.integers(1, 3)), replace=False).tolist()
    row = candidate(
        *chosen,
        bundle_id=f"b{number:05}",
        objectives=served,
        objective_fit=[0.5] * len(served),
        stock=stock(feasible_quantity=min(counts, default=None)),
    )
    return priced(scored(row, score=float(random.beta(4, 4))))


def best_by_search(portfolio: Portfolio) -> float:
    """Worth of the best allowed set, by trying bundles one after the other, the best score first.

    A branch ends where even the best scores that are left, without any overlap, add too little.
    Independent of the solver; objectives are not looked at.
    """
    limits = portfolio.limits.amounts.toarray()
    overlaps = portfolio.overlaps.toarray()
    order = np.argsort(-portfolio.scores, kind="stable")
    slots = int(portfolio.limits.most[list(portfolio.limits.codes).index("SLOTS_FULL")])
    best = 0.0

    def search(place: int, worth: float, taken: np.ndarray, held: np.ndarray, free: int) -> None:
        nonlocal best
        best = max(best, worth)
        for next_place in range(place, len(order)):
            ahead = portfolio.scores[order[next_place : next_place + free]].sum()
            if free == 0 or worth + ahead <= best:
                return
            bundle = order[next_place]
            now = taken + limits[:, bundle]
            if (now > portfolio.limits.most).any():
                continue
            repeated = portfolio.overlap_costs @ (overlaps[:, bundle] * (held >= 1))
            added = portfolio.scores[bundle] - repeated
            search(next_place + 1, worth + added, now, held + overlaps[:, bundle], free - 1)

    search(0, 0.0, np.zeros(len(limits)), np.zeros(len(overlaps)), slots)
    return best
