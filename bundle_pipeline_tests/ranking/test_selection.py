from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.ranking.params import RankingParams
from bundle_pipeline.ranking.selection import choose
from bundle_pipeline.schemas.bundles import PricedBundles
from bundle_pipeline_tests.support.bundles import (
    Row,
    bundle_item,
    candidate,
    priced,
    priced_bundles,
    scored,
)
from bundle_pipeline_tests.support.frames import shuffled

ALL = RankingParams(max_per_anchor=100, max_per_variant=100, max_bundles=100)


def test_the_best_scores_are_chosen_ties_by_id() -> None:
    bundles = (bundle("ab", 0.5), bundle("cd", 0.9), bundle("ef", 0.5))
    assert chosen(*bundles, params=RankingParams(max_bundles=2)) == {"cd", "ab"}


def test_what_finds_no_slot_is_told_how_many_are_better() -> None:
    codes = choices(bundle("ab", 0.9), bundle("cd", 0.5), params=RankingParams(max_bundles=1))
    assert codes == {"ab": None, "cd": "SLOTS_FULL"}


def test_a_page_has_a_limit() -> None:
    bundles = [bundle(f"a{other}", 0.5) for other in "bcd"]
    params = RankingParams(max_per_anchor=2)
    assert choices(*bundles, params=params) == {"ab": None, "ac": None, "ad": "ANCHOR_LIMIT"}


def test_a_variant_has_a_limit_wherever_it_stands() -> None:
    bundles = [bundle(f"{anchor}z", 0.5) for anchor in "abc"]
    params = RankingParams(max_per_variant=2)
    assert choices(*bundles, params=params) == {"az": None, "bz": None, "cz": "VARIANT_LIMIT"}


def test_a_set_is_offered_once_whoever_is_its_anchor() -> None:
    assert choices(bundle("ab", 0.9), bundle("ba", 0.5)) == {"ab": None, "ba": "DUPLICATE_SET"}


def test_a_triple_that_chosen_pairs_cover_is_a_duplicate() -> None:
    codes = choices(bundle("ab", 0.9), bundle("bc", 0.8), bundle("abc", 0.7))
    assert codes == {"ab": None, "bc": None, "abc": "DUPLICATE_SET"}


def test_a_triple_stays_where_a_variant_is_in_no_chosen_pair_of_it() -> None:
    codes = choices(bundle("ab", 0.9), bundle("cd", 0.8), bundle("abc", 0.7))
    assert codes == {"ab": None, "cd": None, "abc": None}


def test_a_pair_inside_a_chosen_triple_stays() -> None:
    codes = choices(bundle("abc", 0.9), bundle("ab", 0.8), bundle("bc", 0.7))
    assert codes == {"abc": None, "ab": None, "bc": None}


def test_details_name_the_bundles_that_stand_before_it() -> None:
    frame = choose(priced_bundles(bundle("ab", 0.9), bundle("bc", 0.8), bundle("abc", 0.7)), ALL)
    detail = frame.filter(bundle_id="abc").get_column("detail").item()
    assert detail == "its variants are already offered by ab, bc"


def test_no_bundles_leave_nothing_to_choose() -> None:
    assert choose(PricedBundles.create_empty(), ALL).is_empty()


SETS = st.lists(
    st.lists(st.sampled_from("abcdef"), min_size=2, max_size=3, unique=True).map("".join),
    unique=True,
    max_size=25,
)


@given(
    sets=SETS,
    max_bundles=st.integers(1, 10),
    max_per_anchor=st.integers(1, 4),
    max_per_variant=st.integers(1, 6),
)
@settings(max_examples=60, deadline=None)
def test_limits_hold_and_nobody_is_left_out_without_need(
    sets: list[str], max_bundles: int, max_per_anchor: int, max_per_variant: int
) -> None:
    params = RankingParams(
        max_bundles=max_bundles, max_per_anchor=max_per_anchor, max_per_variant=max_per_variant
    )
    bundles = [bundle(variants, 1 - i / 100) for i, variants in enumerate(sets)]
    codes = choices(*bundles, params=params)
    kept = [variants for variants in sets if codes[variants] is None]
    assert len(kept) <= max_bundles
    assert max(Counter(variants[0] for variants in kept).values(), default=0) <= max_per_anchor
    assert max(Counter("".join(kept)).values(), default=0) <= max_per_variant
    for number, variants in enumerate(sets):
        before = [earlier for earlier in sets[:number] if codes[earlier] is None]
        inside = [set(earlier) for earlier in before if set(earlier) <= set(variants)]
        is_free = (
            set[str]().union(*inside) != set(variants)
            and sum(earlier[0] == variants[0] for earlier in before) < max_per_anchor
            and all(
                sum(variant in earlier for earlier in before) < max_per_variant
                for variant in variants
            )
            and len(before) < max_bundles
        )
        assert is_free == (codes[variants] is None)


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_bundles_are_chosen_alike(seed: int) -> None:
    frame = priced_bundles(*[bundle(f"{x}{y}", 0.5) for x in "abcde" for y in "vwxyz"])
    params = RankingParams(max_bundles=4)
    assert choose(shuffled(frame, seed), params).equals(choose(frame, params))


def bundle(variants: str, score: float) -> Row:
    items = [bundle_item(variant) for variant in variants]
    return priced(scored(candidate(*items, bundle_id=variants), score=score))


def choices(*bundles: Row, params: RankingParams = ALL) -> dict[str, str | None]:
    return dict(choose(priced_bundles(*bundles), params).select("bundle_id", "code").iter_rows())


def chosen(*bundles: Row, params: RankingParams) -> set[str]:
    return {id_ for id_, code in choices(*bundles, params=params).items() if code is None}
