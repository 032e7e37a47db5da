from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.baskets.encoded import EncodedBaskets, encode_baskets
from bundle_pipeline.mining import occurrences
from bundle_pipeline.mining.counting import tally_itemsets
from bundle_pipeline.mining.itemset_counts import Tally
from bundle_pipeline.mining.kernel import tallies, threads
from bundle_pipeline.mining.params import CountingParams
from bundle_pipeline_tests.support.frames import baskets_frame
from bundle_pipeline_tests.support.generators import Noise, noise_shop
from bundle_pipeline_tests.support.kernels import without_kernel

SHOPS = st.lists(st.text("abcdef", min_size=1, max_size=6), min_size=1, max_size=12)
PARAMS = CountingParams()


@pytest.fixture(params=["kernel", "numpy"])
def _way(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    if request.param == "kernel":
        yield
        return
    with without_kernel(tmp_path):
        yield


def _every(variant_count: int, size: int) -> np.ndarray:
    return np.array(list(combinations(range(variant_count), size)), np.int64).reshape(-1, size)


def _same(one: Tally, other: Tally) -> None:
    assert (one.baskets == other.baskets).all()
    assert (one.rooms == other.rooms).all()
    assert (one.customers == other.customers).all()


@pytest.mark.usefixtures("_way")
def test_customers_count_once_and_unknown_ones_not_at_all() -> None:
    encoded = encode_baskets(
        baskets_frame("ab", "ab", "ab", "ac", "ab", customers=["x", "x", None, "y", "z"])
    )
    pairs = np.array([[0, 1], [0, 2], [1, 2]])
    newest = np.array([0, 0, 1, 1, 1])
    found = tally_itemsets(encoded, pairs, newest, label_count=2, params=PARAMS)
    assert found.baskets.tolist() == [[2, 2], [0, 1], [0, 0]]
    assert found.customers.tolist() == [2, 1, 0]
    assert not found.rooms.any()


@pytest.mark.usefixtures("_way")
def test_places_beside_two_variants_are_added_up() -> None:
    encoded = encode_baskets(baskets_frame("ab", "abcd", "abc"))
    wanted, none = np.array([[0, 1], [0, 3]]), np.zeros(3, np.int64)
    found = tally_itemsets(encoded, wanted, none, label_count=1, params=PARAMS)
    assert found.rooms.tolist() == [[0 + 2 + 1], [2]]


@pytest.mark.usefixtures("_way")
def test_baskets_without_a_label_count_for_nothing() -> None:
    encoded = encode_baskets(baskets_frame("abc", "ab", "abcd", customers=["x", "y", "z"]))
    wanted, labels = np.array([[0, 1], [0, 2]]), np.array([0, -1, 0])
    found = tally_itemsets(encoded, wanted, labels, label_count=1, params=PARAMS)
    assert found.baskets.tolist() == [[2], [2]]
    assert found.rooms.tolist() == [[1 + 2], [1 + 2]]
    assert found.customers.tolist() == [2, 2]


@pytest.mark.usefixtures("_way")
@pytest.mark.parametrize("size", [2, 3])
def test_nothing_asked_for_or_nothing_there_is_nothing_found(size: int) -> None:
    for shop in (baskets_frame(), baskets_frame("abc")):
        encoded = encode_baskets(shop)
        labels = np.zeros(encoded.basket_count, np.int64)
        none = np.empty((0, size), np.int64)
        found = tally_itemsets(encoded, none, labels, label_count=2, params=PARAMS)
        assert found.baskets.shape == found.rooms.shape == (0, 2)
        assert found.customers.shape == (0,)


@settings(max_examples=60, deadline=None)
@given(SHOPS, st.sampled_from([2, 3]), st.integers(0, 2**31))
def test_a_tally_is_what_a_look_at_each_basket_finds(
    baskets: list[str], size: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    customers = [None if c == "z" else c for c in rng.choice(list("xyz"), len(baskets)).tolist()]
    encoded = encode_baskets(baskets_frame(*baskets, customers=customers))
    ids = encoded.variant_ids.to_list()
    itemsets = _every(len(ids), size)
    itemsets = itemsets[rng.random(len(itemsets)) < 0.6]
    labels = rng.integers(-1, 2, encoded.basket_count)
    found = tally_itemsets(encoded, itemsets, labels, label_count=2, params=PARAMS)
    for i, itemset in enumerate(itemsets.tolist()):
        wanted = {ids[code] for code in itemset}
        held = [n for n, b in enumerate(baskets) if wanted <= set(b) and labels[n] >= 0]
        of_label = [[n for n in held if labels[n] == k] for k in (0, 1)]
        rooms = [sum(len(set(baskets[n])) - 2 for n in label) for label in of_label]
        assert found.baskets[i].tolist() == [len(label) for label in of_label]
        assert found.rooms[i].tolist() == rooms
        assert found.customers[i] == len({customers[n] for n in held} - {None})


@pytest.fixture(scope="module", name="shop")
def _shop() -> EncodedBaskets:
    noise = Noise(order_count=1500, variant_count=40)
    shop = noise_shop(noise, seed=3)
    return encode_baskets(shop)


@pytest.mark.parametrize("size", [2, 3])
def test_numpy_any_number_of_threads_and_any_memory_find_the_same(
    shop: EncodedBaskets, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    itemsets = _every(shop.variant_count, size)[::3]
    labels = np.arange(shop.basket_count) % 4 - 1
    plain = occurrences.tallied(shop, itemsets, labels, label_count=3)
    monkeypatch.setattr(threads, "_LINES_PER_THREAD", 100)
    for most in (1, 2, 3, 7):
        params = CountingParams(max_threads=most)
        _same(plain, tally_itemsets(shop, itemsets, labels, label_count=3, params=params))
    monkeypatch.setattr(tallies, "_MEGABYTE", 1)
    monkeypatch.setattr(tallies, "FEWEST_POSTING_BYTES", 2_000)
    _same(plain, tally_itemsets(shop, itemsets, labels, label_count=3, params=PARAMS))
