"""From lists of bundles to figures and a verdict."""

import polars as pl
import pytest

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.evaluation.evaluate import (
    ACCEPTED,
    TODAY,
    Evaluated,
    evaluate,
    listed,
    not_evaluated,
)
from bundle_pipeline.evaluation.params import EvaluationParams
from bundle_pipeline.evaluation.replication import Replication, replication
from bundle_pipeline.evaluation.split import Split, split_in_time
from bundle_pipeline.schemas.base import checked
from bundle_pipeline.schemas.evaluation import Evaluation
from bundle_pipeline_tests.support.bundles import bundle_item, candidate, candidate_bundles
from bundle_pipeline_tests.support.frames import FIRST_ORDER_AT, baskets_frame
from bundle_pipeline_tests.support.mined import itemset, itemsets_frame, pair, pair_rules_frame

PARAMS = EvaluationParams(min_order_count=10)
# 50 orders; the newest ten are 4 of ab, 4 of cd, 2 of ef.
ORDERS = [*["ab", "cd"] * 20, *["ab"] * 4, *["cd"] * 4, *["ef"] * 2]


def pairs(*variant_ids: str) -> pl.DataFrame:
    rows = [
        candidate(*(bundle_item(v) for v in held), bundle_id=f"{place}")
        for place, held in enumerate(variant_ids)
    ]
    return listed(candidate_bundles(*rows).with_columns(rank=pl.int_range(1, pl.len() + 1)))


def rules(**verdicts: str) -> pl.DataFrame:
    return pair_rules_frame(
        *(
            pair(names[0], names[1], count=5, counts=(9, 9), basket_total=50, held_out=verdict)
            for names, verdict in verdicts.items()
        )
    )


def evaluated(**lists: pl.DataFrame) -> Evaluated:
    split = split_in_time(encode_baskets(baskets_frame(*ORDERS)), PARAMS, held_out_share=0.2)
    assert isinstance(split, Split)
    return evaluate(
        lists,
        split,
        pair_rules=rules(ab="replicated", cd="faded", ef="untested"),
        itemsets=itemsets_frame(),
        settings={TODAY: "{}"},
        params=PARAMS,
    )


def test_figures_stand_in_a_row_per_list() -> None:
    found = evaluated(bundles=pairs("ab", "cd"), popularity=pairs("ab"))
    checked(Evaluation, found.frame)
    rows = {row["method"]: row for row in found.frame.to_dicts()}
    assert (rows["bundles"]["hit_rate"], rows["popularity"]["hit_rate"]) == (0.8, 0.4)
    assert rows["bundles"]["order_count"] == 10
    assert (rows["bundles"]["tested_count"], rows["bundles"]["replication_rate"]) == (2, 0.5)
    assert rows["bundles"]["catalog_coverage"] == pytest.approx(4 / 6)
    assert (rows["bundles"]["settings"], rows["popularity"]["settings"]) == ("{}", None)
    assert found.drops == ()


def test_a_list_that_surely_finds_fewer_orders_is_worse_and_says_by_what() -> None:
    found = evaluated(bundles=pairs("xy"), accepted=pairs("ab", "cd"))
    assert [drop.split()[0] for drop in found.drops] == ["hit_rate", "recall", "ndcg"]
    assert found.drops[0].startswith("hit_rate 0 instead of 0.8 (change with 95 %")


def test_a_better_list_the_same_list_and_noise_are_not_worse() -> None:
    assert evaluated(bundles=pairs("ab", "cd"), accepted=pairs("ef")).drops == ()
    assert evaluated(bundles=pairs("ab"), accepted=pairs("ab")).drops == ()
    # four orders for four others: no more than noise
    assert evaluated(bundles=pairs("ab"), accepted=pairs("cd")).drops == ()


def test_no_bundles_at_all_are_worse_than_good_ones() -> None:
    assert evaluated(bundles=pairs(), accepted=pairs("ab", "cd")).drops


def test_bundles_that_fade_are_worse_even_if_orders_hold_as_many() -> None:
    many = [f"{first}{second}" for first in "ghijk" for second in "lmnop"]
    split = split_in_time(encode_baskets(baskets_frame(*ORDERS)), PARAMS, held_out_share=0.2)
    assert isinstance(split, Split)
    faded = dict.fromkeys(many, "faded")
    found = evaluate(
        {TODAY: pairs(*many), ACCEPTED: pairs(*(name[::-1] for name in many[:12]))},
        split,
        pair_rules=rules(**faded | dict.fromkeys(many[:12], "replicated")),
        itemsets=itemsets_frame(),
        settings={},
        params=PARAMS,
    )
    assert [drop.split()[0] for drop in found.drops] == ["replication_rate"]


def test_replication_knows_pairs_and_triples_and_what_is_gone() -> None:
    found = replication(
        pairs("ba", "abc", "xy", "ef"),
        pair_rules=rules(ab="replicated", ef="untested"),
        itemsets=itemsets_frame(itemset("abc", count=5, basket_total=50, held_out="faded")),
    )
    assert found == Replication(tested_count=3, replicated_count=1)
    assert Replication(0, 0).rate is None
    assert Replication(0, 0).interval == (0.0, 1.0)


def test_lists_are_of_several_variants_in_order() -> None:
    alone = candidate(bundle_item("a", quantity=2), evidence=None, kind="VOLUME", bundle_id="0")
    both = candidate(bundle_item("b"), bundle_item("a"), bundle_id="1")
    picks = candidate(
        *(bundle_item(v, role="option") for v in "xyz"),
        kind="MIX_MATCH", pick_count=2, evidence=None, bundle_id="2",
    )  # fmt: skip
    ranked = candidate_bundles(alone, both, picks).with_columns(
        rank=pl.Series([2, 1, 3], dtype=pl.Int64)
    )
    assert listed(ranked).select("rank", "variant_ids").rows() == [(1, ["b", "a"])]


@pytest.mark.parametrize(
    ("params", "note"),
    [
        (EvaluationParams(enabled=False), "switched off"),
        (EvaluationParams(min_order_count=11), "10 held-out orders with several variants"),
    ],
)
def test_what_cannot_be_tried_says_why(params: EvaluationParams, note: str) -> None:
    found = split_in_time(encode_baskets(baskets_frame(*ORDERS)), params, held_out_share=0.2)
    assert isinstance(found, str)
    assert note in found
    row = checked(Evaluation, not_evaluated(found, settings="{}")).row(0, named=True)
    assert (row["method"], row["note"], row["hit_rate"]) == (TODAY, found, None)


def test_orders_without_times_and_empty_shops_cannot_be_split() -> None:
    times = [FIRST_ORDER_AT] * len(ORDERS)
    untimed = encode_baskets(baskets_frame(*ORDERS, ordered_at=times))
    for baskets in (untimed, encode_baskets(baskets_frame())):
        assert split_in_time(baskets, PARAMS, held_out_share=0.2) == (
            "all orders state the same time"
        )


def test_only_the_newest_orders_of_a_large_shop_are_looked_at() -> None:
    params = EvaluationParams(min_order_count=1, max_line_count=21)
    baskets = encode_baskets(baskets_frame(*ORDERS))
    split = split_in_time(baskets, params, held_out_share=0.2)
    assert isinstance(split, Split)
    assert (split.older.basket_count, split.newest.basket_count) == (8, 2)
    last = baskets.orders.get_column("order_id")[-1]
    assert split.newest.orders.get_column("order_id")[-1] == last
