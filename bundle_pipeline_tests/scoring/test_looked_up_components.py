"""Components that need more than the candidate, and those that compare candidates."""

import math
from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.scoring.affinity import affinities
from bundle_pipeline.scoring.content_fit import content_fits
from bundle_pipeline.scoring.expected_margin import expected_margin_component, with_earned
from bundle_pipeline.scoring.normalise import robust_scale
from bundle_pipeline.scoring.novelty import novelty_component
from bundle_pipeline.scoring.objective_fit import objective_fit_component
from bundle_pipeline.scoring.popularity import item_popularity, popularities
from bundle_pipeline_tests.support.bundles import (
    Row,
    bundle_item,
    candidate,
    candidate_bundles,
    evidence,
)
from bundle_pipeline_tests.support.frames import FIRST_ORDER_AT, baskets_frame
from bundle_pipeline_tests.support.scoring import alike_frame, neighbours_frame


def bundle(variant_ids: str, **changes: object) -> Row:
    return candidate(*(bundle_item(variant_id) for variant_id in variant_ids), **changes)


def by_bundle(found: pl.DataFrame) -> dict[str, float]:
    return dict(found.rows())


def test_affinity_is_the_mean_discount_of_the_add_ons_places() -> None:
    neighbours = neighbours_frame(("a", "b", 1), ("a", "c", 3), ("d", "a", 7))
    candidates = candidate_bundles(bundle("ab"), bundle("abc"), bundle("ad"), bundle("ax"))
    assert by_bundle(affinities(candidates, neighbours)) == {
        "a+b": 1.0,
        "a+b+c": pytest.approx((1 + 0.5) / 2),
        # a is d's neighbour: the better direction counts
        "a+d": pytest.approx(1 / 3),
        "a+x": 0.0,
    }


def test_affinity_looks_at_one_method_only_and_not_at_bundles_of_one_variant() -> None:
    neighbours = neighbours_frame(("a", "b", 1), method="svd")
    candidates = candidate_bundles(bundle("ab"), bundle("a", bundle_id="alone"))
    assert by_bundle(affinities(candidates, neighbours)) == {"a+b": 0.0}


@pytest.mark.parametrize(
    ("similarity", "expected"), [(0.0, 0.0), (0.25, 0.5), (0.5, 1.0), (0.75, 0.5), (1.0, 0.0)]
)
def test_content_fits_best_where_pages_are_half_alike(similarity: float, expected: float) -> None:
    for pair in (("product-a", "product-b"), ("product-b", "product-a")):
        alike = alike_frame((*pair, similarity))
        assert by_bundle(content_fits(candidate_bundles(bundle("ab")), alike)) == {"a+b": expected}


def test_content_that_both_products_state_counts_once() -> None:
    alike = alike_frame(("product-a", "product-b", 0.5), ("product-b", "product-a", 0.5))
    candidates = candidate_bundles(bundle("abc"))
    assert by_bundle(content_fits(candidates, alike)) == {"a+b+c": 0.5}


def test_older_baskets_count_less_for_popularity() -> None:
    # a: two baskets, 60 days before b's one; with a half-life of 30 days they count 2 / 4.
    times = [FIRST_ORDER_AT, FIRST_ORDER_AT, FIRST_ORDER_AT + timedelta(days=60)]
    baskets = encode_baskets(baskets_frame("a", "a", "b", ordered_at=times))
    assert by_bundle(item_popularity(baskets, half_life_days=30)) == {"a": 0.0, "b": 1.0}
    # With one of 60 days they count as much.
    assert by_bundle(item_popularity(baskets, half_life_days=60)) == {"a": 0.5, "b": 0.5}


def test_popularity_without_times_is_the_plain_count() -> None:
    times = [FIRST_ORDER_AT] * 3
    baskets = encode_baskets(baskets_frame("a", "ab", "c", ordered_at=times))
    found = by_bundle(item_popularity(baskets, half_life_days=1))
    assert found == {"a": 1.0, "b": 0.25, "c": 0.25}


def test_a_bundle_is_as_popular_as_its_slowest_item() -> None:
    known = pl.DataFrame({"variant_id": ["a", "b"], "popularity": [0.9, 0.4]})
    candidates = candidate_bundles(bundle("ab"), bundle("ax"))
    assert by_bundle(popularities(candidates, known)) == {"a+b": 0.4, "a+x": 0.0}


