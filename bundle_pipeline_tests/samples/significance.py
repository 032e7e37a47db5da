"""How many pairs of a set of orders are bought together more often than chance: an oracle.

Written apart from the mining room, to choose slices and to check what the samples claim.
"""

import numpy as np
import polars as pl
from scipy.sparse import csr_array
from scipy.stats import false_discovery_control, poisson

_MAX_Q = 0.05


def significant_pairs(lines: pl.DataFrame) -> set[frozenset[str]]:
    """Pairs of items within the 5 % false discovery rate over all possible pairs.

    The count of a pair is Poisson under the null, with the larger of two expectations: an item's
    share of all lines, times the other places in the baskets of the other item.

    Args:
        lines: ``order`` and ``item``, text; repeated items of an order count once.
    """
    baskets = lines.select("order", "item").drop_nulls().unique().sort("order", "item")
    items, column = np.unique(baskets.get_column("item").to_numpy(), return_inverse=True)
    orders, row = np.unique(baskets.get_column("order").to_numpy(), return_inverse=True)
    shape = (len(orders), len(items))
    held = csr_array((np.ones(len(row)), (row, column)), shape=shape)
    both = np.asarray((held.T @ held).todense())
    alone = np.diag(both)
    others = held.T @ (np.asarray(held.sum(axis=1)).ravel() - 1)
    first, second = np.triu_indices(len(items), k=1)
    expected = np.maximum(alone[second] * others[first], alone[first] * others[second]) / len(row)
    # The family is every possible pair; those never seen together have p-value 1.
    p_values = poisson.sf(both[first, second] - 1, expected)
    found = np.flatnonzero(false_discovery_control(np.clip(p_values, 0, 1)) <= _MAX_Q)
    return {frozenset((str(items[first[i]]), str(items[second[i]]))) for i in found}
