"""Component ``replication``: how surely coming orders will show the bundle again, beyond chance."""

import polars as pl

# Normal quantile of 1 - 0.05 / 100: to pass the test among a hundred bundles.
_CRITICAL = 3.29
# Half a 95 % interval of the square root of a Poisson count.
_HALF_INTERVAL = 0.98
# Coming orders that are looked at, as a share of those there were.
_HORIZON = 0.2
# A logistic curve of this slope is within 0.01 of the normal distribution.
_SLOPE = 1.702


def replication_component() -> pl.Expr:
    """``sqrt(P P')``: chance to pass the test again, by all orders and by the newest ones.

    A bundle that was seen ``c`` times, ``E`` by chance, is seen about ``x`` times where ``e`` are
    expected. It passes with the chance

    ``P = Phi(d - 3.29)``, ``d = sign(x - e) sqrt(2 (x log(x / e) - x + e))``,

    the signed root of the Poisson deviance (McCullagh and Nelder, Generalized Linear Models, 1989),
    3.29 being the quantile of 0.05 / 100: the test of a list of a hundred. ``x`` is the lower end
    of the mean count, ``(sqrt(c) - 0.98)^2`` (Anscombe, Biometrika 1948), so that few orders
    promise little. ``P`` is of a fifth of all orders (``x / 5``, ``E / 5``), ``P'`` of as many as
    the newest ones (``held_out_count``, ``held_out_expected_count``); both have to be likely. ``P``
    alone where orders don't tell which are the newest. ``Phi(t)`` is written as
    ``1 / (1 + exp(-1.702 t))``, off by 0.01 at most.

    Returns:
        Float64 in 0..1, per candidate; 0 without evidence.
    """
    facts = pl.col("evidence").struct
    by_all = _chance(
        _lower_end(facts.field("basket_count")) * _HORIZON,
        facts.field("expected_count") * _HORIZON,
    )
    by_newest = _chance(
        _lower_end(facts.field("held_out_count")), facts.field("held_out_expected_count")
    )
    return pl.coalesce((by_all * by_newest).sqrt(), by_all).fill_null(0.0)


def _lower_end(count: pl.Expr) -> pl.Expr:
    return (count.cast(pl.Float64).sqrt() - _HALF_INTERVAL).clip(0.0).pow(2)


def _chance(mean: pl.Expr, expected: pl.Expr) -> pl.Expr:
    # What nothing is expected of is nothing seen of, either: x log(x / e) is 0 where x is.
    surprise = pl.when(mean > 0).then(mean * (mean / expected).log()).otherwise(0.0)
    deviance = (2 * (surprise - mean + expected)).clip(0.0)
    beyond = (mean - expected).sign() * deviance.sqrt() - _CRITICAL
    return 1 / (1 + (-_SLOPE * beyond).exp())
