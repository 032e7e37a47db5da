"""Price tiers by a shop's own prices."""

import polars as pl

from bundle_pipeline.features.price_tiers import price_tier


def tiers(*prices: int | None) -> list[str | None]:
    frame = pl.DataFrame({"price_minor": prices}, schema={"price_minor": pl.Int64})
    return frame.select(price_tier()).to_series().to_list()


def test_tiers_by_hand() -> None:
    # Quartiles of 100, 200, 300, 400, 5000 are 200 and 400; the fence is 400 * 2 ** 1.5 = 1131.
    assert tiers(100, 200, 300, 400, 5000) == ["budget", "mid", "mid", "mid", "luxury"]
    assert tiers(100, 200, 300, 400, 1131)[-1] == "premium"


def test_the_currency_does_not_matter() -> None:
    prices = (120, 199, 250, 380, 400, 9000)
    assert tiers(*prices) == tiers(*[100 * price for price in prices])


def test_one_price_is_mid_and_an_unknown_one_has_no_tier() -> None:
    assert tiers(500, 500, None) == ["mid", "mid", None]
    assert tiers(None) == [None]
    assert tiers() == []


def test_free_goods_do_not_make_luxury_of_the_rest() -> None:
    assert tiers(0, 0, 0, 100, 200) == ["mid", "mid", "mid", "mid", "premium"]
