import numpy as np
import pytest

from bundle_pipeline.pricing.pooling import pooled

UNKNOWN = -1


def test_without_data_the_prior_stands() -> None:
    alone = pooled(np.zeros(1), np.array([10.0]), category=np.array([UNKNOWN]))
    many = pooled(np.zeros(50), np.full(50, 10.0), category=np.full(50, UNKNOWN))
    assert alone.means.item() == pytest.approx(2.0, abs=0.5)
    assert many.means == pytest.approx(np.full(50, alone.means.item()), abs=0.7)
    assert alone.own_share.item() < 0.1


def test_what_is_known_well_stands_and_what_is_not_goes_to_the_shop() -> None:
    estimates, errors = np.array([3.0] * 30 + [1.0, 6.0]), np.array([0.2] * 30 + [0.2, 5.0])
    found = pooled(estimates, errors, category=np.full(32, UNKNOWN)).means
    assert found[30] == pytest.approx(1.0, abs=0.3)
    assert found[31] == pytest.approx(3.0, abs=0.4)


def test_the_more_alike_a_shop_is_the_more_is_shrunk() -> None:
    random = np.random.default_rng(1)
    errors, category = np.full(100, 1.0), np.full(100, UNKNOWN)
    alike = pooled(3 + random.normal(0, 1.0, 100), errors, category=category).means
    mixed = pooled(3 + random.normal(0, 2.2, 100), errors, category=category).means
    assert alike.std() < 0.3
    assert mixed.std() > 0.8


def test_a_category_that_differs_has_a_population_of_its_own() -> None:
    category = np.repeat([0, 1], 20)
    estimates = np.where(category == 0, 1.0, 4.0)
    errors = np.full(40, 0.5)
    errors[[0, 20]] = 9.0
    found = pooled(estimates, errors, category=category)
    assert found.means[0] == pytest.approx(1.0, abs=0.4)
    assert found.means[20] == pytest.approx(4.0, abs=0.6)
    assert found.category_rate.min() > 0.5


def test_categories_that_are_alike_share_one() -> None:
    random = np.random.default_rng(2)
    estimates = 2.5 + random.normal(0, 0.5, 60)
    found = pooled(estimates, np.full(60, 0.5), category=np.repeat(np.arange(6), 10))
    assert found.category_rate.max() < 0.5


def test_what_is_bought_whatever_it_costs_keeps_apart() -> None:
    estimates = np.array([0.0] * 40 + [3.0] * 40)
    found = pooled(estimates, np.full(80, 0.4), category=np.full(80, UNKNOWN)).means
    assert found[:40].max() < 0.3
    assert found[40:].min() > 2.5


def test_a_wrong_sign_is_never_believed() -> None:
    found = pooled(np.array([-3.0]), np.array([0.5]), category=np.array([UNKNOWN]))
    assert 0 <= found.means.item() < 1


def test_repeated_evidence_counts_as_little_as_told() -> None:
    estimates, errors = np.full(1000, 6.0), np.full(1000, 2.0)
    category = np.full(1000, UNKNOWN)
    told = pooled(estimates, errors, category=category, importance=np.full(1000, 0.001)).means
    once = pooled(estimates[:1], errors[:1], category=category[:1]).means
    assert told == pytest.approx(np.full(1000, once.item()))


def test_what_is_known_of_an_answer_is_measured_in_factors() -> None:
    # A deviation of 1.2 at an elasticity of 5 is no more than the prior's; its factor is.
    estimates, errors = np.array([5.0, 2.0, 2.0]), np.array([1.2, 1.2, 0.2])
    found = [
        pooled(estimates[[row]], errors[[row]], category=np.array([UNKNOWN])).resolved_share.item()
        for row in range(3)
    ]
    assert 0.3 < found[1] < found[0] < found[2]
    assert found[2] > 0.95


def test_an_empty_shop_is_no_special_case() -> None:
    assert pooled(np.zeros(0), np.zeros(0), category=np.zeros(0, np.int64)).means.size == 0
