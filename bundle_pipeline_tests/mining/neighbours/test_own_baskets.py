import numpy as np
import pytest

from bundle_pipeline.baskets.encoded import EncodedBaskets, encode_baskets
from bundle_pipeline.mining.neighbours.completion import head, held_out
from bundle_pipeline.mining.neighbours.item_baskets import item_baskets, most_popular
from bundle_pipeline.mining.neighbours.left_out import left_out_covisitation, left_out_linear
from bundle_pipeline.mining.neighbours.own_baskets import hits, with_chosen_weights
from bundle_pipeline.mining.neighbours.params import NeighbourParams
from bundle_pipeline_tests.support.frames import baskets_frame
from bundle_pipeline_tests.support.generators import Noise, planted_shop

PLANTED = Noise(order_count=300, variant_count=60)
AS_SET = NeighbourParams(try_equal_baskets=False, try_without_covisitation=False)


def _pairs_in_large_baskets() -> EncodedBaskets:
    # 20 pairs are 8 times each in baskets of 8 with 6 others; baskets of two are drawn at random.
    rng = np.random.default_rng(0)
    variants = [chr(0x4E00 + i) for i in range(120)]
    pairs = [variants[i : i + 2] for i in range(0, 40, 2)]
    large = ["".join((*pair, *rng.choice(variants[40:], 6, replace=False))) for pair in pairs * 8]
    small = ["".join(rng.choice(variants, 2, replace=False)) for _ in range(600)]
    return encode_baskets(baskets_frame(*large, *small))


def test_equal_baskets_are_chosen_where_only_large_ones_tell_something() -> None:
    encoded = _pairs_in_large_baskets()
    weighted = NeighbourParams(size_exponent=1, try_without_covisitation=False)
    equal = NeighbourParams(size_exponent=0, try_without_covisitation=False)
    items = item_baskets(encoded, most_popular(encoded, min_basket_count=5))
    left = held_out(items, max_baskets=3000)
    found = [
        hits(left_out_linear(items, left, each), left, items).sum() for each in (weighted, equal)
    ]
    assert found[0] < found[1]
    assert with_chosen_weights(encoded, weighted) == equal


def test_large_baskets_weigh_less_where_small_ones_tell_more() -> None:
    encoded = encode_baskets(planted_shop(PLANTED, pair_count=20, planted_share=0.5, seed=0)[0])
    assert with_chosen_weights(encoded, NeighbourParams()).size_exponent == 0.5


@pytest.mark.parametrize("seed", range(4))
def test_covisitation_is_added_unless_hits_tell_against_it_the_tail_twice(seed: int) -> None:
    encoded = encode_baskets(planted_shop(PLANTED, pair_count=20, planted_share=0.3, seed=seed)[0])
    params = NeighbourParams(try_equal_baskets=False)
    items = item_baskets(encoded, most_popular(encoded, min_basket_count=5))
    left = held_out(items, max_baskets=3000)
    linear = left_out_linear(items, left, params)
    blended = linear + params.blended_covisitation * left_out_covisitation(items, left, params)
    is_head = head(items.basket_count)
    worth = [
        sum(
            1 if is_head[hidden] else 2
            for hidden, is_hit in zip(left.hidden, hits(scores, left, items), strict=True)
            if is_hit
        )
        for scores in (linear, blended)
    ]
    chosen = 0.0 if worth[0] > worth[1] else params.blended_covisitation
    assert with_chosen_weights(encoded, params).blended_covisitation == chosen


def test_what_is_set_stays_where_nothing_else_is_tried() -> None:
    assert with_chosen_weights(_pairs_in_large_baskets(), AS_SET) is AS_SET


@pytest.mark.parametrize("baskets", [[], ["a"], ["ab"], ["a", "b"], ["abc"] * 30])
def test_where_nothing_speaks_for_another_the_setting_stays(baskets: list[str]) -> None:
    params = NeighbourParams(min_basket_count=1)
    assert with_chosen_weights(encode_baskets(baskets_frame(*baskets)), params) is params
