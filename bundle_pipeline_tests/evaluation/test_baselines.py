"""Lists that anybody could make."""

import polars as pl

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.evaluation.baselines import baseline_bundles
from bundle_pipeline_tests.support.frames import baskets_frame

# b and m are in 6 orders each, 3 together; c and t only with each other, twice.
ORDERS = ["bm", "bm", "bm", "b", "b", "bx", "m", "m", "mx", "ct", "ct"]


def first_pairs(min_basket_count: int = 2) -> dict[str, list[list[str]]]:
    older = encode_baskets(baskets_frame(*ORDERS))
    found = baseline_bundles(older, bundle_count=2, min_basket_count=min_basket_count)
    return {name: pairs.get_column("variant_ids").to_list() for name, pairs in found.items()}


def test_each_list_has_the_pairs_that_its_measure_puts_first() -> None:
    assert first_pairs() == {
        "popularity": [["b", "m"], ["c", "t"]],
        "confidence": [["c", "t"], ["b", "m"]],
        "item_knn": [["c", "t"], ["b", "m"]],
    }


def test_the_rarer_variant_is_the_anchor_and_confidence_is_its_own() -> None:
    older = encode_baskets(baskets_frame("ab", "ab", "a", "a", "bc"))
    found = baseline_bundles(older, bundle_count=5, min_basket_count=1)["popularity"]
    assert found.rows() == [(2 / 3, ["b", "a"], 1), (1.0, ["c", "b"], 2)]


def test_pairs_in_too_few_orders_are_in_no_list() -> None:
    assert first_pairs(min_basket_count=3)["confidence"] == [["b", "m"]]
    empty = baseline_bundles(encode_baskets(baskets_frame()), bundle_count=2, min_basket_count=1)
    assert all(isinstance(pairs, pl.DataFrame) and pairs.is_empty() for pairs in empty.values())
