import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.baskets.size_limit import BasketParams
from bundle_pipeline.mining.neighbours.find import find_neighbours
from bundle_pipeline.mining.neighbours.item_baskets import item_baskets, most_popular
from bundle_pipeline.mining.neighbours.judge import judge_neighbours
from bundle_pipeline.mining.neighbours.linear import fit_linear
from bundle_pipeline.mining.neighbours.own_baskets import with_chosen_weights
from bundle_pipeline.mining.neighbours.params import NeighbourParams
from bundle_pipeline.mining.neighbours.summary import best_below_popularity, neighbour_summary
from bundle_pipeline.schemas.base import checked
from bundle_pipeline.schemas.mining import (
    NEIGHBOUR_METHODS,
    POPULARITY,
    ItemNeighbours,
    NeighbourQuality,
)
from bundle_pipeline_tests.support.frames import baskets_frame, shuffled
from bundle_pipeline_tests.support.generators import Noise, planted_shop

EVERY_VARIANT = NeighbourParams(min_basket_count=1)
EDGES = {
    "none": [],
    "one": ["a"],
    "one pair": ["ab"],
    "singles": ["a", "b", "c"],
    "identical": ["abc"] * 30,
    "one everywhere": ["ab", "ac", "ad", "a"] * 20,
}
PLANTED, PAIRS = planted_shop(
    Noise(order_count=3000, variant_count=120), pair_count=10, planted_share=0.3, seed=3
)


@pytest.mark.parametrize("baskets", EDGES.values(), ids=list(EDGES))
def test_every_shop_has_frames_that_keep_their_declaration(baskets: list[str]) -> None:
    frame = baskets_frame(*baskets)
    checked(ItemNeighbours, find_neighbours(encode_baskets(frame), EVERY_VARIANT))
    checked(NeighbourQuality, judge_neighbours(encode_baskets(frame), EVERY_VARIANT))


def test_identical_baskets_make_all_their_variants_neighbours_in_order_of_id() -> None:
    found = find_neighbours(encode_baskets(baskets_frame(*["abc"] * 30)), EVERY_VARIANT)
    for method in NEIGHBOUR_METHODS:
        of_b = found.filter(pl.col("rank").is_not_null(), method=method, variant_id="b")
        assert of_b.get_column("neighbour_id").to_list() == ["a", "c"], method
        assert of_b.get_column("score").n_unique() == 1


@pytest.mark.parametrize("method", NEIGHBOUR_METHODS)
def test_planted_pairs_are_the_best_neighbours(method: str) -> None:
    best = find_neighbours(encode_baskets(PLANTED), NeighbourParams()).filter(method=method, rank=1)
    pairs = set(best.select("variant_id", "neighbour_id").iter_rows())
    assert len(PAIRS & pairs) >= 9


def test_rare_variants_have_neighbours_by_covisitation_only() -> None:
    baskets = baskets_frame(*["ab", "abc"] * 3, "abx", "axy")
    found = find_neighbours(encode_baskets(baskets), NeighbourParams(min_basket_count=3))
    methods = found.filter(variant_id="y").get_column("method").unique().to_list()
    assert methods == ["covisitation"]
    assert "y" not in found.filter(pl.col("method") != "covisitation").get_column("neighbour_id")


def test_no_more_neighbours_are_kept_than_asked_for() -> None:
    all_of_them = find_neighbours(encode_baskets(PLANTED), NeighbourParams())
    some = find_neighbours(encode_baskets(PLANTED), NeighbourParams(top_n=3))
    for is_kept in (pl.col("score") > 0, pl.col("score") < 0):
        counts = some.filter(is_kept).group_by("method", "variant_id").len()
        assert counts.get_column("len").max() == 3
    # What is kept of co-visitation is what the blend adds.
    of_themselves = pl.col("method") != "blend"
    assert_frame_equal(
        some.filter(of_themselves, pl.col("score") > 0),
        all_of_them.filter(of_themselves, pl.col("rank") <= 3),
    )


def test_what_does_not_go_with_a_variant_has_a_score_below_0_and_no_rank() -> None:
    # a comes with b or with c, never with both: c beside a says that b isn't there.
    found = find_neighbours(encode_baskets(baskets_frame(*["ab", "ac"] * 40)), EVERY_VARIANT)
    of_b = found.filter(method="ease", variant_id="b")
    assert of_b.select("neighbour_id", "rank").rows() == [("a", 1), ("c", None)]
    assert of_b.get_column("score").to_list()[1] < 0


def test_rows_are_in_the_order_of_their_key_whatever_the_ids() -> None:
    found = find_neighbours(
        encode_baskets(baskets_frame(*["Zaé", "aZ", "éZ", "a0"] * 9)), EVERY_VARIANT
    )
    ordered = found.sort(
        "method",
        "variant_id",
        "rank",
        "score",
        nulls_last=True,
        descending=[False, False, False, True],
    )
    assert_frame_equal(found.drop("neighbour_id"), ordered.drop("neighbour_id"))


