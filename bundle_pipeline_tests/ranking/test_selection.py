from collections import Counter

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.ranking.params import RankingParams
from bundle_pipeline.ranking.portfolio import portfolio_of
from bundle_pipeline.ranking.selection import choose
from bundle_pipeline.schemas.bundles import PricedBundles
from bundle_pipeline_tests.support.bundles import (
    Row,
    bundle_item,
    candidate,
    priced,
    priced_bundles,
    scored,
    stock,
)
from bundle_pipeline_tests.support.frames import shuffled
from bundle_pipeline_tests.support.portfolios import random_bundles

# No limit but those a test names; sets exclude each other only if they are equal.
ALL = RankingParams(
    max_per_anchor=100,
    max_per_variant=100,
    max_bundles=100,
    max_similarity=1.0,
    variant_overlap_cost=0.0,
    category_overlap_cost=0.0,
    min_per_objective=0,
    reserved_days=0.0,
)


def test_the_best_scores_are_chosen_ties_by_id() -> None:
    bundles = (bundle("ab", 0.5), bundle("cd", 0.9), bundle("ef", 0.5))
    assert chosen(*bundles, max_bundles=2) == {"cd", "ab"}


def test_what_finds_no_slot_is_told_how_many_are_worth_more() -> None:
    codes = choices(bundle("ab", 0.9), bundle("cd", 0.5), max_bundles=1)
    assert codes == {"ab": None, "cd": "SLOTS_FULL"}


def test_a_page_has_a_limit() -> None:
    bundles = [bundle(f"a{other}", 0.5) for other in "bcd"]
    codes = choices(*bundles, max_per_anchor=2)
    assert codes == {"ab": None, "ac": None, "ad": "ANCHOR_LIMIT"}


def test_variants_of_a_product_share_its_page() -> None:
    anchors = [bundle_item(variant, product_id="tee") for variant in "abc"]
    bundles = [of(anchor, bundle_item(f"x{n}"), score=0.5) for n, anchor in enumerate(anchors)]
    assert sorted(choices(*bundles, max_per_anchor=2).values(), key=str) == [
        "ANCHOR_LIMIT",
        None,
        None,
    ]


def test_a_variant_has_a_limit_wherever_it_stands() -> None:
    bundles = [bundle(f"{anchor}z", 0.5) for anchor in "abc"]
    codes = choices(*bundles, max_per_variant=2)
    assert codes == {"az": None, "bz": None, "cz": "VARIANT_LIMIT"}


def test_a_kind_has_a_limit_if_it_is_named() -> None:
    bundles = [bundle("ab", 0.5), bundle("cd", 0.4), bundle("ef", 0.3) | {"kind": "VOLUME"}]
    codes = choices(*bundles, max_per_kind={"FBT": 1})
    assert codes == {"ab": None, "cd": "KIND_LIMIT", "ef": None}


def test_an_objective_has_a_limit_wherever_it_stands_among_those_of_a_bundle() -> None:
    gifts, both = {"objectives": ["gift_box"]}, {"objectives": ["increase_aov", "gift_box"]}
    bundles = [bundle("ab", 0.5) | gifts, bundle("cd", 0.4) | both, bundle("ef", 0.3)]
    for most, left in ((1, {"cd"}), (0, {"ab", "cd"})):
        found = choose(priced_bundles(*bundles), ALL, {"gift_box": most}).choices
        codes = dict(found.drop_nulls("code").select("bundle_id", "code").rows())
        assert codes == dict.fromkeys(left, "OBJECTIVE_LIMIT")
    details = found.get_column("detail").drop_nulls().unique().to_list()
    assert details == ["bundles for gift_box: already 0 of 0"]


def test_no_more_bundles_are_wanted_for_an_objective_than_it_may_have() -> None:
    gifts = [bundle(two, 0.1) | {"objectives": ["gift_box"]} for two in ("ef", "gh")]
    frame = priced_bundles(bundle("ab", 0.9), bundle("cd", 0.8), *gifts)
    portfolio = portfolio_of(frame, params(min_per_objective=2), {"gift_box": 1})
    wanted = dict(zip(portfolio.objectives, portfolio.wanted, strict=True))
    assert wanted == {"gift_box": 1.0, "increase_aov": 2.0}


