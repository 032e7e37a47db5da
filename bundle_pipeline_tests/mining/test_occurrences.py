from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.mining import occurrences
from bundle_pipeline.mining.occurrences import pair_occurrences, tallied, triple_occurrences
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


@settings(max_examples=40, deadline=None)
@given(SHOPS, st.integers(1, 40), st.sampled_from([2, 3]), st.integers(0, 2**31))
def test_groups_of_customers_do_not_change_a_tally(
    baskets: list[str], most: int, size: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    customers = [None if c == "z" else c for c in rng.choice(list("xyz"), len(baskets)).tolist()]
    encoded = encode_baskets(baskets_frame(*baskets, customers=customers))
    ids = encoded.variant_ids.to_list()
    itemsets = np.array(list(combinations(range(len(ids)), size)), np.int64).reshape(-1, size)
    labels = rng.integers(0, 2, encoded.basket_count)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(occurrences, "_PAIRS_PER_GROUP", most)
        found = tallied(encoded, itemsets, labels, label_count=2)
    for i, itemset in enumerate(itemsets.tolist()):
        held = [n for n, b in enumerate(baskets) if {ids[code] for code in itemset} <= set(b)]
        assert found.baskets[i].tolist() == [sum(labels[n] == k for n in held) for k in (0, 1)]
        assert found.customers[i] == len({customers[n] for n in held} - {None})


def test_the_baskets_of_a_customer_are_in_one_group() -> None:
    encoded = encode_baskets(
        baskets_frame(*"aaaaaaa", customers=["x", None, "y", "x", None, "y", "y"])
    )
    groups = list(encoded.customer_blocks(np.ones(7, np.int64), 2))
    assert [group.tolist() for group in groups] == [[1, 4], [0, 3], [2, 5, 6]]


def test_chunks_do_not_change_what_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    encoded = encode_baskets(noise_shop(Noise(order_count=200, variant_count=20), seed=1))
    pairs = np.array([(a, b) for a in range(20) for b in range(a + 1, 20)])
    whole = pair_occurrences(encoded, pairs)
    monkeypatch.setattr(occurrences, "_PAIRS_PER_CHUNK", 7)
    cut = pair_occurrences(encoded, pairs)
    assert (cut.itemset == whole.itemset).all()
    assert (cut.basket == whole.basket).all()
