"""Price tiers by a shop's own prices."""

import polars as pl

# Tukey's fence: beyond it a value is far out of the middle half (Exploratory Data Analysis, 1977).
_FENCE = 1.5


def price_tier() -> pl.Expr:
    """Tier of each ``price_minor`` among all of the frame; null where the price is unknown.

    ``budget`` is below the lower quartile, ``premium`` above the upper, ``mid`` all between, and
    all of a shop with one price. ``luxury`` is above Tukey's fence on logarithms, since prices
    spread by ratios: the upper quartile times ``(upper / lower) ** 1.5``. The replaced system draws
    lines at 25, 75 and 200 in any currency: a bakery has one tier then, and so has a jeweller.
    """
    price = pl.col("price_minor")
    lower, upper = price.quantile(0.25, "linear"), price.quantile(0.75, "linear")
    is_far = (lower > 0) & (price > upper * (upper / lower) ** _FENCE)
    return (
        pl.when(price.is_null())
        .then(None)
        .when(is_far)
        .then(pl.lit("luxury"))
        .when(price > upper)
        .then(pl.lit("premium"))
        .when(price < lower)
        .then(pl.lit("budget"))
        .otherwise(pl.lit("mid"))
    )