def test_what_no_orders_show_has_few_places() -> None:
    proven = bundle("ab", 0.1)
    unproven = [bundle(two, 0.2) | {"backing": "unproven"} for two in ("cd", "ef", "gh")]
    codes = choices(proven, *unproven, max_unproven=2)
    assert codes == {"ab": None, "cd": None, "ef": None, "gh": "UNPROVEN_LIMIT"}
    assert set(choices(proven, *unproven, max_unproven=0).values()) == {None, "UNPROVEN_LIMIT"}


def test_a_category_has_a_limit_and_counts_once_per_bundle() -> None:
    tea = [
        of(bundle_item(a, product_type="Tea"), bundle_item(b, product_type="Tea"), score=score)
        for a, b, score in (("a", "b", 0.9), ("c", "d", 0.8), ("e", "f", 0.7))
    ]
    codes = choices(*tea, bundle("gh", 0.1), max_per_category=2)
    assert codes == {"a+b": None, "c+d": None, "e+f": "CATEGORY_LIMIT", "gh": None}


def test_a_set_is_offered_once_whoever_is_its_anchor() -> None:
    assert choices(bundle("ab", 0.9), bundle("ba", 0.5)) == {"ab": None, "ba": "DUPLICATE_SET"}


def test_the_same_products_in_other_variants_are_the_same_set() -> None:
    blue, red = (bundle_item(colour, product_id="tee") for colour in ("blue", "red"))
    codes = choices(of(blue, bundle_item("x"), score=0.9), of(red, bundle_item("x"), score=0.8))
    assert codes == {"blue+x": None, "red+x": "DUPLICATE_SET"}


def test_a_triple_and_a_pair_in_it_exclude_each_other() -> None:
    codes = choices(bundle("ab", 0.9), bundle("abc", 0.8), max_similarity=0.6)
    assert codes == {"ab": None, "abc": "DUPLICATE_SET"}


def test_triples_that_share_two_products_may_stand_side_by_side() -> None:
    assert chosen(bundle("abc", 0.9), bundle("abd", 0.8), max_similarity=0.6) == {"abc", "abd"}


def test_two_good_bundles_beat_a_better_one_that_excludes_both() -> None:
    # One after the other, abc would come first, and then neither ab nor bc.
    bundles = (bundle("abc", 0.9), bundle("ab", 0.6), bundle("bc", 0.6))
    assert chosen(*bundles, max_similarity=0.6) == {"ab", "bc"}
    assert chosen(*bundles, max_similarity=0.6, choice="greedy") == {"abc"}


def test_bundles_together_fit_the_stock() -> None:
    # Six units of a suffice for two bundles that are offered three times.
    bundles = [stocked(f"a{other}", score, a=6) for other, score in zip("bcd", "987", strict=True)]
    codes = choices(*bundles, min_offered_quantity=3)
    assert codes == {"ab": None, "ac": None, "ad": "JOINT_STOCK"}


def test_what_stock_suffices_for_less_often_needs_no_more() -> None:
    assert chosen(stocked("ab", "9", a=2), min_offered_quantity=3) == {"ab"}


def test_days_of_own_sales_stay_in_stock() -> None:
    # 6 units last 12 days, so 4 days take 2: 4 are left, too few for two bundles.
    bundles = [stocked("ab", "9", a=6, cover=12.0), stocked("ac", "8", a=6, cover=12.0)]
    codes = choices(*bundles, min_offered_quantity=3, reserved_days=4.0)
    assert codes == {"ab": None, "ac": "JOINT_STOCK"}


def test_an_overlap_that_costs_more_than_a_bundle_is_worth_leaves_it_out() -> None:
    repeated = (bundle("ab", 0.9), bundle("ac", 0.1))
    codes = choices(*repeated, variant_overlap_cost=0.2, max_bundles=25)
    assert codes == {"ab": None, "ac": "OVERLAP"}


def test_categories_of_sets_and_of_more_units_are_counted_apart() -> None:
    tea = {name: bundle_item(name, quantity=3, product_type="tea") for name in "abcd"}
    rows = [
        of(tea["a"], tea["b"], score=0.9) | {"bundle_id": "ab"},
        of(tea["c"], score=0.1) | {"bundle_id": "c", "kind": "VOLUME"},
        of(tea["d"], score=0.05) | {"bundle_id": "d", "kind": "VOLUME"},
    ]
    codes = choices(*rows, category_overlap_cost=0.2, max_bundles=25)
    assert codes == {"ab": None, "c": None, "d": "OVERLAP"}


