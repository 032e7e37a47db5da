"""Prices of a shop whose own orders say something, from its frames to its bundles."""

from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from bundle_pipeline.pricing.params import DiscountCaps, PricingParams, RateRange
from bundle_pipeline_tests.support.bundles import bundle_item, candidate, scored, scored_bundles
from bundle_pipeline_tests.support.frames import FIRST_ORDER_AT, order_lines_frame, orders_frame
from bundle_pipeline_tests.support.pricing import priced_with_history

WEEKS = 52
OPEN = PricingParams(
    discount_caps=DiscountCaps(increase_aov=RateRange(0.0, 0.5)), diverted_share=0.0
)


def test_a_shop_that_answers_to_prices_is_discounted_further() -> None:
    stubborn, elastic = pricing_of(cheap_sales=10), pricing_of(cheap_sales=40)
    assert stubborn["discount_minor"] < elastic["discount_minor"]
    assert "weeks in which its own items were off their usual price" in elastic["derivation"]


def test_what_is_expected_is_stated_with_its_interval() -> None:
    pricing = pricing_of(cheap_sales=40)
    low, expected, high = (
        pricing[f"incremental_margin_minor{end}"] for end in ("_low", "", "_high")
    )
    assert low < expected < high
    assert 0.4 < pricing["break_even_attach_rate"] < 2
    assert "expected to earn" in pricing["derivation"]
    assert "pay from an attach rate of" in pricing["derivation"]


def test_a_discount_that_is_forced_shows_its_loss() -> None:
    forced = PricingParams(discount_caps=DiscountCaps(increase_aov=RateRange(0.3, 0.3)))
    thin = pricing_of(cheap_sales=10, cost=690, params=forced)
    # Nothing off is the better answer, and always allowed.
    assert thin["discount_minor"] == 0
    assert thin["incremental_margin_minor"] == 0


def test_refunds_make_a_bundle_earn_less() -> None:
    kept, refunded = pricing_of(cheap_sales=40), pricing_of(cheap_sales=40, refunds=True)
    assert refunded["incremental_margin_minor"] == pytest.approx(
        0.5 * kept["incremental_margin_minor"], rel=0.01
    )


def test_orders_of_one_week_tell_no_month() -> None:
    pricing = pricing_of(cheap_sales=10, weeks=1)
    assert pricing["incremental_margin_minor"] is None
    assert pricing["break_even_attach_rate"] is not None


def test_unknown_costs_follow_what_the_shop_usually_gives() -> None:
    pricing = pricing_of(cheap_sales=20, cost=None)
    assert pricing["discount_rate"] == pytest.approx(0.2, abs=0.01)
    assert "A cost is unknown: what its items are usually given" in pricing["derivation"] or (
        "A cost is unknown: what the shop usually gives" in pricing["derivation"]
    )


def test_what_no_order_shows_says_nothing_of_what_orders_show() -> None:
    # Eight variants that are bought whatever they cost, in no bundle, or in four.
    alone, unproven, proven = (
        pricing_of(cheap_sales=30, beside=backings)
        for backings in ([], ["unproven"] * 4, ["proven"] * 4)
    )
    assert unproven == alone
    assert proven["incremental_margin_minor"] < alone["incremental_margin_minor"]


def pricing_of(
    *,
    cheap_sales: int,
    cost: int | None = 300,
    weeks: int = WEEKS,
    refunds: bool = False,
    params: PricingParams = OPEN,
    beside: list[str] | None = None,
) -> dict[str, Any]:
    """A bundle of a and b, each in 10 orders a week, and in more where it is 20 % cheaper.

    ``beside`` are the backings of bundles of other variants, which sell alike at any price.
    """
    stubborn = [] if beside is None else list("defghijk")
    rows = [
        (week, basket)
        for week in range(weeks)
        for basket in ["c"] * 60
        + ["a"] * (cheap_sales if week % 4 == 1 else 10)
        + ["b"] * (cheap_sales if week % 4 == 3 else 10)
        + ["ab"] * 2
        + stubborn * 10
    ]
    week = pl.Series([week for week, basket in rows for _ in basket])
    is_cheap = ((pl.col("variant_id") == "a") & (week % 4 == 1)) | (
        pl.col("variant_id").is_in(["b", *stubborn]) & (week % 4 == 3)
    )
    lines = order_lines_frame(*(list(basket) for _, basket in rows)).with_columns(
        line_discount_minor=pl.when(is_cheap).then(200).otherwise(0).cast(pl.Int64)
    )
    orders = orders_frame(
        len(rows), ordered_at=[FIRST_ORDER_AT + timedelta(weeks=week) for week, _ in rows]
    )
    if refunds:
        # As many orders again, of things that are no part of the bundle, all of them given back.
        returned = orders.with_columns(order_id=pl.format("r{}", "order_id"), refunded_minor=1000)
        orders = pl.concat(
            [orders.with_columns(refunded_minor=0), returned.select(orders.columns)],
            how="vertical_relaxed",
        ).with_columns(
            pl.lit(1000, pl.Int64).alias("total_minor"), pl.col("refunded_minor").cast(pl.Int64)
        )
    items = {
        id_: bundle_item(id_, unit_price_minor=1000, unit_cost_minor=cost)
        for id_ in ["a", "b", *stubborn]
    }
    asked = scored(candidate(items["a"], items["b"]))
    others = [
        scored(candidate(items[one], items[other], backing=backing))
        for one, other, backing in zip(stubborn[::2], stubborn[1::2], beside or [], strict=False)
    ]
    found = priced_with_history(
        scored_bundles(asked, *others), params, orders=orders, order_lines=lines
    )
    return found.filter(bundle_id=asked["bundle_id"]).get_column("pricing").item()
