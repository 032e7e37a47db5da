import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.errors import ConfigError, SchemaError
from bundle_pipeline.ranking.params import RankingParams
from bundle_pipeline.ranking.rank import Ranking, rank_bundles
from bundle_pipeline.schemas.base import checked
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline.schemas.bundles import PricedBundles, RankedBundles
from bundle_pipeline.schemas.features import ObjectivePlan
from bundle_pipeline.schemas.similar_products import DuplicateProducts, Substitutes
from bundle_pipeline.settings.layers import parsed_layer, resolved
from bundle_pipeline_tests.support.bundles import (
    Row,
    bundle_item,
    candidate,
    evidence,
    priced,
    priced_bundles,
    scored,
    stock,
)
from bundle_pipeline_tests.support.frames import baskets_frame, order_id, shuffled

DEFAULTS = RankingParams()


def ranking_of(priced: pl.DataFrame, baskets: pl.DataFrame, params: RankingParams) -> Ranking:
    """The ranking of a shop in which no products are alike."""
    return rank_bundles(
        priced,
        encode_baskets(baskets),
        duplicate_products=DuplicateProducts.create_empty(),
        substitutes=Substitutes.create_empty(),
        objective_plan=ObjectivePlan.create_empty(),
        params=params,
    )


def test_ranks_follow_the_score_and_ties_the_id() -> None:
    rows = [bundle("ab", 0.5), bundle("cd", 0.9), bundle("ef", 0.5)]
    ranking = ranking_of(priced_bundles(*rows), baskets_frame("ab", "cd", "ef"), DEFAULTS)
    ranks = ranking.ranked.select("bundle_id", "rank").rows()
    assert ranks == [("cd", 1), ("ab", 2), ("ef", 3)]


def test_the_plan_says_how_many_bundles_an_objective_may_have() -> None:
    rows = [bundle(name, 0.5) for name in ("ab", "cd", "ef")]
    plan = pl.DataFrame({"objective": ["increase_aov"], "max_bundle_count": [2]})
    ranking = rank_bundles(
        priced_bundles(*rows),
        encode_baskets(baskets_frame("ab", "cd", "ef")),
        duplicate_products=DuplicateProducts.create_empty(),
        substitutes=Substitutes.create_empty(),
        objective_plan=plan,
        params=DEFAULTS,
    )
    assert ranking.ranked.get_column("bundle_id").to_list() == ["ab", "cd"]
    assert ranking.dropped.select("bundle_id", "code").rows() == [("ef", "OBJECTIVE_LIMIT")]


def test_waves_end_at_their_ranks_and_the_rest_is_one_more() -> None:
    names = [f"{x}{y}" for x, y in zip("abcdef", "uvwxyz", strict=True)]
    rows = [bundle(name, 0.5) for name in names]
    params = RankingParams(wave_sizes=(1, 3, 4))
    ranking = ranking_of(priced_bundles(*rows), baskets_frame(*names), params)
    assert ranking.ranked.get_column("wave").to_list() == [1, 2, 2, 3, 4, 4]


def test_a_ranked_bundle_carries_its_orders_and_its_reason() -> None:
    ranking = ranking_of(
        priced_bundles(bundle("ab", 0.5, evidence=evidence(basket_count=2))),
        baskets_frame("ab", "abz", "a"),
        DEFAULTS,
    )
    (row,) = ranking.ranked.to_dicts()
    assert row["supporting_order_ids"] == [order_id(2), order_id(1)]
    assert row["explanation"].startswith("Of 3 orders with Product a, 66.7 % also hold Product b")


def test_fronts_weigh_evidence_against_orders_beyond_chance() -> None:
    rows = [
        bundle("ab", 0.9, evidence=evidence(basket_count=30, expected_count=20.0)),
        bundle("cd", 0.5, evidence=evidence(basket_count=40, expected_count=5.0)),
        bundle("ef", 0.4, evidence=evidence(basket_count=30, expected_count=5.0)),
    ]
    ranking = ranking_of(priced_bundles(*rows), baskets_frame("ab", "cd", "ef"), DEFAULTS)
    assert ranking.ranked.get_column("front").to_list() == [1, 1, 2]


