"""What bundles are good for."""

from typing import Any

import polars as pl
import pytest

from bundle_pipeline.candidates.objectives import (
    ObjectiveFitParams,
    bundle_objectives,
    planned_products,
)
from bundle_pipeline.schemas.bundles import OBJECTIVES
from bundle_pipeline.schemas.features import ObjectivePlan, ProductFeatures

Row = dict[str, Any]
Fits = dict[str, float]

_MEMBER = {
    "suggestion": pl.UInt32,
    "kind": pl.String,
    "variant_id": pl.String,
    "quantity": pl.Int64,
    "product_type": pl.String,
    "unit_price_minor": pl.Int64,
    "unit_cost_minor": pl.Int64,
}
PRIORITIES = {"clear_slow_movers": 1.2, "margin_guard": 1.3, "gift_box": 0.7}


def item(variant: str, quantity: int = 1, **changes: object) -> Row:
    return {"variant_id": variant, "quantity": quantity, "unit_price_minor": 1000} | changes


def plan(reasons: dict[str, str] | None = None, **products: str) -> pl.DataFrame:
    """All objectives apply but those with a reason; products by letter of their variant."""
    rows = [
        {
            "objective": objective,
            "applies": objective not in (reasons or {}),
            "reason": (reasons or {}).get(objective),
            "explanation": "",
            "product_ids": [f"product-{x}" for x in products.get(objective, "")],
            "priority": PRIORITIES.get(objective, 1.0),
        }
        for objective in OBJECTIVES
    ]
    return pl.DataFrame(rows, schema=ObjectivePlan.create_empty().schema)


def fits(
    *items: Row, kind: str = "FBT", planned: pl.DataFrame | None = None, min_fit: float = 0.0
) -> Fits:
    """Objectives of one bundle and their fits, best first, without those at 0."""
    rows = [{"suggestion": 0, "kind": kind} | row for row in items]
    products = [{"product_id": f"product-{x}", "variant_ids": [x, f"{x}2"]} for x in "abcdefgh"]
    found = bundle_objectives(
        pl.DataFrame(rows, schema=_MEMBER),
        product_features=pl.DataFrame(products, schema=ProductFeatures.create_empty().schema),
        objective_plan=plan() if planned is None else planned,
        params=ObjectiveFitParams(min_fit=min_fit),
    )
    named = [dict(zip(r["objectives"], r["objective_fit"], strict=True)) for r in found.to_dicts()]
    return {name: fit for each in named for name, fit in each.items() if fit > 0}


@pytest.mark.parametrize(
    ("items", "fit"), [([item("a"), item("b")], 1 / 2), ([item("a", 12)], 11 / 12)]
)
def test_every_unit_beyond_the_first_adds_to_the_basket(items: list[Row], fit: float) -> None:
    assert fits(*items) == {"increase_aov": pytest.approx(fit)}


@pytest.mark.parametrize("objective", ["clear_slow_movers", "seasonal_promo"])
def test_flags_count_by_their_share_of_units(objective: str) -> None:
    planned = plan(None, **{objective: "b"})
    assert fits(item("a", 3), item("b2"), planned=planned)[objective] == pytest.approx(1 / 4)


def test_a_new_product_stands_beside_an_older_one() -> None:
    planned = plan(new_launch="bc")
    assert fits(item("a"), item("b"), planned=planned)["new_launch"] == 1.0
    assert fits(item("a", 3), item("b"), planned=planned)["new_launch"] == pytest.approx(1 / 2)
    assert "new_launch" not in fits(item("b"), item("c"), planned=planned)


def test_a_category_bundle_is_of_several_products_of_one_known_type() -> None:
    tea: Row = {"product_type": "Tea"}
    assert fits(item("a", **tea), item("b", **tea))["category_bundle"] == 1.0
    assert "category_bundle" not in fits(item("a", **tea), item("b"))
    assert "category_bundle" not in fits(item("a", **tea), item("b", product_type="Cups"))
    # Two variants of one product are one product.
    assert "category_bundle" not in fits(item("a", **tea), item("a2", **tea))


def test_a_gift_box_holds_two_gifts_and_a_set_is_made_for_it() -> None:
    planned = plan(gift_box="ab")
    three = (item("a"), item("b"), item("c"))
    assert fits(*three, kind="FIXED", planned=planned)["gift_box"] == pytest.approx(2 / 3)
    assert fits(*three, planned=planned)["gift_box"] == pytest.approx(0.4)
    assert "gift_box" not in fits(item("a"), item("c"), kind="FIXED", planned=planned)
    assert "gift_box" not in fits(item("a", 2), kind="VOLUME", planned=planned)


def test_more_of_what_is_used_up_is_made_for_subscriptions() -> None:
    planned = plan(subscription_push="a")
    assert fits(item("a", 2), kind="VOLUME", planned=planned)["subscription_push"] == 1.0
    pair = (item("a"), item("b"))
    assert fits(*pair, planned=planned)["subscription_push"] == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("kind", "cost", "fit"),
    [
        # 800 of 2000 is just enough margin; one of two products has a high one: 0.62 + 0.38 / 2.
        ("FBT", 1000, 0.81),
        ("BXGY", 1000, 0.486),
        ("FBT", 1001, None),
        ("FBT", None, None),
    ],
)
def test_margin_is_guarded_where_all_costs_are_known_and_leave_enough(
    kind: str, cost: int | None, fit: float | None
) -> None:
    pair = (item("a", unit_cost_minor=200), item("b", unit_cost_minor=cost))
    found = fits(*pair, kind=kind, planned=plan(margin_guard="a")).get("margin_guard")
    assert found == (None if fit is None else pytest.approx(fit))


def test_the_best_comes_first_by_fit_and_priority() -> None:
    # 0.5 * 1.2 of slow movers is more than 0.5 * 1.0 of basket value, and 0.6 * 0.7 of gifts less.
    planned = plan(clear_slow_movers="a", gift_box="ab")
    assert list(fits(item("a"), item("b"), planned=planned)) == [
        "clear_slow_movers",
        "increase_aov",
        "gift_box",
    ]


def test_objectives_that_do_not_apply_or_fit_too_little_are_not_named() -> None:
    few = plan({"clear_slow_movers": "too_few"}, clear_slow_movers="a")
    assert list(fits(item("a"), item("b"), planned=few)) == ["increase_aov"]
    planned = plan(seasonal_promo="b")
    bundle = (item("a", 3), item("b"))
    assert "seasonal_promo" in fits(*bundle, planned=planned, min_fit=0.25)
    assert "seasonal_promo" not in fits(*bundle, planned=planned, min_fit=0.26)


def test_basket_value_is_open_to_all_unless_switched_off() -> None:
    assert fits(item("a"), item("b"), planned=plan({"increase_aov": "too_few"})) != {}
    assert fits(item("a"), item("b"), planned=plan({"increase_aov": "switched_off"})) == {}


def test_a_variant_of_no_known_product_serves_no_flag() -> None:
    planned = plan(clear_slow_movers="a")
    assert list(fits(item("z"), item("y"), planned=planned)) == ["increase_aov"]


def test_products_of_an_objective_that_does_not_apply_are_none() -> None:
    planned = plan({"gift_box": "too_few"}, gift_box="a", new_launch="bc")
    assert planned_products(planned, "gift_box").to_list() == []
    assert planned_products(planned, "new_launch").to_list() == ["product-b", "product-c"]
