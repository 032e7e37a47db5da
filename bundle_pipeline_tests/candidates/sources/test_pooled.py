"""Shrunk conditional probability."""

from collections.abc import Sequence
from itertools import permutations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.candidates.sources.params import PooledParams
from bundle_pipeline.candidates.sources.pooled import pooled_companions
from bundle_pipeline_tests.support.frames import baskets_frame
from bundle_pipeline_tests.support.shelves import as_rows, ids, shelf

TYPES = {"a": "x", "b": "y", "c": "x", "d": "y"}
ALL = PooledParams(min_basket_count=1, max_chance=0.999999)


def pooled(baskets: Sequence[str], params: PooledParams, asked: str = "abcd") -> pl.DataFrame:
    sold = {letter: sum(letter in basket for basket in baskets) for letter in TYPES}
    shop = shelf(*TYPES, types=TYPES, counts=sold)
    return pooled_companions(encode_baskets(baskets_frame(*baskets)), shop, ids(*asked), params)


def test_a_thin_pair_leans_on_its_categories() -> None:
    # Sizes 2, 2, 1, 1: L = 6. E(ab) = 2 * 2 / 6. Of x and y 2 pairs were seen, and of 2 / 3 and
    # 2 * 4 / 6 expected the larger counts: r = (2 + 5) / (4 / 3 + 5) = 21 / 19.
    # Mean lift (2 + 2 * 21 / 19) / (2 / 3 + 2); P(b | a) = E * lift / 2 = 10 / 19.
    found = pooled(["ab", "ab", "c", "c"], ALL)
    assert as_rows(found) == [
        ("a", "b", pytest.approx(10 / 19)),
        ("b", "a", pytest.approx(10 / 19)),
    ]


def test_what_may_well_be_chance_is_left_out() -> None:
    assert pooled(["ab", "ab", "c", "c"], PooledParams()).is_empty()
    assert not pooled(["ab"] * 6 + ["c"] * 12 + ["d"] * 12, PooledParams()).is_empty()


def test_one_basket_is_not_enough() -> None:
    assert pooled(["ab", "c", "d"], ALL.model_copy(update={"min_basket_count": 2})).is_empty()


def test_products_without_a_category_have_none_to_lean_on() -> None:
    baskets = encode_baskets(baskets_frame("ab", "ab", "ab"))
    assert pooled_companions(baskets, shelf("a", "b"), ids("a"), ALL).is_empty()


def test_an_empty_shop_has_no_companions() -> None:
    assert pooled([], ALL).is_empty()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sets(st.sampled_from("abcd"), min_size=1).map(lambda basket: "".join(sorted(basket))),
        max_size=25,
    ),
    st.sampled_from([0.05, 0.5, 0.999999]),
)
def test_companions_are_those_of_counting_by_hand(baskets: list[str], max_chance: float) -> None:
    params = ALL.model_copy(update={"max_chance": max_chance})
    found = {(one, other): value for one, other, value in pooled(baskets, params).rows()}
    assert found == pytest.approx(_by_hand(baskets, params))


def _by_hand(baskets: list[str], params: PooledParams) -> dict[tuple[str, str], float]:
    line_count = sum(map(len, baskets))
    sold = {one: sum(one in basket for basket in baskets) for one in TYPES}
    beside = {one: sum(len(basket) - 1 for basket in baskets if one in basket) for one in TYPES}
    together = {
        (one, other): sum(one in basket and other in basket for basket in baskets)
        for one, other in permutations(TYPES, 2)
    }

    def lift(one: str, other: str) -> float:
        pairs = [(p, q) for p, q in permutations(TYPES, 2) if (TYPES[p], TYPES[q]) == (one, other)]
        seen = sum(together[pair] for pair in pairs)
        forth, back = (
            sum(beside[p] * sold[q] / line_count for p, q in sides)
            for sides in (pairs, [(q, p) for p, q in pairs])
        )
        prior = params.category_prior_count
        return (seen + prior) / (max(forth, back) + prior)

    found: dict[tuple[str, str], float] = {}
    for (one, other), count in together.items():
        if count < params.min_basket_count:
            continue
        expected = max(beside[one] * sold[other], beside[other] * sold[one]) / line_count
        shape = count + params.prior_basket_count * lift(TYPES[one], TYPES[other])
        pace = expected + params.prior_basket_count
        if stats.gamma.cdf(1, shape, scale=1 / pace) <= params.max_chance:
            found[one, other] = min(expected * shape / pace / sold[one], 1.0)
    return found
