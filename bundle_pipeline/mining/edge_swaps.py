"""Orders without associations: as large and as popular as a shop's own, and otherwise chance.

What a test finds there it would find anywhere.
"""

import logging
from dataclasses import replace

import numpy as np

from bundle_pipeline.baskets.encoded import EncodedBaskets
from bundle_pipeline.mining.itemset_counts import UInt32s
from bundle_pipeline.mining.kernel.swaps import swap_items

logger = logging.getLogger(__name__)

# Swaps of each line on average, half of them counted. A line is in a new place after each, so that
# an association survives with a chance of about exp(-10).
_SWAPS_PER_LINE = 10
# Rounds that are counted. Where baskets hold most of what the shop sells hardly a swap is possible,
# and little can change. Each round offers every line two swaps on average.
_MAX_ROUNDS = 50


def edge_swapped(baskets: EncodedBaskets, *, seed: int) -> EncodedBaskets:
    """The same orders and variants, with every association gone.

    Two lines, drawn at random, swap their variants unless an order would then hold one twice; ten
    times per line. Basket sizes, each variant's number of baskets, order times and customers stay
    exactly as they are (the edge-swap null model: Gionis et al., TKDD 2007).

    Args:
        baskets: Counted baskets of a shop.
        seed: Of the draws; equal seeds give equal baskets.

    Raises:
        ConfigError: The compiled kernel is missing.
    """
    item = baskets.variant.view(np.uint32)
    swapped = swapped_items(baskets.start.astype(np.uint32), item, seed=seed)
    # In ascending order within each basket.
    place = np.lexsort([swapped, baskets.basket])
    return replace(baskets, variant=swapped[place].view(np.int32))


def swapped_items(basket_start: UInt32s, item: UInt32s, *, seed: int) -> UInt32s:
    """Items of the same baskets after so many swaps that every way to fill them is as likely.

    Args:
        basket_start: First line of each basket, and one more: the number of lines.
        item: Item of each line, distinct within a basket.
        seed: Of the draws.
    """
    rng = np.random.default_rng(seed)
    item = item.copy()
    wanted = _SWAPS_PER_LINE * item.size // 4
    swaps = rounds = 0
    while swaps < wanted and rounds < _MAX_ROUNDS:
        swaps += _round(basket_start, item, rng)
        rounds += 1
    # Stopping by the number of swaps favours some baskets (of three lines, those that an even
    # number of swaps leads to). After as many rounds again, a number that was known before them,
    # every way to fill the baskets is as likely.
    swaps += sum(_round(basket_start, item, rng) for _ in range(rounds))
    logger.info("edge_swapped: %d lines, %d swaps in %d rounds", item.size, swaps, 2 * rounds)
    return item


def _round(start: UInt32s, item: UInt32s, rng: np.random.Generator) -> int:
    return swap_items(start, item, rng.integers(item.size, size=(2, item.size), dtype=np.uint32))
