"""Rewards: buy some, get more."""

import polars as pl
import pytest

from bundle_pipeline.candidates.rewards import (
    RewardParams,
    suggested_clearance,
    suggested_more_of_the_same,
    suggested_rewards,
)
from bundle_pipeline_tests.support.mined import pair, pair_rules_frame
from bundle_pipeline_tests.support.offers import alike, members_of, offer, offers, units_of
from bundle_pipeline_tests.support.sold import Sale

PARAMS = RewardParams()
AB = pair("a", "b", count=20, counts=(50, 100), basket_total=1000)


def more_of(*sales: Sale, stock: int | None = 9, slow: str = "product-a") -> pl.DataFrame:
    return suggested_more_of_the_same(
        units_of(*sales),
        offerable=offers(offer("a", available_count=stock), offer("b")),
        product_ids=pl.Series([slow]),
        params=PARAMS,
    )


def rewards(*pairs: list[dict[str, object]], b_price: int = 400, **b: object) -> pl.DataFrame:
    offerable = offers(
        offer("a"), offer("b", unit_price_minor=b_price, **b), offer("c", unit_price_minor=300)
    )
    return suggested_rewards(pair_rules_frame(*pairs), offerable=offerable, params=PARAMS)


def test_buy_what_is_usual_and_get_one_more() -> None:
    # Two is the lower median of 1, 2, 2, 3 units, repeated; three are held by a quarter.
    sales = [Sale("a", quantity=quantity, customer=str(quantity)) for quantity in (1, 2, 2, 3)] * 10
    (row,) = more_of(*sales).to_dicts()
    assert members_of(more_of(*sales)) == ["2 a qualifier + 1 a reward"]
    assert (row["kind"], row["backing"]) == ("BXGY", "proven")
    assert (row["uptake"]["order_count"], row["uptake"]["customer_count"]) == (10, 1)
    assert row["uptake"]["rate"] == pytest.approx(0.25)


def test_more_of_what_few_buy_twice_is_unproven() -> None:
    some = more_of(*[Sale("a")] * 5, Sale("a", quantity=2))
    assert members_of(some) == ["1 a qualifier + 1 a reward"]
    assert some.get_column("backing").to_list() == ["unproven"]
    assert some.to_dicts()[0]["uptake"]["order_count"] == 1
    # Never sold itself, but b is of the same type, which none of the two states.
    none = more_of(Sale("b", quantity=2))
    assert (none.item(0, "backing"), none.item(0, "uptake")) == ("unproven", None)


def test_more_of_the_same_takes_stock_and_a_product_that_has_to_go() -> None:
    twice = Sale("a", quantity=2)
    assert more_of(twice, stock=2).is_empty()
    assert more_of(twice, slow="product-z").is_empty()
    assert more_of(twice, stock=None).height == 1


def test_nobody_is_offered_a_second_one_of_what_is_bought_once() -> None:
    single = [Sale("a")] * 99
    assert more_of(*single, Sale("b")).is_empty()
    # One of a hundred.
    assert more_of(*single, Sale("b", quantity=2)).height == 1
    assert more_of(*single, Sale("a"), Sale("b", quantity=2)).is_empty()
    bikes_and_tubes = offers(offer("a", product_type="Bikes"), offer("b", product_type="Tubes"))
    found = suggested_more_of_the_same(
        units_of(Sale("a"), Sale("b", quantity=2)),
        offerable=bikes_and_tubes,
        product_ids=pl.Series(["product-a", "product-b"]),
        params=PARAMS,
    )
    assert members_of(found) == ["2 b qualifier + 1 b reward"]


def test_the_reward_is_the_small_thing_that_goes_with_the_qualifier() -> None:
    found = rewards(AB)
    (row,) = found.to_dicts()
    assert members_of(found) == ["1 a qualifier + 1 b reward"]
    assert (row["kind"], row["backing"], row["uptake"]) == ("BXGY", "proven", None)
    assert row["evidence"]["confidence"] == pytest.approx(0.4)  # 20 of 50 with a
    assert row["evidence"]["reverse_confidence"] == pytest.approx(0.2)  # 20 of 100 with b


def test_no_reward_is_dear_taken_anyway_of_the_same_product_or_within_chance() -> None:
    assert rewards(AB, b_price=501).is_empty()
    assert rewards(pair("a", "b", count=26, counts=(50, 100), basket_total=1000)).is_empty()
    assert rewards(AB, product_id="product-a").is_empty()
    chance = pair("a", "b", count=20, counts=(50, 100), basket_total=1000, is_significant=False)
    assert rewards(chance).is_empty()


def test_a_qualifier_has_its_strongest_reward() -> None:
    stronger = pair("a", "c", count=20, counts=(50, 100), basket_total=1000, adjusted_lift_low=5.0)
    assert members_of(rewards(AB, stronger)) == ["1 a qualifier + 1 c reward"]


def clearance(*rows: dict[str, object], near: tuple[str, ...] = ()) -> list[str]:
    found = suggested_clearance(
        offers(*rows), product_ids=pl.Series(SLOW_IDS), alike=alike(*near), params=PARAMS
    )
    assert set(found.get_column("backing")) <= {"unproven"}
    return members_of(found)


SLOW_IDS = ["product-s", "product-t", "product-u"]
TEA = {"product_type": "Tea"}
SLOW = offer("s", **TEA, available_count=50, unit_price_minor=900)


def test_a_slow_mover_is_the_reward_of_its_categorys_best_seller() -> None:
    best, good = offer("x", **TEA, basket_count=30), offer("y", **TEA, basket_count=20)
    assert clearance(SLOW, best, good) == ["1 x qualifier + 1 s reward"]
    # A substitute would lose its own sale.
    assert clearance(SLOW, best, good, near=("xs",)) == ["1 y qualifier + 1 s reward"]


@pytest.mark.parametrize(
    "seller",
    [
        offer("x", product_type="Cups"),
        offer("x"),
        offer("x", **TEA, basket_count=0),
        offer("x", **TEA, unit_price_minor=899),
        offer("x", **TEA, product_id="product-u"),
    ],
)
def test_another_category_an_unsold_a_cheaper_or_a_slow_one_is_no_qualifier(
    seller: dict[str, object],
) -> None:
    assert "1 x qualifier + 1 s reward" not in clearance(SLOW, seller)


def test_most_stock_is_cleared_first() -> None:
    more = SLOW | {"variant_id": "t", "product_id": "product-t", "available_count": 60}
    seller = offer("x", **TEA)
    assert clearance(SLOW, more, seller) == [
        "1 x qualifier + 1 t reward",
        "1 x qualifier + 1 s reward",
    ]


def test_a_shop_without_products_has_no_rewards() -> None:
    none = offers()
    assert suggested_rewards(pair_rules_frame(AB), offerable=none, params=PARAMS).is_empty()
    ids = pl.Series(dtype=pl.String)
    assert suggested_clearance(none, product_ids=ids, alike=alike(), params=PARAMS).is_empty()
    assert suggested_more_of_the_same(
        units_of(), offerable=none, product_ids=ids, params=PARAMS
    ).is_empty()
