import math

import numpy as np
import pytest
from scipy.stats import gamma

from bundle_pipeline.pricing.incremental import (
    Economics,
    best_discounts,
    break_even_factors,
    outlook,
    prospects,
)
from bundle_pipeline.pricing.pooling import ELASTICITIES, Pooled
from bundle_pipeline.pricing.response import BundleResponses

# 100 at list prices, costs of 40: sales grow by exp(2 * 2 * rate), at an elasticity of 2 per item.
EVERY_DISCOUNT = np.arange(101)[None, :]
ALL_ALLOWED = np.ones((1, 101), np.bool_)


def test_the_best_discount_is_the_one_of_the_formula() -> None:
    # (e^4d - 1)(60 - 100 d) - 100 d is highest where 4 (60 - 100 d) = 100: d = 0.35.
    assert best(economics()) == 35


def test_only_what_is_allowed_is_chosen_and_nothing_off_always_is() -> None:
    assert best(economics(), allowed=EVERY_DISCOUNT <= 10) == 10
    assert best(economics(), allowed=EVERY_DISCOUNT < 0) == 0


def test_a_chance_of_loss_is_that_of_answers_that_do_not_pay() -> None:
    # 20 off 100 pay from 1.5 times the sales on, e^(0.4 x elasticity): 1.0 loses, 1.2 does not.
    weights = np.zeros(ELASTICITIES.size)
    weights[[5, 6]] = 0.3, 0.7
    chances = prospects(economics(), responses(weights), EVERY_DISCOUNT).loss_chances[0]
    assert chances[20] == pytest.approx(0.3)
    assert chances[0] == 0.0
    # Nothing of the margin of 60 is left.
    assert chances[60] == pytest.approx(1.0)


def test_relief_of_stock_makes_no_loss_less_of_one() -> None:
    weights = np.zeros(ELASTICITIES.size)
    weights[[5, 6]] = 0.3, 0.7
    relieved = prospects(economics(relief=30.0), responses(weights), EVERY_DISCOUNT)
    assert relieved.loss_chances[0, 20] == pytest.approx(0.3)


def test_gains_are_those_of_a_month() -> None:
    # 30 joint orders in 3 months, after Jeffreys' prior.
    promised = prospects(economics(), responses(), EVERY_DISCOUNT)
    assert promised.gains[0, 20] == pytest.approx(30.5 / 3 * (math.expm1(0.8) * 40 - 20))


def test_nothing_is_chosen_where_a_cost_is_unknown() -> None:
    unknown = economics(margin=math.nan)
    assert best(unknown) == 0
    assert np.isnan(break_even_factors(unknown, np.array([10]))).all()


def test_relief_of_stock_is_worth_a_deeper_discount() -> None:
    # As if the margin were 70: 4 (70 - 100 d) = 100.
    assert best(economics(relief=10.0)) == 45


def test_a_discount_that_orders_take_several_times_is_smaller() -> None:
    # 4 (60 - 100 d) e^4d = 100 (e^4d - 1 + 1.5): at d = 0.3, 398 = 382; at 0.31, 394 = 396.
    assert best(economics(used=1.5)) == 31


def test_what_is_expected_is_what_is_earned_beyond_sales_at_list_price() -> None:
    # 30 joint orders in 3 months; at 20 off e^0.8 times as many, each at 40 instead of 60.
    seen = outlook(economics(), responses(), np.array([20]))
    assert seen.expected.item() == pytest.approx(30.5 / 3 * (math.exp(0.8) * 40 - 60))


def test_diverted_margin_and_refunds_are_subtracted() -> None:
    seen = outlook(economics(diverted=0.1, kept=0.9), responses(), np.array([20]))
    more = math.expm1(0.8)
    assert seen.expected.item() == pytest.approx(30.5 / 3 * 0.9 * (more * (54 - 20) - 20))


