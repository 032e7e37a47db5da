"""Component ``reach``: how many orders a bundle will speak to, beyond chance."""

import polars as pl

from bundle_pipeline.scoring.outlook import coming

# More of it tells small ones better apart, less of it large ones.
_STEEPNESS = 15.0


def reach_component() -> pl.Expr:
    """``log(1 + 15 r / max(r)) / log(16)``: size-adjusted leverage of coming orders, as a log.

    ``r = x - e``, at least 0, with ``x`` coming orders that hold the bundle and ``e`` as many by
    chance, see :func:`~bundle_pipeline.scoring.outlook.coming`; ``r`` is of all orders,
    ``basket_count`` less ``expected_count``, where they don't tell which are the newest. The
    maximum is over the shop's candidates. Counts less those by chance are leverage
    (Piatetsky-Shapiro 1991) in baskets, against the size-adjusted null; on held-out orders it is,
    with the G-test, the best of the simple rankers. The logarithm keeps one blockbuster from
    pressing all others to 0; that it is of shares of the most makes it the same for the same mix of
    bundles in a shop of any size, and 15 was chosen on real shops' later orders.

    Returns:
        Float64 in 0..1, per candidate
        :func:`~bundle_pipeline.scoring.outlook.with_outlooks`: 1 for the candidate with most, 0
        where chance explains as much, or without evidence.
    """
    facts, ahead = pl.col("evidence").struct, coming()
    seen = facts.field("basket_count") - facts.field("expected_count")
    excess = pl.coalesce(ahead.count - ahead.expected, seen).clip(0.0).fill_null(0.0)
    most = excess.max()
    on_scale = (_STEEPNESS * (excess / most)).log1p() / pl.lit(_STEEPNESS).log1p()
    return pl.when(most > 0).then(on_scale).otherwise(0.0)