def test_the_only_variant_of_a_shop_is_in_the_middle() -> None:
    baskets = encode_baskets(baskets_frame("a", "a"))
    assert by_bundle(item_popularity(baskets, half_life_days=30)) == {"a": 0.5}
    assert item_popularity(encode_baskets(baskets_frame()), half_life_days=30).is_empty()


def test_the_fit_of_the_first_objective_counts() -> None:
    row = bundle("ab", objectives=["gift_box", "increase_aov"], objective_fit=[0.3, 0.9])
    assert candidate_bundles(row).select(objective_fit_component()).item() == 0.3


def test_where_no_orders_stand_behind_a_bundle_it_is_expected_to_earn_nothing() -> None:
    items = [bundle_item(v, unit_cost_minor=100) for v in "ab"]
    row = candidate(*items, evidence=None, backing="unproven")
    assert with_earned(candidate_bundles(row)).select(expected_margin_component()).item() == 0.0


def test_expected_margin_is_known_margin_times_baskets_beyond_chance() -> None:
    def row(cost: int | None, count: int) -> Row:
        items = [bundle_item(v, unit_cost_minor=cost) for v in "ab"]
        found = evidence(basket_count=count, expected_count=5.0)
        return candidate(*items, evidence=found, bundle_id=f"{cost} {count}")

    rows = [row(900, 15), row(500, 15), row(100, 15), row(1200, 15), row(900, 4), row(None, 15)]
    candidates = with_earned(candidate_bundles(*rows))
    found = candidates.select("bundle_id", expected_margin_component()).rows()
    amounts = [math.log1p(m * 10) for m in (200, 1000, 1800)]
    # Of 0, 0 and these three the middle half reaches from 0 to the second.
    expected = {
        "900 15": 0.5,
        "500 15": pytest.approx(0.5 + (amounts[1] - amounts[0]) / (2 * amounts[1])),
        "100 15": pytest.approx(0.5 + (amounts[2] - amounts[0]) / (2 * amounts[1])),
        "1200 15": pytest.approx(max(0.0, 0.5 - amounts[0] / (2 * amounts[1]))),
        "900 4": pytest.approx(max(0.0, 0.5 - amounts[0] / (2 * amounts[1]))),
        "None 15": 0.5,
    }
    assert dict(found) == expected


def test_a_page_hears_less_that_is_new_from_each_weaker_bundle() -> None:
    def row(name: str, count: int, page: str | None = "p") -> Row:
        items = [bundle_item("a", product_id=page), bundle_item("b")]
        return candidate(*items, bundle_id=name, evidence=evidence(basket_count=count))

    rows = [row("u", 9), row("v", 30), row("w", 9), row("x", 9, "q"), row("y", 9, None)]
    found = candidate_bundles(*rows).select("bundle_id", novelty_component()).rows()
    assert {name: round(novelty, 6) for name, novelty in found} == {
        "u": round(1 / math.sqrt(2), 6),
        "v": 1.0,
        "w": round(1 / math.sqrt(3), 6),
        "x": 1.0,
        "y": 1.0,
    }


AMOUNTS = st.lists(st.none() | st.floats(-1e9, 1e9), max_size=20)


@given(AMOUNTS)
def test_the_robust_scale_keeps_order_and_stays_within_0_and_1(amounts: list[float | None]) -> None:
    frame = pl.DataFrame({"x": amounts}, schema={"x": pl.Float64})
    found = frame.select("x", scaled=robust_scale(pl.col("x"))).sort("x").drop_nulls("x")
    scaled = found.get_column("scaled")
    assert scaled.is_between(0, 1).all()
    assert scaled.is_sorted()


def test_an_outlier_moves_only_itself_and_a_single_bundle_is_in_the_middle() -> None:
    def scaled(*amounts: float | None) -> list[float | None]:
        frame = pl.DataFrame({"x": amounts}, schema={"x": pl.Float64})
        return frame.select(robust_scale(pl.col("x"))).to_series().to_list()

    assert scaled(1, 2, 3, 4, 5) == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert scaled(1, 2, 3, 4, 1e12) == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert scaled(7) == [0.5]
    assert scaled(None, 7, 7) == [None, 0.5, 0.5]
