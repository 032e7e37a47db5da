"""Which objectives apply, and why others don't."""

from datetime import UTC, datetime

import polars as pl
import pytest

from bundle_pipeline.features.objective_plan import plan_objectives
from bundle_pipeline.features.params import ObjectiveParams, PlanParams
from bundle_pipeline.schemas.base import checked
from bundle_pipeline.schemas.bundles import OBJECTIVES
from bundle_pipeline.schemas.features import (
    CategoryFeatures,
    ObjectivePlan,
    PairFeatures,
    ProductFeatures,
)
from bundle_pipeline_tests.support.products import Row

AS_OF = datetime(2025, 10, 10, tzinfo=UTC)


def plan(
    *products: Row, as_of: datetime | None = AS_OF, params: PlanParams | None = None
) -> dict[str, Row]:
    base = {"is_on_sale": True, "order_count": 0}
    schema = ProductFeatures.create_empty().schema
    rows = [base | {"product_id": f"p{place}"} | row for place, row in enumerate(products)]
    frame = pl.DataFrame(rows, schema=schema)
    sellable = frame.filter("is_on_sale", ~pl.col("is_out_of_stock").fill_null(value=False))
    categories = (
        sellable.drop_nulls("product_type")
        .group_by("product_type")
        .agg(sellable_product_count=pl.len().cast(pl.Int64))
    )
    found = plan_objectives(
        frame,
        category_features=pl.concat(
            [CategoryFeatures.create_empty(), categories], how="diagonal_relaxed"
        ),
        pair_features=PairFeatures.create_empty(),
        as_of=as_of,
        params=params or PlanParams(),
    )
    return {row["objective"]: row for row in checked(ObjectivePlan, found).to_dicts()}


def reason(objective: str, *products: Row, as_of: datetime | None = AS_OF) -> str | None:
    return plan(*products, as_of=as_of)[objective]["reason"]


def test_the_products_of_an_objective_are_named_sorted_and_sellable() -> None:
    gift = {"is_giftable": True}
    gone = gift | {"product_id": "a", "is_on_sale": False}
    found = plan(gift | {"product_id": "c"}, gone, gift | {"product_id": "b"}, {})["gift_box"]
    assert (found["product_ids"], found["product_count"]) == (["b", "c"], 2)


def test_all_eight_are_considered_even_in_an_empty_shop() -> None:
    found = plan(as_of=None)
    assert sorted(found) == sorted(OBJECTIVES)
    assert {row["reason"] for row in found.values()} == {"too_few"}


@pytest.mark.parametrize(
    ("objective", "flag", "needed"),
    [
        ("clear_slow_movers", "is_slow_mover", 1),
        ("gift_box", "is_giftable", 2),
        ("subscription_push", "is_replenishable", 1),
        ("margin_guard", "is_high_margin", 1),
    ],
)
def test_an_objective_needs_sellable_products_with_its_flag(
    objective: str, flag: str, needed: int
) -> None:
    carried = [{flag: True}] * needed
    assert reason(objective, *carried, {flag: False}) is None
    assert reason(objective, *carried[1:], {flag: False}) == "too_few"
    assert reason(objective, *carried[1:], {flag: True, "is_out_of_stock": True}) == "too_few"
    assert reason(objective, *carried[1:], {flag: True, "is_on_sale": False}) == "too_few"
    assert reason(objective, {}, {}) == "unknown"


def test_larger_baskets_need_two_products() -> None:
    assert reason("increase_aov", {}) == "too_few"
    assert reason("increase_aov", {}, {}) is None


def test_a_category_bundle_needs_two_products_of_one_category() -> None:
    tea, cups = {"product_type": "Tea"}, {"product_type": "Cups"}
    assert reason("category_bundle", tea, cups) == "too_few"
    assert reason("category_bundle", tea, tea, cups) is None
    assert reason("category_bundle", {}, {}) == "unknown"


def test_a_launch_needs_an_older_product_to_stand_beside() -> None:
    new, sold = {"is_new_launch": True, "order_count": 2}, {"order_count": 2}
    assert reason("new_launch", new) == "no_anchor"
    assert reason("new_launch", new, {}) == "no_anchor"
    assert reason("new_launch", new, sold) is None
    assert reason("new_launch", sold) == "unknown"


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        ([10], None),
        # From 10 October it is 45 days to 24 November.
        ([11, 12], None),
        ([12, 1, 2], "out_of_season"),
        ([3], "out_of_season"),
    ],
)
def test_a_season_must_be_on_or_near(months: list[int], expected: str | None) -> None:
    assert reason("seasonal_promo", {"is_seasonal": True, "season_months": months}) == expected


def test_no_season_known_is_unknown_and_none_at_all_too_few() -> None:
    assert reason("seasonal_promo", {}) == "unknown"
    assert reason("seasonal_promo", {"is_seasonal": False}, {}) == "too_few"


def test_settings_switch_off_weigh_and_cap() -> None:
    params = PlanParams(
        gift_box=ObjectiveParams(enabled=False),
        margin_guard=ObjectiveParams(priority=2.5, max_bundle_count=3),
    )
    found = plan(*[{"is_giftable": True, "is_high_margin": True}] * 2, params=params)
    assert found["gift_box"]["reason"] == "switched_off"
    assert (found["gift_box"]["applies"], found["gift_box"]["product_count"]) == (False, 2)
    assert (found["margin_guard"]["priority"], found["margin_guard"]["max_bundle_count"]) == (
        2.5,
        3,
    )


def test_the_explanation_states_the_numbers() -> None:
    found = plan({"is_high_margin": True}, {"is_high_margin": None}, {"is_high_margin": False})
    assert found["margin_guard"]["explanation"] == (
        "1 products with a high margin among 3 sellable products; it takes 1; for 1 of them "
        "nothing says what they cost."
    )
