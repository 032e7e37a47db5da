"""Bundles of every kind, with and without evidence, from candidates to the published document."""

import json

import polars as pl
import pytest

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.publish.document import render_json
from bundle_pipeline.publish.spreadsheet import render_csv
from bundle_pipeline.ranking.contenders import contender_items
from bundle_pipeline.ranking.params import RankingParams
from bundle_pipeline.ranking.rank import rank_bundles
from bundle_pipeline.schemas.features import ObjectivePlan
from bundle_pipeline.schemas.similar_products import DuplicateProducts, Substitutes
from bundle_pipeline.scoring.score import ScoringParams, score_bundles
from bundle_pipeline_tests.support.bundles import (
    Row,
    bundle_item,
    candidate,
    candidate_bundles,
    priced,
    priced_bundles,
    stock,
    uptake,
)
from bundle_pipeline_tests.support.documents import header, published
from bundle_pipeline_tests.support.frames import baskets_frame
from bundle_pipeline_tests.support.scoring import shop_facts

TIERS = [{"min_quantity": 2, "order_count": 20}, {"min_quantity": 4, "order_count": 5}]
ROWS: tuple[Row, ...] = (
    candidate(
        bundle_item("v", quantity=2),
        kind="VOLUME",
        evidence=None,
        uptake=uptake(),
        quantity_tiers=TIERS,
    ),
    candidate(
        bundle_item("x", quantity=2),
        bundle_item("x", role="reward"),
        kind="BXGY",
        bundle_id="x2+x",
        evidence=None,
        uptake=uptake(),
    ),
    candidate(
        *[bundle_item(option, role="option") for option in "klm"],
        kind="MIX_MATCH",
        pick_count=2,
        evidence=None,
        uptake=uptake(order_count=None),
    ),
    candidate(
        *[bundle_item(item, role="item") for item in "rst"],
        kind="FIXED",
        backing="unproven",
        evidence=None,
    ),
    candidate(bundle_item("a"), bundle_item("b"), kind="FBT"),
)
BASKETS = baskets_frame("ab", "ab", "v", "v", "x", "kl", "rs")


def with_test_prices() -> pl.DataFrame:
    """The scored candidates, all with a price, as if rules for every kind were there."""
    rows = score_bundles(candidate_bundles(*ROWS), ScoringParams(), facts=shop_facts()).to_dicts()
    return priced_bundles(*[priced(row) for row in rows])


def ranked(bundles: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    ranking = rank_bundles(
        bundles,
        encode_baskets(BASKETS),
        duplicate_products=DuplicateProducts.create_empty(),
        substitutes=Substitutes.create_empty(),
        objective_plan=ObjectivePlan.create_empty(),
        params=RankingParams(),
    )
    return ranking.ranked, ranking.dropped


def test_without_evidence_uptake_is_what_speaks_for_a_bundle() -> None:
    scores = {
        row["kind"]: row["scores"]
        for row in score_bundles(
            candidate_bundles(*ROWS), ScoringParams(), facts=shop_facts()
        ).to_dicts()
    }
    assert scores["VOLUME"]["confidence"] == 0.133
    assert scores["FIXED"]["confidence"] == 0.0
    for name in ("evidence", "reach", "replication"):
        assert scores["VOLUME"][name] == 0.0 < scores["FBT"][name]


@pytest.mark.parametrize(
    ("kind", "explanation"),
    [
        ("VOLUME", "20.0 % of the orders with Product v hold at least 2 of it (20 orders). "),
        ("BXGY", "20.0 % of the orders with Product x hold at least 3 of it (20 orders). "),
        (
            "MIX_MATCH",
            "20.0 % of the customers of these products bought 2 or more of them over time "
            "(18 customers). ",
        ),
        ("FIXED", "No orders show yet that it sells. "),
        ("FBT", "Of 2 orders with Product a, 1000.0 % also hold Product b (20 orders): "),
    ],
)
def test_priced_bundles_of_every_kind_are_ranked_explained_and_rendered(
    kind: str, explanation: str
) -> None:
    offered, dropped = ranked(with_test_prices())
    assert dropped.is_empty()
    found = {row["kind"]: row for row in offered.to_dicts()}
    assert found[kind]["explanation"].startswith(explanation)
    frame = published(*[row for row in with_test_prices().to_dicts() if row["kind"] == kind])
    (bundle,) = json.loads(render_json(header(), frame))["bundles"]
    assert (bundle["kind"], bundle["objective_fit"]) == (kind, [0.5])
    assert kind.encode() in render_csv(header(), frame)


def test_orders_behind_a_bundle_hold_all_of_it_and_may_be_none() -> None:
    offered, _ = ranked(with_test_prices())
    orders = dict(offered.select("kind", pl.col("supporting_order_ids").list.len()).rows())
    assert orders == {"VOLUME": 2, "BXGY": 1, "MIX_MATCH": 0, "FIXED": 0, "FBT": 2}


def test_a_variant_that_stands_in_two_items_takes_the_units_of_both() -> None:
    row = candidate(
        bundle_item("x", quantity=2, available_count=9),
        bundle_item("x", role="reward", available_count=9),
        kind="BXGY",
        stock=stock(feasible_quantity=3),
    )
    (item,) = contender_items(candidate_bundles(row)).to_dicts()
    assert (item["unit_count"], item["is_anchor"]) == (3, True)


def test_what_products_alike_suggest_is_said_to_be_no_more_than_that() -> None:
    pair = candidate(bundle_item("a"), bundle_item("b"), backing="pooled", evidence=None)
    scored = score_bundles(candidate_bundles(pair), ScoringParams(), facts=shop_facts())
    offered, _ = ranked(priced_bundles(*[priced(row) for row in scored.to_dicts()]))
    assert offered.get_column("explanation").item().startswith("Too few orders show it by them")