def test_dropped_candidates_keep_their_score_and_their_sorted_variants() -> None:
    row = bundle("ba", 0.7, stock=stock(feasible_quantity=0))
    dropped = ranking_of(priced_bundles(row), baskets_frame("ab"), DEFAULTS).dropped
    (found,) = dropped.select("variant_ids", "code", "score").rows()
    assert found == (["a", "b"], "OUT_OF_STOCK", 0.7)


def test_an_empty_shop_ranks_nothing() -> None:
    ranking = ranking_of(PricedBundles.create_empty(), Baskets.create_empty(), DEFAULTS)
    assert ranking.ranked.is_empty()
    assert ranking.dropped.is_empty()


def test_a_bundle_that_no_order_holds_is_a_defect() -> None:
    ranking = ranking_of(priced_bundles(bundle("ab", 0.5)), baskets_frame("a", "b"), DEFAULTS)
    with pytest.raises(SchemaError, match="BP-SCHEMA-FRAME"):
        checked(RankedBundles, ranking.ranked)


@pytest.mark.parametrize("sizes", ["[3, 3]", "[5, 3]", "[0, 3]", "[]"])
def test_waves_that_do_not_rise_are_refused(sizes: str) -> None:
    layer = parsed_layer(f"wave_sizes: {sizes}", place="settings.yaml")
    with pytest.raises(ConfigError, match=r"settings\.yaml.*wave_sizes"):
        resolved(RankingParams, [layer])


VARIANTS = "abcdefgh"
CANDIDATES = st.lists(
    st.tuples(
        st.lists(st.sampled_from(VARIANTS), min_size=2, max_size=3, unique=True).map("".join),
        st.sampled_from([0.2, 0.5, 0.8]),
        st.sampled_from([0, 5, None]),
        st.sampled_from([1, 9, None]),
        st.sampled_from(["faded", "replicated", "untested"]),
        st.sampled_from([None, 1000]),
    ),
    unique_by=lambda row: row[0],
    max_size=20,
)


@given(found=CANDIDATES, max_bundles=st.integers(1, 8), seed=st.integers(0, 9))
@settings(max_examples=25, deadline=None)
def test_every_candidate_ends_in_exactly_one_frame_whatever_the_order_of_rows(
    found: list[tuple[str, float, int | None, int | None, str, int | None]],
    max_bundles: int,
    seed: int,
) -> None:
    rows = [
        bundle(
            variants,
            score,
            price=price,
            stock=stock(feasible_quantity=feasible),
            evidence=evidence(customer_count=customers, held_out=held_out),
        )
        for variants, score, feasible, customers, held_out, price in found
    ]
    frame, baskets = priced_bundles(*rows), baskets_frame(VARIANTS, VARIANTS)
    params = RankingParams(max_bundles=max_bundles)
    ranking = ranking_of(frame, baskets, params)
    ended = [*ranking.ranked.get_column("bundle_id"), *ranking.dropped.get_column("bundle_id")]
    assert sorted(ended) == sorted(frame.get_column("bundle_id"))
    assert ranking.ranked.get_column("rank").to_list() == list(range(1, ranking.ranked.height + 1))
    again = ranking_of(shuffled(frame, seed), shuffled(baskets, seed), params)
    assert again.ranked.equals(ranking.ranked)
    assert again.dropped.equals(ranking.dropped)


def bundle(variants: str, score: float, *, price: int | None = 1000, **changes: object) -> Row:
    first, *others = variants
    items = [bundle_item(first), *(bundle_item(v, unit_price_minor=price) for v in others)]
    return priced(scored(candidate(*items, bundle_id=variants, **changes), score=score))
