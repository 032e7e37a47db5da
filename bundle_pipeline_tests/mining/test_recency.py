from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from bundle_pipeline.mining.recency import recency_weights

NEWEST = datetime(2024, 3, 1, tzinfo=UTC)


def _times(*ages: float) -> pl.Series:
    return pl.Series([NEWEST - timedelta(days=age) for age in ages])


def test_a_basket_counts_half_with_each_half_life() -> None:
    weights = recency_weights(_times(60, 30, 0), half_life_days=30)
    assert weights.tolist() == [0.25, 0.5, 1.0]


def test_no_basket_counts_nothing() -> None:
    weights = recency_weights(_times(5000, 0), half_life_days=1)
    assert 0 < weights[0] < 1e-6


def test_sums_do_not_depend_on_the_order_of_adding() -> None:
    rng = np.random.default_rng(1)
    ages = [*sorted(rng.uniform(0, 700, size=5000), reverse=True), 0.0]
    weights = recency_weights(_times(*ages), half_life_days=45)
    assert weights.sum() == weights[::-1].sum() == np.cumsum(weights)[-1]
    assert weights == pytest.approx(0.5 ** (np.array(ages) / 45), abs=1e-6)


def test_a_shop_without_baskets_has_no_weights() -> None:
    assert (
        recency_weights(pl.Series([], dtype=pl.Datetime("us", "UTC")), half_life_days=9).size == 0
    )
