"""What visitors' events say of products and pairs, by hand and by brute force."""

from datetime import timedelta
from itertools import combinations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.features.co_views import crawler_visit_count, pair_event_features
from bundle_pipeline.features.event_params import EventParams
from bundle_pipeline.features.product_events import product_event_features
from bundle_pipeline.features.visits import Visits, visits_of
from bundle_pipeline.schemas.base import checked
from bundle_pipeline.schemas.events import Events, PairEventFeatures, ProductEventFeatures
from bundle_pipeline_tests.support.products import Row, variant
from bundle_pipeline_tests.support.sold import NOW, Sale, sold_shop

PARAMS = EventParams(min_co_view_count=1)
# Minutes before NOW, who, what, of which product.
Event = tuple[float, str | None, str, str]


def events_frame(*events: Event) -> pl.DataFrame:
    rows = [
        {
            "event_id": f"e{number:04}",
            "event_type": kind,
            "occurred_at": NOW - timedelta(minutes=minutes),
            "product_id": product,
            "variant_id": None,
            "visitor_key": visitor,
        }
        for number, (minutes, visitor, kind, product) in enumerate(events)
    ]
    types: pl.Schema = Events.create_empty().schema
    return checked(Events, pl.DataFrame(rows, schema=types))


def visits(*events: Event, sales: tuple[Sale, ...] = (), params: EventParams = PARAMS) -> Visits:
    files = [variant("v", product_id="p"), variant("w", product_id="q")]
    shop = sold_shop(*sales, Sale("x", 0), variants=files)
    return visits_of(events_frame(*events), shop.sales(), params)


def product(name: str, found: Visits) -> Row:
    rows = checked(ProductEventFeatures, product_event_features(found))
    return rows.row(by_predicate=pl.col("product_id") == name, named=True)


def test_counts_and_rates_of_a_product_by_hand() -> None:
    found = visits(
        # Visit 1 finds it by a search, views it twice and takes it; visit 2 views it; visit 3, by
        # nobody known, views it too; visit 4 takes it from a list without viewing it.
        (100, "ann", "search", "p"), (99, "ann", "view", "p"), (98, "ann", "view", "p"),
        (97, "ann", "cart", "p"), (50, "bob", "view", "p"), (40, None, "view", "p"),
        (30, "cem", "cart", "p"), (20, "cem", "cart", "p"),
        sales=(Sale("v", 0.01), Sale("w", 0.01)),
    )  # fmt: skip
    row = product("p", found)
    assert (row["view_count"], row["cart_count"], row["search_count"]) == (4, 3, 1)
    assert (row["viewing_visit_count"], row["cart_visit_count"]) == (2, 2)
    assert row["order_count"] == 1
    assert row["view_to_cart_rate"] == pytest.approx(1 / 2)
    assert row["cart_to_purchase_rate"] == pytest.approx(1 / 2)
    assert row["view_to_purchase_rate"] == pytest.approx(1 / 2)
    assert row["searched_visit_rate"] == pytest.approx(1 / 2)
    assert row["last_viewed_at"] == NOW - timedelta(minutes=40)


def test_a_rate_of_nothing_is_unknown_and_more_orders_than_visits_are_all_of_them() -> None:
    found = visits((60, "ann", "cart", "p"), sales=(Sale("v", 0.01), Sale("v", 0.02)))
    row = product("p", found)
    assert row["order_count"] == 2
    assert row["cart_to_purchase_rate"] == 1.0
    assert row["view_to_cart_rate"] is None
    assert row["view_to_purchase_rate"] is None
    assert row["last_viewed_at"] is None


def test_only_what_events_cover_of_the_newest_days_is_counted() -> None:
    day = 24 * 60
    found = visits(
        (31 * day, "ann", "view", "p"), (10 * day, "ann", "view", "p"), (1, "ann", "view", "q"),
        sales=(Sale("v", 40), Sale("v", 20), Sale("v", 5)),
    )  # fmt: skip
    # 30 days back: the first view is out, orders 20 and 5 days ago count.
    assert (product("p", found)["view_count"], product("p", found)["order_count"]) == (1, 2)
    late = visits((10 * day, "ann", "view", "p"), sales=(Sale("v", 20), Sale("v", 5)))
    # Events start 10 days ago: an order from before has no views beside it.
    assert product("p", late)["order_count"] == 1


def test_a_product_without_events_has_no_row_and_without_any_there_are_none() -> None:
    found = visits((1, "ann", "view", "p"), sales=(Sale("w", 0.01),))
    assert product_event_features(found)["product_id"].to_list() == ["p"]
    nothing = visits(sales=(Sale("v", 1),))
    assert product_event_features(nothing).is_empty()
    assert pair_event_features(nothing, PARAMS).is_empty()


