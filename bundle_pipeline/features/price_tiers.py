"""Price tiers by a shop's own prices."""

import polars as pl

# Tukey's fence: beyond it a value is far out of the middle half (Exploratory Data Analysis, 1977).
_FENCE = 1.5


def price_tier() -> pl.Expr:
    """Tier of each ``price_minor`` among all of the frame; null where the price is unknown.

    ``budget`` is below the lower quartile, ``premium`` above the upper, ``luxury`` above Tukey's
    fence (upper quartile plus 1.5 times the distance of the quartiles), ``mid`` is all between and
    all of a shop with one price. The replaced system draws lines at 25, 75 and 200 whatever the
    currency: a bakery has one tier then, and so has a jeweller.
    """
    price = pl.col("price_minor")
    lower, upper = price.quantile(0.25, "linear"), price.quantile(0.75, "linear")
    return (
        pl.when(price.is_null())
        .then(None)
        .when(price > upper + _FENCE * (upper - lower))
        .then(pl.lit("luxury"))
        .when(price > upper)
        .then(pl.lit("premium"))
        .when(price < lower)
        .then(pl.lit("budget"))
        .otherwise(pl.lit("mid"))
    )
