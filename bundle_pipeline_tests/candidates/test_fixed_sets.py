"""Fixed sets: gift boxes and sets of a season."""

import polars as pl
from polars.testing import assert_frame_equal

from bundle_pipeline.candidates.fixed_sets import FixedParams, suggested_sets
from bundle_pipeline_tests.support.frames import shuffled
from bundle_pipeline_tests.support.mined import pair, pair_rules_frame
from bundle_pipeline_tests.support.offers import Row, alike, members_of, offer, offers

PARAMS = FixedParams()


def gift(variant: str, **changes: object) -> Row:
    return offer(variant, is_giftable=True, **changes)


def sets(
    *rows: Row,
    pairs: tuple[list[dict[str, object]], ...] = (),
    near: tuple[str, ...] = (),
    season: tuple[str, ...] = (),
    params: FixedParams = PARAMS,
) -> pl.DataFrame:
    return suggested_sets(
        offers(*rows),
        pair_rules=pair_rules_frame(*pairs),
        alike=alike(*near),
        season_product_ids=pl.Series([f"product-{x}" for x in season], dtype=pl.String),
        params=params,
    )


def box(*variants: str) -> str:
    return " + ".join(f"1 {variant} item" for variant in variants)


def goes(first: str, second: str, **changes: object) -> list[dict[str, object]]:
    return pair(first, second, count=20, counts=(50, 100), basket_total=1000, **changes)


def test_a_gift_box_is_of_one_price_band_the_best_seller_first() -> None:
    found = sets(gift("a"), gift("b", basket_count=30), gift("c"), gift("d", price_tier="premium"))
    assert members_of(found) == [box("b", "a", "c")]
    (row,) = found.to_dicts()
    assert (row["kind"], row["backing"], row["evidence"]) == ("FIXED", "unproven", None)
    assert row["provenance"] == ["gift_box_by_price_band"]


def test_what_orders_show_beside_it_comes_before_other_categories_and_best_sellers() -> None:
    rows = (
        gift("a", basket_count=90, product_type="Cups"),
        gift("b", basket_count=80, product_type="Cups"),
        gift("c", basket_count=70, product_type="Tea"),
        gift("d", basket_count=60, product_type="Cups"),
    )
    assert members_of(sets(*rows, pairs=(goes("a", "d"),))) == [box("a", "d", "c")]


def test_a_set_is_proven_where_all_go_with_the_first_with_the_weakest_evidence() -> None:
    pairs = (goes("a", "b", adjusted_lift_low=3.0), goes("a", "c", adjusted_lift_low=2.0))
    rows = (gift("a", basket_count=30), gift("b"), gift("c"))
    (row,) = sets(*rows, pairs=pairs).to_dicts()
    assert (row["backing"], row["evidence"]["adjusted_lift_low"]) == ("proven", 2.0)
    (half,) = sets(*rows, pairs=pairs[:1]).to_dicts()
    assert (half["backing"], half["evidence"]) == ("unproven", None)


def test_products_alike_are_in_different_boxes_and_each_is_in_one() -> None:
    rows = [gift(x, basket_count=100 - place) for place, x in enumerate("abcdef")]
    assert members_of(sets(*rows, near=("ab", "cd"))) == [box("a", "c", "e"), box("b", "d", "f")]
    assert members_of(sets(*rows, near=("ab",))) == [box("a", "c", "d"), box("b", "e", "f")]


def test_a_season_has_sets_of_its_own() -> None:
    rows = [offer(x, season="christmas") for x in "abc"] + [offer("d", season="summer")]
    found = sets(*rows, season=("a", "b", "c"))
    assert members_of(found) == [box("a", "b", "c")]
    assert found.get_column("provenance").to_list() == [["season_set"]]


def test_too_few_products_make_no_set_and_the_kind_can_be_switched_off() -> None:
    assert sets(gift("a"), gift("b")).is_empty()
    assert sets().is_empty()
    off = FixedParams(max_candidates=0)
    assert sets(gift("a"), gift("b"), gift("c"), params=off).is_empty()


def test_shuffled_products_make_the_same_sets() -> None:
    rows = offers(*[gift(x) for x in "abcdefgh"])
    rules = pair_rules_frame(goes("a", "f"), goes("b", "g"))

    def made(seed: int) -> pl.DataFrame:
        return suggested_sets(
            shuffled(rows, seed),
            pair_rules=shuffled(rules, seed),
            alike=alike("ab"),
            season_product_ids=pl.Series(dtype=pl.String),
            params=PARAMS,
        )

    for seed in range(1, 4):
        assert_frame_equal(made(seed), made(0))
