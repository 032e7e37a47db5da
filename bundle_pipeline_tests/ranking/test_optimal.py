"""The best set against two other ways to find it: trying all sets, and another solver's search."""

from itertools import product

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.ranking.greedy import choose_greedily
from bundle_pipeline.ranking.optimal import Solution, choose_optimally
from bundle_pipeline.ranking.params import RankingParams
from bundle_pipeline.ranking.portfolio import Portfolio, portfolio_of
from bundle_pipeline_tests.support.portfolios import best_by_search, random_bundles

LIMITS = st.fixed_dictionaries(
    {
        "max_bundles": st.integers(1, 6),
        "max_per_anchor": st.integers(1, 3),
        "max_per_variant": st.integers(1, 3),
        "max_per_category": st.sampled_from([None, 1, 3]),
        "max_similarity": st.sampled_from([0.3, 0.6, 1.0]),
        "variant_overlap_cost": st.sampled_from([0.0, 0.05, 0.4]),
        "category_overlap_cost": st.sampled_from([0.0, 0.1]),
        "min_per_objective": st.integers(0, 3),
        "min_offered_quantity": st.integers(1, 4),
        "reserved_days": st.sampled_from([0.0, 5.0]),
    }
)


CAPS = st.dictionaries(
    st.sampled_from(["increase_aov", "margin_guard", "gift_box"]), st.integers(0, 2), max_size=2
)


@given(limits=LIMITS, caps=CAPS, count=st.integers(1, 11), seed=st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_no_other_set_serves_more_objectives_or_is_worth_more(
    limits: dict[str, object], caps: dict[str, int], count: int, seed: int
) -> None:
    frame = random_bundles(count, seed=seed, variant_count=8)
    params = RankingParams.model_validate(limits)
    portfolio, uncapped = portfolio_of(frame, params, caps), portfolio_of(frame, params)
    solution = solved(portfolio)
    tried = (np.array(one, np.bool_) for one in product([False, True], repeat=count))
    serves = {
        name: frame.sort("bundle_id").select(pl.col("objectives").list.contains(name)).to_series()
        for name in caps
    }
    allowed = [
        one
        for one in tried
        if uncapped.is_allowed(one)
        and all((serves[name].to_numpy() & one).sum() <= most for name, most in caps.items())
    ]
    least = min(portfolio.shortfall(one) for one in allowed)
    best = max(portfolio.worth(one) for one in allowed if portfolio.shortfall(one) == least)
    assert portfolio.is_allowed(solution.chosen)
    assert portfolio.shortfall(solution.chosen) == least
    assert solution.worth == pytest.approx(best, abs=1e-5)
    assert solution.gap == 0


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("count", [20, 40, 60])
def test_a_search_of_our_own_finds_nothing_better(count: int, seed: int) -> None:
    portfolio = random_portfolio(
        count,
        seed,
        variant_count=25,
        max_bundles=5,
        max_per_anchor=2,
        max_per_variant=2,
        variant_overlap_cost=0.1,
        min_per_objective=0,
    )
    solution = solved(portfolio)
    assert solution.worth == pytest.approx(best_by_search(portfolio), abs=1e-5)
    assert solution.gap == 0


@pytest.mark.parametrize("seed", range(3))
def test_the_greedy_choice_is_allowed_and_never_worth_more(seed: int) -> None:
    portfolio = random_portfolio(200, seed, variant_count=60)
    greedy, best = choose_greedily(portfolio), solved(portfolio)
    assert portfolio.is_allowed(greedy)
    assert portfolio.worth(greedy) <= best.worth


def test_a_search_that_is_cut_short_keeps_the_better_set_and_says_what_may_be_missing() -> None:
    portfolio = random_portfolio(
        400, 1, variant_count=30, max_similarity=0.3, variant_overlap_cost=0.2
    )
    greedy = choose_greedily(portfolio)
    cut = choose_optimally(portfolio, greedy, max_gap=0.0, max_nodes=1)
    assert portfolio.is_allowed(cut.chosen)
    assert portfolio.worth(greedy) <= cut.worth <= cut.bound
    assert cut.gap == pytest.approx(max(0.0, 1 - cut.worth / cut.bound), abs=1e-6)
    again = choose_optimally(portfolio, greedy, max_gap=0.0, max_nodes=1)
    assert (again.chosen == cut.chosen).all()


def solved(portfolio: Portfolio) -> Solution:
    return choose_optimally(portfolio, choose_greedily(portfolio), max_gap=0.0, max_nodes=10_000)


def random_portfolio(count: int, seed: int, *, variant_count: int, **limits: object) -> Portfolio:
    frame = random_bundles(count, seed=seed, variant_count=variant_count)
    return portfolio_of(frame, RankingParams.model_validate(limits))
