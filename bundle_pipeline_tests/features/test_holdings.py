"""Groups that two items share, against sets."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bundle_pipeline.features import holdings as module
from bundle_pipeline.features.holdings import Holdings

ITEMS = 5
GROUPS = 6

cells = st.sets(st.tuples(st.integers(0, ITEMS - 1), st.integers(0, GROUPS - 1)))
pairs = st.lists(st.tuples(st.integers(0, ITEMS - 1), st.integers(0, ITEMS - 1)))


@given(cells=cells, pairs=pairs, block=st.integers(1, 4))
def test_shared_groups_are_those_in_both_sets(
    cells: set[tuple[int, int]], pairs: list[tuple[int, int]], block: int
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "_BLOCK_CELLS", block)
        first, second = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        found = holdings_of(cells).shared_counts(first, second)
    held = [{group for item, group in cells if item == number} for number in range(ITEMS)]
    assert found.tolist() == [len(held[a] & held[b]) for a, b in pairs]


def test_each_pair_of_held_items_is_looked_up_once_from_its_popular_side() -> None:
    holdings = holdings_of({(0, 1), (1, 0), (1, 1), (1, 2), (2, 2)})
    found = list(holdings.by_popular_item(np.array([0, 1, 3]), np.array([1, 2, 1])))
    assert [(some.popular, some.pair.tolist(), some.rarer.tolist()) for some in found] == [
        (1, [0, 1], [0, 2])
    ]


def holdings_of(cells: set[tuple[int, int]]) -> Holdings:
    item, group = np.array(sorted(cells), dtype=np.int64).reshape(-1, 2).T
    return Holdings.of(item, group, item_count=ITEMS, group_count=GROUPS)
