import polars as pl

from bundle_pipeline.ranking.coverage import Coverage, coverage_of
from bundle_pipeline.schemas.bundles import PricedBundles
from bundle_pipeline_tests.support.bundles import Row, bundle_item, candidate, priced, scored
from bundle_pipeline_tests.support.bundles import priced_bundles as frame_of

TYPES = {"a": "Tea", "b": "Tea", "c": "Cup", "d": "Spoon"}


def test_shares_are_of_what_is_sold_and_of_the_candidates_categories() -> None:
    # a, b and c of the five variants sold; Tea and Cup of Tea, Cup and Spoon.
    covered = measured(["ab", "ac"], ["ab", "ac", "ad"])
    assert covered.catalog_coverage == 3 / 5
    assert covered.category_coverage == 2 / 3
    assert covered.category_count == 2


def test_pages_are_those_of_products() -> None:
    assert measured(["ab", "ac", "ba"], ["ab", "ac", "ba"]).max_anchor_count == 2


def test_shares_of_nothing_are_unknown() -> None:
    none = PricedBundles.create_empty()
    covered = coverage_of(none, passed=none, priced=none, sold_variant_count=0, min_per_objective=1)
    assert covered == Coverage(None, None, 0, 0, {})


def test_objectives_that_fall_short_say_why() -> None:
    gift, launch = ({"objectives": [name]} for name in ("gift_box", "new_launch"))
    served = bundle("ab")
    dropped, crowded_out = bundle("cd") | gift, bundle("ad") | launch
    covered = coverage_of(
        frame_of(served),
        passed=frame_of(served, crowded_out),
        priced=frame_of(served, crowded_out, dropped),
        sold_variant_count=4,
        min_per_objective=1,
    )
    assert covered.shortfalls == {
        "gift_box": "0 of 1: no more candidates passed the gates",
        "new_launch": "0 of 1: slots, pages, variants, stock and similar sets leave no room for "
        "more of the 1 that passed the gates",
    }


def test_an_objective_that_may_have_none_falls_not_short() -> None:
    gift = bundle("cd") | {"objectives": ["gift_box"]}
    served = frame_of(bundle("ab"))
    covered = coverage_of(
        served,
        passed=frame_of(bundle("ab"), gift),
        priced=frame_of(bundle("ab"), gift),
        sold_variant_count=4,
        min_per_objective=1,
        caps={"gift_box": 0},
    )
    assert covered.shortfalls == {}


def measured(chosen: list[str], candidates: list[str]) -> Coverage:
    everything = frame_of(*[bundle(name) for name in candidates])
    ranked = everything.filter(pl.col("bundle_id").is_in(chosen))
    return coverage_of(
        ranked,
        passed=everything,
        priced=everything,
        sold_variant_count=5,
        min_per_objective=1,
    )


def bundle(variants: str) -> Row:
    items = [bundle_item(variant, product_type=TYPES[variant]) for variant in variants]
    return priced(scored(candidate(*items, bundle_id=variants)))