def test_a_repeated_category_costs_a_sixteenth_in_a_set_of_twice_the_slots() -> None:
    tea = {name: bundle_item(name, quantity=3, product_type="tea") for name in "ab"}
    rows = [
        of(tea[name], score=score) | {"bundle_id": name, "kind": "VOLUME"}
        for name, score in (("a", 0.9), ("b", 0.02))
    ]
    for cost, code in ((0.31, None), (0.33, "OVERLAP")):
        codes = choices(*rows, category_overlap_cost=cost, max_bundles=50)
        assert codes == {"a": None, "b": code}


def test_a_repeated_variant_costs_an_eighth_in_a_set_of_twice_the_slots() -> None:
    repeated = (bundle("ab", 0.9), bundle("ac", 0.02))
    for cost, code in ((0.155, None), (0.165, "OVERLAP")):
        codes = choices(*repeated, variant_overlap_cost=cost, max_bundles=50)
        assert codes == {"ab": None, "ac": code}


def test_overlap_costs_make_room_for_something_else() -> None:
    bundles = (bundle("ab", 0.9), bundle("ac", 0.8), bundle("de", 0.7))
    assert chosen(*bundles, max_bundles=2) == {"ab", "ac"}
    assert chosen(*bundles, max_bundles=2, variant_overlap_cost=0.2) == {"ab", "de"}


def test_each_objective_is_served_if_the_limits_allow_it() -> None:
    gift = bundle("ef", 0.1) | {"objectives": ["gift_box"]}
    bundles = (bundle("ab", 0.9), bundle("cd", 0.8), gift)
    assert chosen(*bundles, max_bundles=2, min_per_objective=1) == {"ab", "ef"}
    assert chosen(*bundles, max_bundles=2, min_per_objective=0) == {"ab", "cd"}


def test_objectives_that_can_not_all_be_served_are_served_as_far_as_possible() -> None:
    gift = bundle("ef", 0.1) | {"objectives": ["gift_box"]}
    both = bundle("cd", 0.2) | {"objectives": ["gift_box", "new_launch"]}
    assert chosen(bundle("ab", 0.9), gift, both, max_bundles=1, min_per_objective=1) == {"cd"}


def test_details_name_what_stands_in_the_way() -> None:
    found = details(bundle("ab", 0.9), bundle("ba", 0.8))
    assert found == {"ba": "nearly the same products as chosen bundle ab"}
    found = details(bundle("ab", 0.9), bundle("ac", 0.8), max_per_anchor=1)
    assert found == {"ac": "product product-a already has 1 bundles on its page"}
    found = details(stocked("ab", "9", a=6), stocked("ac", "8", a=6), min_offered_quantity=4)
    assert found == {
        "ac": "variant a: 4 units needed; of 6 that bundles may sell, chosen ones take 4"
    }
    found = details(bundle("ab", 0.9), bundle("ac", 0.1), variant_overlap_cost=0.2, max_bundles=25)
    assert found == {
        "ac": "its score of 0.100 is no more than the 0.200 that it costs to repeat variants and "
        "categories of chosen bundles"
    }


def test_no_bundles_leave_nothing_to_choose() -> None:
    selection = choose(PricedBundles.create_empty(), ALL)
    assert selection.choices.is_empty()
    assert selection.gap == 0


def test_the_gap_is_known_unless_the_choice_is_greedy() -> None:
    frame = priced_bundles(bundle("ab", 0.9), bundle("cd", 0.5))
    assert choose(frame, ALL).gap == 0
    greedy = choose(frame, ALL.model_copy(update={"choice": "greedy"}))
    assert greedy.gap is None
    assert greedy.worth == greedy.greedy_worth == pytest.approx(1.4)


SETS = st.lists(
    st.lists(st.sampled_from("abcdef"), min_size=2, max_size=3, unique=True).map("".join),
    unique=True,
    max_size=25,
)


