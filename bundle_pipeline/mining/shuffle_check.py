"""Whether the miner finds anything where nothing is: itself, on a shop's shuffled orders."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from bundle_pipeline.baskets.encoded import EncodedBaskets
from bundle_pipeline.mining.edge_swaps import edge_swapped
from bundle_pipeline.mining.itemsets import mine_itemsets
from bundle_pipeline.mining.pair_rules import mine_pair_rules
from bundle_pipeline.mining.params import MiningParams

logger = logging.getLogger(__name__)

# The dials let something through in at most max_q of all shops without associations; more than a
# pair at once means that what they call chance is not chance in this shop.
MOST_FALSE_PAIRS = 1


@dataclass(frozen=True)
class Passed:
    """What passes a shop's dials in its orders, or in a shuffle of them."""

    seed: int | None
    """Of the shuffle; None for the orders as they are."""
    pair_count: int
    """Significant pairs."""
    triple_count: int
    """Significant triples."""
    expected_false_count: float
    """False pairs that the dial lets through among so many, at most, on average: ``max_q`` times
    their number."""

    @property
    def is_shuffled(self) -> bool:
        """Whether every pair is a false one."""
        return self.seed is not None

    @property
    def is_within_bar(self) -> bool:
        """Whether no more than one false pair is known."""
        return not self.is_shuffled or self.pair_count <= MOST_FALSE_PAIRS


def shuffle_check(baskets: EncodedBaskets, params: MiningParams, *, seeds: int) -> Iterator[Passed]:
    """Mine a shop's orders as they are, then shuffled, and count what passes.

    Args:
        baskets: Counted baskets of the shop.
        params: The shop's dials.
        seeds: Shuffles, from seed 0.

    Yields:
        The orders as they are first.

    Raises:
        ConfigError: The compiled kernel is missing.
    """
    yield _passed(baskets, params, seed=None)
    for seed in range(seeds):
        yield _passed(edge_swapped(baskets, seed=seed), params, seed=seed)


def _passed(baskets: EncodedBaskets, params: MiningParams, *, seed: int | None) -> Passed:
    rules = mine_pair_rules(baskets, params)
    # A pair has a rule in either direction.
    pair_count = rules.filter("is_significant").height // 2
    passed = Passed(
        seed=seed,
        pair_count=pair_count,
        triple_count=mine_itemsets(baskets, rules, params).height,
        expected_false_count=params.max_q * pair_count,
    )
    logger.info("shuffle_check: %s", passed)
    return passed
