from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.mining import occurrences
from bundle_pipeline.mining.occurrences import pair_occurrences, triple_occurrences
from bundle_pipeline_tests.support.frames import baskets_frame
from bundle_pipeline_tests.support.generators import Noise, noise_shop

SHOPS = st.lists(st.text("abcdef", min_size=1, max_size=6), min_size=1, max_size=12)


@settings(max_examples=50, deadline=None)
@given(SHOPS)
def test_each_itemset_is_found_in_exactly_the_baskets_that_hold_it(baskets: list[str]) -> None:
    encoded = encode_baskets(baskets_frame(*baskets))
    ids = encoded.variant_ids.to_list()
    pairs, triples = (
        np.array(list(combinations(range(len(ids)), size)), dtype=np.int64).reshape(-1, size)
        for size in (2, 3)
    )
    for itemsets, found in (
        (pairs, pair_occurrences(encoded, pairs)),
        (triples, triple_occurrences(encoded, triples)),
    ):
        wanted = {
            (i, basket)
            for i, itemset in enumerate(itemsets.tolist())
            for basket, held in enumerate(baskets)
            if {ids[code] for code in itemset} <= set(held)
        }
        assert set(zip(found.itemset.tolist(), found.basket.tolist(), strict=True)) == wanted
        assert found.itemset.size == len(wanted)


def test_customers_count_once_and_unknown_ones_not_at_all() -> None:
    encoded = encode_baskets(
        baskets_frame("ab", "ab", "ab", "ac", "ab", customers=["x", "x", None, "y", "z"])
    )
    found = pair_occurrences(encoded, np.array([[0, 1], [0, 2], [1, 2]]))
    assert found.basket_counts().tolist() == [4, 1, 0]
    assert found.customer_counts(encoded).tolist() == [2, 1, 0]


def test_chunks_do_not_change_what_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    encoded = encode_baskets(noise_shop(Noise(order_count=200, variant_count=20), seed=1))
    pairs = np.array([(a, b) for a in range(20) for b in range(a + 1, 20)])
    whole = pair_occurrences(encoded, pairs)
    monkeypatch.setattr(occurrences, "_PAIRS_PER_CHUNK", 7)
    cut = pair_occurrences(encoded, pairs)
    assert (cut.itemset == whole.itemset).all()
    assert (cut.basket == whole.basket).all()
