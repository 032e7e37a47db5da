"""Swaps of items between baskets, done by the kernel."""

import ctypes

import numpy as np

from bundle_pipeline.mining.itemset_counts import UInt32s
from bundle_pipeline.mining.kernel.library import Edges, address, kernel


def swap_items(basket_start: UInt32s, item: UInt32s, lines: UInt32s) -> int:
    """Let pairs of lines swap their items, one pair after the other.

    A pair whose swap would put an item into a basket that holds it already stays as it is; so do
    two lines of one basket.

    Args:
        basket_start: First line of each basket, and one more: the number of lines.
        item: Item of each line, distinct within a basket; changed in place.
        lines: Pairs of lines, shape (2, pairs), contiguous.

    Returns:
        Pairs that were swapped.
    """
    size = np.diff(basket_start)
    basket = np.repeat(np.arange(size.size, dtype=np.uint32), size)
    edges = Edges(address(item), address(basket), address(basket_start))
    one, other = lines
    return kernel().kernel_swap(ctypes.byref(edges), address(one), address(other), one.size)