def test_the_interval_is_that_of_the_rate_where_all_else_is_known() -> None:
    seen = outlook(economics(), responses(), np.array([20]))
    rates = gamma.ppf([0.05, 0.95], 30.5) / 3
    assert [seen.low.item(), seen.high.item()] == pytest.approx(
        rates * (math.exp(0.8) * 40 - 60), rel=0.02
    )


def test_the_interval_holds_90_percent_of_what_may_happen() -> None:
    weights = np.exp(-0.5 * ((ELASTICITIES - 2) / 0.7) ** 2)
    unsure = responses(weights / weights.sum())
    seen = outlook(economics(), unsure, np.array([20]))
    random = np.random.default_rng(3)
    rates = random.gamma(30.5, 1 / 3, 200_000)
    factors = np.exp(2 * 0.2 * random.choice(ELASTICITIES, 200_000, p=weights / weights.sum()))
    drawn = rates * ((factors - 1) * 40 - 20)
    ends = np.quantile(drawn, [0.05, 0.95])
    assert [seen.low.item(), seen.high.item()] == pytest.approx(ends, rel=0.08)
    assert seen.expected.item() == pytest.approx(drawn.mean(), rel=0.02)


def test_nothing_off_changes_nothing() -> None:
    seen = outlook(economics(), responses(), np.array([0]))
    assert [seen.expected.item(), seen.low.item(), seen.high.item()] == [0, 0, 0]
    assert break_even_factors(economics(), np.array([0])).tolist() == [1.0]


@pytest.mark.parametrize(("discount", "factor"), [(20, 1.5), (35, 2.4), (50, 6.0)])
def test_a_discount_breaks_even_where_more_sales_pay_for_it(discount: int, factor: float) -> None:
    # 20 off leave 40 per bundle: half as many again pay for 20 on each that is sold anyway.
    assert break_even_factors(economics(), np.array([discount])).item() == pytest.approx(factor)


def test_a_discount_of_the_whole_margin_never_pays() -> None:
    assert np.isnan(break_even_factors(economics(), np.array([60]))).all()


def test_sales_grow_as_a_logit_of_those_who_may_buy() -> None:
    # Of those who may buy it 20 % do: odds of 1 / 4 become e^0.8 / 4 at 20 off.
    odds = math.exp(0.8) / 4
    seen = outlook(economics(bought=0.2), responses(), np.array([20]))
    more = odds / (1 + odds) / 0.2 - 1
    assert seen.expected.item() == pytest.approx(30.5 / 3 * (more * 40 - 20))


def test_what_everybody_buys_anyway_is_not_discounted() -> None:
    assert best(economics(bought=1.0)) == 0
    assert 0 < best(economics(bought=0.3)) < best(economics())


def best(
    earned: Economics,
    answer: BundleResponses | None = None,
    *,
    allowed: np.ndarray = ALL_ALLOWED,
) -> int:
    promised = prospects(earned, answer or responses(), EVERY_DISCOUNT)
    return best_discounts(promised.worths(0.0), EVERY_DISCOUNT, allowed).item()


def economics(
    *,
    margin: float = 60.0,
    relief: float = 0.0,
    diverted: float = 0.0,
    kept: float = 1.0,
    bought: float = 0.0,
    used: float = 1.0,
) -> Economics:
    return Economics(
        list_totals=np.array([100.0]),
        margins=np.array([margin]),
        reliefs=np.array([relief]),
        bought_shares=np.array([bought]),
        used_counts=np.array([used]),
        diverted_shares=np.array([diverted]),
        kept_share=kept,
    )


def responses(weights: np.ndarray | None = None) -> BundleResponses:
    known = (ELASTICITIES == 2.0).astype(float) if weights is None else weights
    return BundleResponses(
        unit_counts=np.array([2.0]),
        elasticities=Pooled(known[None, :], np.ones(1), np.zeros(1), np.ones(1)),
        levels=["product"],
        week_counts=np.array([9]),
        joint_counts=np.array([30.0]),
        order_counts=np.array([100.0]),
        used_counts=np.ones(1),
        units_below=np.zeros(1),
        months=np.array([3.0]),
        information=np.ones(1),
        learned=True,
        knows_months=True,
    )