def test_the_scores_of_a_basket_are_the_sums_of_what_is_kept() -> None:
    # With room for all neighbours nothing of the model is lost.
    encoded = encode_baskets(PLANTED)
    params = NeighbourParams(top_n=1000)
    kept = find_neighbours(encoded, params).filter(method="ease")
    items = item_baskets(encoded, most_popular(encoded, min_basket_count=5))
    scores = fit_linear(items, params).of(items.matrix[:50])
    basket = items.matrix[:50].toarray()
    place = {encoded.variant_ids[int(code)]: at for at, code in enumerate(items.items)}
    stored = np.zeros((items.item_count, items.item_count))
    for variant, neighbour, score in kept.select("variant_id", "neighbour_id", "score").rows():
        stored[place[variant], place[neighbour]] = score
    assert basket @ stored == pytest.approx(scores, abs=1e-5)


def test_baskets_above_the_limit_are_left_out() -> None:
    small = ["ab", "ab", "cd", "ce"]
    capped = encode_baskets(baskets_frame(*small, "abcdefghij"), BasketParams(max_basket_size=9))
    assert_frame_equal(
        find_neighbours(capped, EVERY_VARIANT),
        find_neighbours(encode_baskets(baskets_frame(*small)), EVERY_VARIANT),
    )


def test_the_order_of_rows_does_not_matter_and_runs_are_equal() -> None:
    for make in (find_neighbours, judge_neighbours):
        first = make(encode_baskets(PLANTED), NeighbourParams())
        for frame in (PLANTED, shuffled(PLANTED, 2)):
            again = make(encode_baskets(frame), NeighbourParams())
            assert_frame_equal(again, first, check_exact=True)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text("abcdef", max_size=6), max_size=20))
def test_ranks_and_scores_are_consistent_whatever_the_shop(baskets: list[str]) -> None:
    found = find_neighbours(encode_baskets(baskets_frame(*baskets)), EVERY_VARIANT)
    of_one = ["method", "variant_id"]
    assert (found.get_column("variant_id") != found.get_column("neighbour_id")).all()
    assert found.select(((pl.col("score") < 0) == pl.col("rank").is_null()).all()).item()
    assert (
        found.filter(pl.col("score") > 0)
        .select(
            (pl.col("rank") == pl.int_range(1, pl.len() + 1).over(of_one)).all()
            & (pl.col("score").diff().over(of_one).fill_null(0) <= 0).all()
        )
        .item()
    )
    mutual = found.filter(method="covisitation").select("neighbour_id", "variant_id", "score")
    mirrored = mutual.rename({"neighbour_id": "variant_id", "variant_id": "neighbour_id"})
    assert_frame_equal(mutual, mirrored.select(mutual.columns), check_row_order=False)


@pytest.mark.parametrize("method", NEIGHBOUR_METHODS)
def test_a_method_alone_finds_what_it_finds_among_all(method: str) -> None:
    encoded = encode_baskets(PLANTED)
    alone = find_neighbours(encoded, NeighbourParams(), methods=(method,))
    assert_frame_equal(alone, find_neighbours(encoded, NeighbourParams()).filter(method=method))


def test_the_best_method_beats_best_sellers_where_pairs_are_planted() -> None:
    quality = judge_neighbours(encode_baskets(PLANTED), NeighbourParams())
    assert set(quality.get_column("method")) == {*NEIGHBOUR_METHODS, POPULARITY}
    assert quality.get_column("is_best").sum() == 1
    older = encode_baskets(PLANTED).part(0, int(PLANTED.height * 0.8))
    chosen = with_chosen_weights(older, NeighbourParams())
    assert quality.get_column("size_exponent").unique().to_list() == [chosen.size_exponent]
    blends = quality.get_column("blended_covisitation").unique().to_list()
    assert blends == [chosen.blended_covisitation]
    assert quality.get_column("basket_count").n_unique() == 1
    assert best_below_popularity(quality).is_empty()
    numbers = neighbour_summary(
        find_neighbours(encode_baskets(PLANTED), NeighbourParams()), quality
    )
    assert numbers.best_hit_rate == quality.get_column("hit_rate").max()
    assert numbers.popularity_hit_rate is not None
    assert numbers.best_hit_rate is not None
    assert numbers.best_hit_rate > numbers.popularity_hit_rate


def test_nothing_is_best_where_there_is_nothing_to_complete() -> None:
    frame = baskets_frame("ab", "ab", "a")
    quality = judge_neighbours(encode_baskets(frame), EVERY_VARIANT)
    assert quality.is_empty()
    numbers = neighbour_summary(find_neighbours(encode_baskets(frame), EVERY_VARIANT), quality)
    assert (numbers.completed_baskets, numbers.best_method) == (0, None)


def test_a_method_that_best_sellers_beat_fails_the_check() -> None:
    row = {
        "variant_count": 3,
        "size_exponent": 0.5,
        "blended_covisitation": 0.5,
        "basket_count": 9,
        "mean_reciprocal_rank": 0.1,
        "tail_basket_count": 0,
        "tail_hit_rate": None,
    }
    rows = [
        {"method": "svd", "is_best": True, "hit_rate": 0.2, **row},
        {"method": POPULARITY, "is_best": False, "hit_rate": 0.3, **row},
    ]
    schema: pl.Schema = NeighbourQuality.create_empty().schema
    quality = checked(NeighbourQuality, pl.DataFrame(rows, schema=schema))
    assert best_below_popularity(quality).get_column("method").to_list() == ["svd"]
