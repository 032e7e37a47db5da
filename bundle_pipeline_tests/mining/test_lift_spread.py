import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.baskets.encoded import EncodedBaskets, encode_baskets
from bundle_pipeline.mining.lift_spread import LiftSpread, lift_interval, lift_spread
from bundle_pipeline.mining.null_model import expected_pair_counts, size_classes
from bundle_pipeline.mining.occurrences import tallied
from bundle_pipeline.statistics.poisson import mean_interval
from bundle_pipeline_tests.support.frames import baskets_frame
from bundle_pipeline_tests.support.generators import Noise, independent_shop, planted_shop

Floats = npt.NDArray[np.float64]


def lift_of(encoded: EncodedBaskets, first: str, second: str) -> tuple[Floats, LiftSpread, Floats]:
    """Count, spread and adjusted lift of one pair."""
    code = {variant_id: number for number, variant_id in enumerate(encoded.variant_ids)}
    pair = np.array([[code[first], code[second]]])
    classes = size_classes(encoded)
    counts = tallied(encoded, pair, classes.of_basket, label_count=classes.class_count).baskets
    count = counts.sum(axis=1)
    spread = lift_spread(classes, pair, counts)
    return count, spread, count / expected_pair_counts(classes, pair)


def test_in_one_class_the_spread_is_that_of_a_fourfold_table() -> None:
    # 12 baskets of two variants out of five: a in 6, b in 4, both in 2. E = 6 * 4 / 12 = 2, the
    # formula of places beside a variant, which are as many as baskets here. So u = 1 / 6, v = 1 /
    # 4, r = 1: linear = 2 * (1 / 6 + 1 / 4) - 1 / 6 - 1 / 4 + 1 / 12 = 1 / 2, quadratic = 1 / 12.
    # At the mean 2 it is 1 - 1 + 4 / 12 = (1 - 6 / 12) * (1 - 4 / 12).
    baskets = [*["ab"] * 2, *["ac"] * 4, *["bd"] * 2, *["ce"] * 4]
    classes = size_classes(encode_baskets(baskets_frame(*baskets)))
    halved = type(classes)(
        of_basket=classes.of_basket,
        baskets=classes.baskets,
        # As if half of the lines were no places: the places beside a variant are then the baskets.
        lines=classes.baskets,
        count=classes.count,
        companions=classes.companions,
        spread=np.array([1.0]),
    )
    spread = lift_spread(halved, np.array([[0, 1]]), np.array([[2]]))
    assert (spread.linear[0], spread.quadratic[0]) == pytest.approx((1 / 2, 1 / 12))
    assert spread.at(np.array([2.0]))[0] == pytest.approx((1 - 6 / 12) * (1 - 4 / 12))


def test_two_variants_that_are_always_together_vary_as_a_count_does() -> None:
    # Where c_a = c_b = the count, the lift is N / count.
    encoded = encode_baskets(baskets_frame(*["ab"] * 20, *["cd", "ce", "de"] * 200))
    count, spread, _ = lift_of(encoded, "a", "b")
    assert spread.at(count.astype(np.float64))[0] > 0.9


@pytest.mark.parametrize("popular", [True, False])
def test_the_spread_is_the_variance_over_shops_that_are_made_again_and_again(
    *, popular: bool
) -> None:
    lifts: list[float] = []
    counts: list[float] = []
    spreads: list[float] = []
    for seed in range(150):
        if popular:
            shop = independent_shop(order_count=1000, variant_count=20, mean_size=3, seed=seed)
            pair = ("v000000", "v000001")
        else:
            shop, planted = planted_shop(
                Noise(order_count=1000, variant_count=80, mean_size=3),
                pair_count=5,
                planted_share=0.3,
                seed=seed,
                pair_seed=0,
            )
            pair = min(planted)
        count, spread, lift = lift_of(encode_baskets(shop), *pair)
        counts.append(count[0])
        spreads.append(spread.at(count.astype(np.float64))[0])
        lifts.append(lift[0])
    by_poisson = np.mean(lifts) ** 2 / np.mean(counts)
    # The variance of 150 draws is within 25 % of the true one in 97 of 100 cases.
    assert np.var(lifts) / by_poisson == pytest.approx(np.mean(spreads), rel=0.25)
    if popular:
        assert np.mean(spreads) < 0.6


@settings(deadline=None)
@given(
    st.integers(1, 1000), st.floats(0, 1), st.floats(0, 1), st.sampled_from([1e-3, 1e-2, 0.1, 1])
)
def test_ends_lie_between_the_count_and_those_of_poisson(
    count: int, linear: float, quadratic: float, scale: float
) -> None:
    seen = np.array([count])
    spread = LiftSpread(np.array([linear * scale]), np.array([quadratic * scale**2]))
    low, high = lift_interval(seen, spread)
    lowest, highest = mean_interval(seen)
    assert lowest[0] <= low[0] <= count <= high[0] <= highest[0]


def test_an_end_is_the_root_of_the_spread_times_as_far_from_the_count() -> None:
    # Spread 1 - m / 20 at the mean m: 0.5 at a count of 10, whose interval is 5.08 to 17.82 (Cohen
    # and Yang, 1994). The lower end m is nearer to 10 by sqrt((10 * (1 - m / 20) + 2) / 12): at
    # 5.76 by sqrt(0.76) = 0.8718, 10 - 0.8718 * 4.92 = 5.71. Upper, where the spread at the count
    # is larger: sqrt((5 + 2) / 12) = 0.7638, 10 + 0.7638 * 7.82 = 15.97.
    low, high = lift_interval(np.array([10]), LiftSpread(np.array([0.05]), np.array([0.0])))
    assert 10 - np.sqrt((10 * (1 - low[0] / 20) + 2) / 12) * 4.92 == pytest.approx(low[0], abs=0.01)
    assert low[0] == pytest.approx(5.71, abs=0.02)
    assert high[0] == pytest.approx(15.97, abs=0.01)


def test_without_spread_information_the_interval_is_that_of_poisson() -> None:
    seen = np.array([1, 7, 300])
    nothing = LiftSpread(np.zeros(3), np.zeros(3))
    for ours, poisson in zip(lift_interval(seen, nothing), mean_interval(seen), strict=True):
        assert ours.tolist() == pytest.approx(poisson.tolist())
