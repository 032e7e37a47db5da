from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.ranking.near_sets import near_groups


def test_equal_sets_are_one_group() -> None:
    assert groups("ab", "ba", "cd", "ab", limit=1.0) == [[0, 1, 3]]


def test_a_pair_is_near_each_triple_that_holds_it_but_the_triples_are_not() -> None:
    # ab of abc: 2 / 3; abc and abd share 2 of 4.
    assert groups("ab", "abc", "abd", limit=0.6) == [[0, 1], [0, 2]]


def test_sets_that_are_all_near_each_other_are_one_group() -> None:
    assert groups("abc", "abd", "abe", "xyz", limit=0.4) == [[0, 1, 2]]


def test_copies_of_a_set_join_its_groups() -> None:
    assert groups("ab", "abc", "ab", limit=0.6) == [[0, 1, 2]]


def test_distinct_sets_far_from_each_other_have_no_group() -> None:
    assert groups("ab", "cd", limit=0.0) == []
    assert groups(limit=0.5) == []


@given(
    sets=st.lists(st.frozensets(st.sampled_from("abcdef"), min_size=1, max_size=4), max_size=15),
    limit=st.sampled_from([0.0, 0.25, 0.5, 0.6, 0.75, 1.0]),
)
@settings(max_examples=100, deadline=None)
def test_groups_cover_exactly_the_near_pairs(sets: list[frozenset[str]], limit: float) -> None:
    covered = {pair for group in near_groups(sets, limit) for pair in combinations(group, 2)}
    near = {
        (one, other)
        for one, other in combinations(range(len(sets)), 2)
        if sets[one] == sets[other]
        or len(sets[one] & sets[other]) > limit * len(sets[one] | sets[other])
    }
    assert covered == near


def groups(*sets: str, limit: float) -> list[list[int]]:
    return near_groups([frozenset(found) for found in sets], limit)
