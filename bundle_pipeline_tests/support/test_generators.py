import polars as pl

from bundle_pipeline_tests.support.generators import (
    Noise,
    independent_shop,
    noise_shop,
    planted_shop,
)

NOISE = Noise(order_count=2000, variant_count=50, mean_size=4)


def test_noise_has_the_asked_sizes_and_zipf_popularity() -> None:
    baskets = noise_shop(NOISE, seed=1)
    sizes = baskets.get_column("variant_ids").list.len().to_numpy()
    assert sizes.size == 2000
    assert 3.7 < sizes.mean() < 4.3
    counts = baskets.get_column("variant_ids").explode().value_counts(sort=True).get_column("count")
    assert counts[0] > 4 * counts[-1]


def test_planted_pairs_are_bought_together() -> None:
    baskets, pairs = planted_shop(NOISE, pair_count=3, planted_share=0.3, seed=1)
    assert len(pairs) == 3
    for pair in pairs:
        assert _held(baskets, pair) >= 150


def test_an_independent_shop_leaves_no_order_empty() -> None:
    baskets = independent_shop(order_count=1000, variant_count=20, mean_size=2, seed=1)
    assert baskets.get_column("order_id").n_unique() < 1000
    assert (baskets.get_column("variant_ids").list.len() >= 1).all()


def test_the_seed_decides_everything() -> None:
    assert noise_shop(NOISE, seed=1).equals(noise_shop(NOISE, seed=1))
    assert not noise_shop(NOISE, seed=1).equals(noise_shop(NOISE, seed=2))


def _held(baskets: pl.DataFrame, pair: tuple[str, str]) -> int:
    """Orders that hold both variants."""
    held = pl.col("variant_ids").list
    return baskets.filter(held.contains(pair[0]) & held.contains(pair[1])).height
