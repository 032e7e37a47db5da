"""Component ``replication``: how surely coming orders will show the bundle again, beyond chance."""

import polars as pl

from bundle_pipeline.scoring.outlook import NEWEST_SHARE, Outlook, coming, older

# Normal quantile of 1 - 0.05 / 100: to pass the test among a hundred bundles.
_CRITICAL = 3.29
# Half a 95 % interval of the square root of a Poisson count.
_HALF_INTERVAL = 0.98
# A logistic curve of this slope is within 0.01 of the normal distribution.
_SLOPE = 1.702


def replication_component() -> pl.Expr:
    """``sqrt(P P')``: chance to pass the test again, by older orders and by what is coming.

    A bundle that is held by about ``x`` orders, ``e`` by chance, passes with the chance

    ``P = Phi(d - 3.29)``, ``d = sign(x - e) sqrt(2 (x log(x / e) - x + e))``,

    the signed root of the Poisson deviance (McCullagh and Nelder, Generalized Linear Models, 1989),
    3.29 being the quantile of 0.05 / 100: the test of a list of a hundred. ``x`` is the lower end
    of the mean count, ``(1 - 0.98 / sqrt(c))^2`` of what is seen, ``c`` the orders behind it
    (Anscombe, Biometrika 1948), so that few orders promise little.

    ``P`` is of the orders before the newest (:func:`~bundle_pipeline.scoring.outlook.older`),
    ``P'`` of the coming ones as older and newest foretell them
    (:func:`~bundle_pipeline.scoring.outlook.coming`), both of as many as the newest are; both have
    to be likely: what only one season shows mostly goes with it. A fifth of all orders tells alone
    where they don't tell which are the newest. ``Phi(t)`` is written as
    ``1 / (1 + exp(-1.702 t))``, off by 0.01 at most.

    Returns:
        Float64 in 0..1, per candidate
        :func:`~bundle_pipeline.scoring.outlook.with_outlooks`; 0 without evidence.
    """
    facts = pl.col("evidence").struct
    count = facts.field("basket_count").cast(pl.Float64)
    of_all = Outlook(count * NEWEST_SHARE, facts.field("expected_count") * NEWEST_SHARE, count)
    in_both = (_chance(older()) * _chance(coming())).sqrt()
    return pl.coalesce(in_both, _chance(of_all)).fill_null(0.0)


def _chance(outlook: Outlook) -> pl.Expr:
    lower = (1 - _HALF_INTERVAL / outlook.certainty.sqrt()).clip(0.0).pow(2)
    mean, expected = outlook.count * lower, outlook.expected
    # What nothing is expected of is nothing seen of, either: x log(x / e) is 0 where x is.
    surprise = pl.when(mean > 0).then(mean * (mean / expected).log()).otherwise(0.0)
    deviance = (2 * (surprise - mean + expected)).clip(0.0)
    beyond = (mean - expected).sign() * deviance.sqrt() - _CRITICAL
    return 1 / (1 + (-_SLOPE * beyond).exp())