def test_a_pause_of_more_than_half_an_hour_ends_a_visit() -> None:
    together = visits((60, "ann", "view", "p"), (30, "ann", "view", "q"))
    assert pair_event_features(together, PARAMS).height == 1
    apart = visits((60, "ann", "view", "p"), (29.9, "ann", "view", "q"))
    assert pair_event_features(apart, PARAMS).is_empty()


def test_co_views_of_a_pair_by_hand() -> None:
    # p in visits 1, 2, 3; q in 1, 2, 4; r in 3 alone; 4 visits.
    found = visits(
        (60, "1", "view", "p"), (59, "1", "view", "q"), (58, "1", "view", "q"),
        (60, "2", "view", "q"), (50, "2", "view", "p"), (60, "3", "view", "p"),
        (59, "3", "cart", "q"), (58, "3", "view", "r"), (10, "4", "view", "q"),
    )  # fmt: skip
    rows = checked(PairEventFeatures, pair_event_features(found, PARAMS)).rows()
    assert rows == [
        ("p", "q", 2, 4, pytest.approx(2 / 4), pytest.approx(3 * 3 / 4)),
        ("p", "r", 1, 3, pytest.approx(1 / 3), pytest.approx(3 * 1 / 4)),
    ]
    assert pair_event_features(found, EventParams()).height == 1


def test_a_crawler_is_left_out_and_counted() -> None:
    params = EventParams(max_visit_products=2, min_co_view_count=1)
    found = visits(
        *((60 - place, "bot", "view", name) for place, name in enumerate("abc")),
        *((60 - place, "ann", "view", name) for place, name in enumerate("ab")),
    )
    assert pair_event_features(found, params).select(
        "co_view_count", "expected_co_view_count"
    ).rows() == [(1, 1.0)]
    assert crawler_visit_count(found, params) == 1


_EVENTS = st.lists(
    st.tuples(
        st.integers(0, 200).map(float),
        st.sampled_from(["ann", "bob", None]),
        st.sampled_from(["view", "cart", "search"]),
        st.sampled_from("pqr"),
    ),
    max_size=25,
)


@settings(max_examples=40, deadline=None)
@given(_EVENTS)
def test_counts_agree_with_a_count_event_by_event(events: list[Event]) -> None:
    found = visits(*events)
    visit_of = _visits_by_hand(events)
    viewed: dict[tuple[str, int], set[str]] = {}
    for (_, visitor, kind, name), visit in zip(events, visit_of, strict=True):
        if kind == "view" and visitor is not None:
            viewed.setdefault((visitor, visit), set()).add(name)
    expected = {
        pair: (
            sum(set(pair) <= names for names in viewed.values()),
            sum(bool(set(pair) & names) for names in viewed.values()),
        )
        for pair in combinations("pqr", 2)
    }
    pairs = pair_event_features(found, PARAMS)
    seen = {(row[0], row[1]): (row[2], row[3]) for row in pairs.rows()}
    assert seen == {pair: counts for pair, counts in expected.items() if counts[0]}
    for row in product_event_features(found).iter_rows(named=True):
        name = row["product_id"]
        assert row["view_count"] == sum(e[2] == "view" and e[3] == name for e in events)
        assert row["viewing_visit_count"] == sum(name in names for names in viewed.values())


def _visits_by_hand(events: list[Event]) -> list[int]:
    """Number of each event's visit among those of its visitor."""
    numbers = [0] * len(events)
    last: dict[str | None, tuple[float, int]] = {}
    for place in sorted(range(len(events)), key=lambda at: -events[at][0]):
        minutes, visitor = events[place][:2]
        before, number = last.get(visitor, (minutes, 0))
        number += before - minutes > 30
        last[visitor] = (minutes, number)
        numbers[place] = number
    return numbers


def test_rows_in_another_order_give_the_same() -> None:
    events: list[Event] = [
        (60, "1", "view", "p"), (59, "1", "view", "q"), (10, "2", "cart", "p"),
        (9, None, "view", "q"),
    ]  # fmt: skip
    frame = events_frame(*events)
    shop = sold_shop(Sale("x", 0)).sales()
    one, other = (visits_of(each, shop, PARAMS) for each in (frame, frame.reverse()))
    assert product_event_features(one).equals(product_event_features(other))
    assert pair_event_features(one, PARAMS).equals(pair_event_features(other, PARAMS))
