from datetime import UTC, datetime

import polars as pl
import pytest

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.baskets.size_limit import BasketParams
from bundle_pipeline.ranking.supporting_orders import supporting_orders
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline.schemas.bundles import PricedBundles
from bundle_pipeline_tests.support.bundles import (
    Row,
    bundle_item,
    candidate,
    priced,
    priced_bundles,
    scored,
)
from bundle_pipeline_tests.support.frames import baskets_frame, order_id, shuffled

BASKETS = baskets_frame("ab", "a", "abc", "bc", "abz", "acb")


def test_orders_with_all_variants_are_named_newest_first() -> None:
    assert orders(bundle("ab")) == {"ab": [order_id(n) for n in (6, 5, 3, 1)]}
    assert orders(bundle("abc")) == {"abc": [order_id(6), order_id(3)]}


def test_a_sample_holds_the_newest() -> None:
    found = supporting_orders(
        priced_bundles(bundle("ab")), encode_baskets(BASKETS), sample_order_count=2
    )
    assert found.get_column("supporting_order_ids").to_list() == [[order_id(6), order_id(5)]]


def test_orders_of_one_moment_follow_their_ids() -> None:
    at = [datetime(2024, 1, 1, tzinfo=UTC)] * 3
    found = orders(bundle("ab"), baskets=baskets_frame("ab", "ab", "ab", ordered_at=at))
    assert found == {"ab": [order_id(1), order_id(2), order_id(3)]}


def test_baskets_that_do_not_count_are_no_support() -> None:
    baskets = encode_baskets(baskets_frame("abc", "ab", "a"), BasketParams(max_basket_size=2))
    found = supporting_orders(priced_bundles(bundle("ab")), baskets, sample_order_count=9)
    assert found.get_column("supporting_order_ids").to_list() == [[order_id(2)]]
    assert found.get_column("anchor_basket_count").to_list() == [2]


def test_the_anchor_is_the_first_item() -> None:
    rows = supporting_orders(
        priced_bundles(bundle("ab"), bundle("cb")), encode_baskets(BASKETS), sample_order_count=9
    )
    counts = dict(rows.select("bundle_id", "anchor_basket_count").iter_rows())
    assert counts == {"ab": 5, "cb": 3}


def test_no_bundles_have_no_orders() -> None:
    empty = PricedBundles.create_empty()
    assert supporting_orders(empty, encode_baskets(BASKETS), sample_order_count=9).is_empty()
    assert supporting_orders(
        empty, encode_baskets(Baskets.create_empty()), sample_order_count=9
    ).is_empty()


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_baskets_name_the_same_orders(seed: int) -> None:
    bundles = (bundle("ab"), bundle("bc"), bundle("abc"))
    expected = orders(*bundles)
    assert orders(*bundles, baskets=shuffled(BASKETS, seed)) == expected


def bundle(variants: str) -> Row:
    return priced(scored(candidate(*map(bundle_item, variants), bundle_id=variants)))


def orders(*bundles: Row, baskets: pl.DataFrame = BASKETS) -> dict[str, list[str]]:
    rows = supporting_orders(
        priced_bundles(*bundles), encode_baskets(baskets), sample_order_count=9
    )
    return dict(rows.select("bundle_id", "supporting_order_ids").iter_rows())
