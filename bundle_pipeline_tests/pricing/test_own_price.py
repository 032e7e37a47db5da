"""What is learnt from a shop's own prices, on shops with a planted answer."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from scipy.optimize import minimize

from bundle_pipeline.pricing.bundle_sales import promotion_factors
from bundle_pipeline.pricing.own_price import OwnPriceSlopes, own_price_slopes
from bundle_pipeline.pricing.sales import WeeklySales, weekly_sales
from bundle_pipeline.pricing.usable_lines import refunded_share, usable_lines
from bundle_pipeline_tests.support.frames import (
    FIRST_ORDER_AT,
    order_lines_frame,
    orders_frame,
    shuffled,
)

WEEKS = 40
# Each week has 30 orders of c; in every fourth, a costs 8.00 instead of 10.00.
USUAL_SALES, CHEAP_SALES = 6, 12
IDS = pl.Series("variant_id", ["a", "b"])
Shop = tuple[pl.DataFrame, pl.DataFrame]


def test_the_planted_answer_is_found() -> None:
    # n / (E - n) goes from 6 / 30 to 12 / 30 at 20 % off: ln(2) / 0.2 = 3.47.
    slopes = slopes_of(planted_shop())
    assert slopes.slope[0] == pytest.approx(np.log(2) / 0.2, abs=0.05)
    assert slopes.error[0] < 1.0


def test_a_price_that_never_moves_says_nothing() -> None:
    slopes = slopes_of(planted_shop())
    assert slopes.slope[1] == pytest.approx(0.0, abs=1e-6)
    assert slopes.error[1] == 10.0


def test_the_fit_is_the_maximum_of_the_likelihood() -> None:
    sales = sales_of(planted_shop())
    orders, sold, move = sales.order_counts, sales.sold_counts[0], sales.price_ratios[0] - 1
    share = (sold.sum() + 0.5) / (orders.sum() + 1)
    usual = np.log(share / (1 - share))

    def loss(point: np.ndarray) -> float:
        logit = point[0] - point[1] * move
        nobody = np.exp(-orders * np.logaddexp(0, logit))
        gain = sold * logit - orders * np.logaddexp(0, logit) - np.log1p(-nobody)
        return float(-gain.sum() + 0.5 * ((point[0] - usual) ** 2 + point[1] ** 2) / 100)

    best = minimize(loss, np.zeros(2), tol=1e-10).x
    assert own_price_slopes(sales).slope[0] == pytest.approx(best[1], abs=1e-3)


@pytest.mark.parametrize("mean_sales", [0.7, 2.0, 8.0])
def test_promotions_that_nobody_saw_do_not_bend_the_answer(mean_sales: float) -> None:
    # A price shows only where it was paid: an unsold promotion looks like a week at usual prices.
    slopes = own_price_slopes(sales_seen(mean_sales, slope=2.0, variant_count=1000))
    weight = slopes.error**-2
    mean = (weight * slopes.slope).sum() / weight.sum()
    assert mean == pytest.approx(2.0, abs=0.25)
    # Errors are those that the estimates have.
    spread = np.sqrt((((slopes.slope - 2.0) / slopes.error) ** 2).mean())
    assert 0.75 < spread < 1.1


def test_single_sales_say_nothing_of_prices() -> None:
    # One sale in each week that has any: whether few or many would have been sold, nobody knows.
    sales = sales_seen(2.0, slope=2.0, variant_count=3)
    once = replace(sales, sold_counts=np.minimum(sales.sold_counts, 1.0))
    assert own_price_slopes(once).error.min() > 5


def test_busy_weeks_are_not_credited_to_a_promotion() -> None:
    # Every cheap week is three times as busy: three times the sales, with the same answer.
    slopes = slopes_of(planted_shop(busy=3))
    assert slopes.slope[0] == pytest.approx(np.log(2) / 0.2, abs=0.05)


def test_discounts_of_whole_orders_tell_no_price() -> None:
    # Half of all lines of a have a share of an order's 50 % on them.
    orders, lines = planted_shop()
    is_shared = (pl.col("variant_id") == "a") & (pl.int_range(pl.len()) % 2 == 0)
    half = pl.when(is_shared).then(pl.col("unit_price_minor") // 2)
    dirty = lines.with_columns(
        line_discount_minor=half.otherwise("line_discount_minor"), discount_allocated=is_shared
    )
    assert_same(slopes_of((orders, dirty)), slopes_of((orders, lines)))


@pytest.mark.parametrize("kind", ["refunded", "free", "foreign", "bundled"])
def test_lines_that_are_no_sales_at_a_price_change_nothing(kind: str) -> None:
    # Each usual week has twenty more orders of a, at 1.00: they would turn the answer around.
    orders, lines = planted_shop()
    more = (pl.col("variant_id") == "a") & (pl.col("unit_price_minor") == 1000)
    planted = pl.concat([lines.filter(more)] * 3).with_columns(
        order_id=pl.format("x{}", pl.int_range(pl.len())), unit_price_minor=pl.lit(100, pl.Int64)
    )
    placed = planted.select("order_id").with_columns(
        ordered_at=pl.lit(FIRST_ORDER_AT).cast(orders.schema["ordered_at"])
        + pl.duration(weeks=pl.int_range(pl.len()) % WEEKS)
    )
    extra = placed.join(orders.drop("order_id", "ordered_at").head(1), how="cross")
    if kind == "refunded":
        extra = extra.with_columns(refunded_minor=pl.lit(100, pl.Int64))
    elif kind == "free":
        planted = planted.with_columns(line_discount_minor="unit_price_minor")
    elif kind == "foreign":
        extra = extra.with_columns(currency=pl.lit("JPY"))
        planted = planted.with_columns(currency=pl.lit("JPY"))
    else:
        planted = planted.with_columns(is_bundle_component=pl.lit(value=True))
    dirty = (pl.concat([orders, extra.select(orders.columns)]), pl.concat([lines, planted]))
    assert_same(slopes_of(dirty), slopes_of((orders, lines)))


def test_wholesale_orders_do_not_answer_to_the_week() -> None:
    orders, lines = planted_shop()
    everything = [[*"ab", *(f"v{i}" for i in range(30))]] * WEEKS
    wholesale = order_lines_frame(*everything).with_columns(order_id=pl.format("w{}", "order_id"))
    placed = orders_frame(
        WEEKS, ordered_at=[FIRST_ORDER_AT + timedelta(weeks=week) for week in range(WEEKS)]
    ).with_columns(order_id=pl.format("w{}", "order_id"))
    dirty = (pl.concat([orders, placed]), pl.concat([lines, wholesale]))
    assert_same(slopes_of(dirty), slopes_of((orders, lines)))
    sold = USUAL_SALES * WEEKS * 3 // 4 + CHEAP_SALES * WEEKS // 4
    assert sales_of(dirty).ordinary_rates[0] == pytest.approx(sold / (sold + WEEKS))


def test_shuffled_orders_and_lines_say_the_same() -> None:
    orders, lines = planted_shop()
    other = sales_of((shuffled(orders, 1), shuffled(lines, 2)))
    same = sales_of((orders, lines))
    for name in ("order_counts", "sold_counts", "price_ratios", "order", "variant"):
        assert np.array_equal(getattr(other, name), getattr(same, name))


def test_an_empty_shop_says_nothing() -> None:
    empty = orders_frame(1).clear(), order_lines_frame("a").clear()
    slopes = slopes_of(empty)
    assert slopes.slope.tolist() == [0.0, 0.0]
    assert refunded_share(empty[0]) == 0.0


def test_refunds_are_a_share_of_what_was_paid() -> None:
    orders = orders_frame(4).with_columns(
        total_minor=pl.Series([1000, 2000, 1000, None], dtype=pl.Int64),
        refunded_minor=pl.Series([0, 500, 500, 900], dtype=pl.Int64),
    )
    assert refunded_share(orders) == 0.25


def test_promotions_are_taken_out_of_what_is_sold_anyway() -> None:
    # At a slope of ln(2) / 0.2 every fourth week sells twice as much: 1.25 times in all.
    sales = sales_of(planted_shop())
    factors = promotion_factors(
        sales, variant=np.array([0, 1]), slope=np.array([np.log(2) / 0.2, 3.0])
    )
    cheap = sales.price_ratios[0] < 1
    share = sales.order_counts[cheap].sum() / sales.order_counts.sum()
    assert factors == pytest.approx([1 + share, 1.0])


def planted_shop(*, busy: int = 1) -> Shop:
    """Orders of c, and of a: more of them where a is cheap; b is in two orders of each week."""
    rows = [
        (week, basket, 800 if week % 4 == 0 else 1000)
        for week in range(WEEKS)
        for basket in ["c"] * 28 * _times(week, busy)
        + ["bc"] * 2 * _times(week, busy)
        + ["a"] * _sales(week) * _times(week, busy)
    ]
    placed = [FIRST_ORDER_AT + timedelta(weeks=week) for week, _, _ in rows]
    prices = pl.Series([price for _, basket, price in rows for _ in basket], dtype=pl.Int64)
    is_cheap = (pl.col("variant_id") == "a") & (prices < 1000)
    lines = order_lines_frame(*(list(basket) for _, basket, _ in rows)).with_columns(
        line_discount_minor=pl.when(is_cheap).then(200).otherwise(0).cast(pl.Int64)
    )
    return orders_frame(len(rows), ordered_at=placed), lines


def _times(week: int, busy: int) -> int:
    return busy if week % 4 == 0 else 1


def _sales(week: int) -> int:
    return CHEAP_SALES if week % 4 == 0 else USUAL_SALES


def sales_seen(mean_sales: float, *, slope: float, variant_count: int) -> WeeklySales:
    """Variants of 200 weekly orders, 20 % off in a fifth of the weeks; seen where one is sold."""
    random, shape = np.random.default_rng(5), (variant_count, 52)
    orders, is_off = np.full(52, 200.0), random.random(shape) < 0.2
    base = mean_sales / (200 - mean_sales)
    odds = base * np.exp(slope * 0.2 * is_off)
    sold = random.binomial(200, odds / (1 + odds)).astype(np.float64)
    nothing = np.zeros(0, np.int64)
    return WeeklySales(
        variant_ids=pl.Series([f"v{number:04}" for number in range(variant_count)]),
        order_counts=orders,
        sold_counts=sold,
        price_ratios=np.where(is_off & (sold > 0), 0.8, 1.0),
        is_offered=np.ones(shape, np.bool_),
        order=nothing,
        variant=nothing,
        units=nothing,
        ordinary_rates=np.ones(variant_count),
    )


def sales_of(shop: Shop, ids: pl.Series = IDS) -> WeeklySales:
    orders, lines = shop
    return weekly_sales(ids, usable_lines(orders, lines.lazy(), currency="EUR"))


def slopes_of(shop: Shop) -> OwnPriceSlopes:
    return own_price_slopes(sales_of(shop))


def assert_same(left: OwnPriceSlopes, right: OwnPriceSlopes) -> None:
    assert np.array_equal(left.slope, right.slope)
    assert np.array_equal(left.error, right.error)
