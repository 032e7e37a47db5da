import polars as pl

from bundle_pipeline.ranking.fronts import bundle_measures, with_distinctness, with_fronts
from bundle_pipeline.schemas.bundles import PricedBundles
from bundle_pipeline_tests.support.bundles import (
    Row,
    bundle_item,
    candidate,
    evidence,
    priced,
    priced_bundles,
    scored,
)


def test_what_is_known_beats_what_is_not_and_unknowns_are_equal() -> None:
    frame = pl.DataFrame({"x": [1.0, None, None, 2.0], "y": [1, 1, None, 1]})
    found = with_fronts(frame, {"x": pl.col("x"), "y": pl.col("y")})
    assert found.get_column("front").to_list() == [2, 3, 4, 1]


def test_room_without_end_is_null() -> None:
    frame = pl.DataFrame({"x": [1.0, 2.0, 4.0], "y": [3.0, 2.0, 1.0]})
    found = with_fronts(frame, {"x": pl.col("x"), "y": pl.col("y")})
    assert found.get_column("crowding").to_list() == [None, 2.0, None]


def test_distinctness_is_the_share_without_the_most_common_variant() -> None:
    # a is in three of four bundles, b in one, x and y in one.
    bundles = priced_bundles(*[bundle(name) for name in ("ab", "ac", "ad", "xy")])
    found = with_distinctness(bundles).select("bundle_id", "distinctness").rows()
    assert found == [("ab", 0.25), ("ac", 0.25), ("ad", 0.25), ("xy", 0.75)]


def test_margin_counts_where_it_is_known() -> None:
    # The same in all else: 300 of margin for each of 15 baskets beyond chance, 200, and unknown.
    bundles = priced_bundles(
        *[bundle(name, margin_minor=m) for name, m in (("ab", 300), ("cd", 200), ("ef", None))]
    )
    measured = bundles.pipe(with_distinctness).select(**bundle_measures())
    assert measured.get_column("margin").to_list() == [4500.0, 3000.0, None]
    ranked = with_fronts(with_distinctness(bundles), bundle_measures())
    assert ranked.get_column("front").to_list() == [1, 2, 3]


def test_no_bundles_have_no_fronts() -> None:
    none = with_distinctness(PricedBundles.create_empty())
    assert with_fronts(none, bundle_measures()).is_empty()


def bundle(variants: str, *, margin_minor: int | None = None) -> Row:
    row = candidate(
        *[bundle_item(variant) for variant in variants],
        bundle_id=variants,
        evidence=evidence(basket_count=20, expected_count=5.0),
    )
    return priced(scored(row), margin_minor=margin_minor)