@given(
    sets=SETS,
    choice=st.sampled_from(["optimal", "greedy"]),
    max_bundles=st.integers(1, 10),
    max_per_anchor=st.integers(1, 4),
    max_per_variant=st.integers(1, 6),
)
@settings(max_examples=40, deadline=None)
def test_limits_hold_and_nobody_is_left_out_without_need(
    sets: list[str], choice: str, max_bundles: int, max_per_anchor: int, max_per_variant: int
) -> None:
    bundles = [bundle(variants, 1 - i / 100) for i, variants in enumerate(sets)]
    codes = choices(
        *bundles,
        max_bundles=max_bundles,
        max_per_anchor=max_per_anchor,
        max_per_variant=max_per_variant,
        choice=choice,
    )
    kept = [variants for variants in sets if codes[variants] is None]
    anchors, variants_kept = Counter(v[0] for v in kept), Counter("".join(kept))
    assert len(kept) <= max_bundles
    assert max(anchors.values(), default=0) <= max_per_anchor
    assert max(variants_kept.values(), default=0) <= max_per_variant
    assert len({frozenset(variants) for variants in kept}) == len(kept)
    for variants in set(sets) - set(kept):
        assert (
            any(set(variants) == set(other) for other in kept)
            or anchors[variants[0]] == max_per_anchor
            or any(variants_kept[variant] == max_per_variant for variant in variants)
            or len(kept) == max_bundles
        )


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_bundles_are_chosen_alike(seed: int) -> None:
    frame = priced_bundles(*[bundle(f"{x}{y}", 0.5) for x in "abcde" for y in "vwxyz"])
    params = RankingParams(max_bundles=4)
    found = choose(shuffled(frame, seed), params)
    assert found.choices.equals(choose(frame, params).choices)


def bundle(variants: str, score: float) -> Row:
    return of(*[bundle_item(variant) for variant in variants], score=score) | {
        "bundle_id": variants
    }


def of(*items: Row, score: float) -> Row:
    return priced(scored(candidate(*items), score=score))


def stocked(variants: str, tenths: str, *, a: int, cover: float | None = None) -> Row:
    """A bundle of which only variant a is tracked: so many units, for so many days."""
    tracked = bundle_item("a", available_count=a, days_of_cover=cover)
    others = [bundle_item(variant) for variant in variants[1:]]
    row = candidate(tracked, *others, bundle_id=variants, stock=stock(feasible_quantity=a))
    return priced(scored(row, score=int(tenths) / 10))


def choices(*bundles: Row, **changes: object) -> dict[str, str | None]:
    selection = choose(priced_bundles(*bundles), params(**changes))
    return dict(selection.choices.select("bundle_id", "code").iter_rows())


def details(*bundles: Row, **changes: object) -> dict[str, str]:
    selection = choose(priced_bundles(*bundles), params(**changes))
    left_out = selection.choices.drop_nulls("detail")
    return dict(left_out.select("bundle_id", "detail").iter_rows())


def chosen(*bundles: Row, **changes: object) -> set[str]:
    return {id_ for id_, code in choices(*bundles, **changes).items() if code is None}


def params(**changes: object) -> RankingParams:
    return RankingParams.model_validate(ALL.model_dump() | changes)


def test_what_orders_do_not_prove_pushes_out_nothing_that_they_prove() -> None:
    proven, unproven = bundle("ab", 0.1), bundle("cd", 0.9) | {"backing": "unproven"}
    assert choices(proven, unproven, max_bundles=1) == {"ab": None, "cd": "SLOTS_FULL"}
    assert chosen(proven, unproven, max_bundles=2) == {"ab", "cd"}
    assert chosen(unproven, max_bundles=1) == {"cd"}


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_the_proven_part_of_a_set_is_the_set_of_the_proven(seed: int) -> None:
    bundles = random_bundles(24, seed=seed, variant_count=14).with_columns(
        backing=pl.Series(["proven", "unproven", "pooled"] * 8)
    )
    params = RankingParams(max_bundles=6, choice="greedy")
    proven = bundles.filter(pl.col("backing") == "proven")
    both, alone = (
        set(found.choices.filter(pl.col("code").is_null()).get_column("bundle_id"))
        for found in (choose(bundles, params), choose(proven, params))
    )
    assert both & set(proven.get_column("bundle_id")) == alone
    assert len(both) <= 6
