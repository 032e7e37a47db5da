"""How many orders hold a bundle: of those before the newest, and of those to come."""

from dataclasses import dataclass

import polars as pl

NEWEST_SHARE = 0.2
"""Newest orders as a share of all: ``held_out_share`` of mining as it comes."""

# Newest orders per older one.
_NEWEST_PER_OLDER = NEWEST_SHARE / (1 - NEWEST_SHARE)
# A count of nothing has no logarithm; half an order more makes it nearly unbiased.
_HALF = 0.5


@dataclass(frozen=True)
class Outlook:
    """Of as many orders as the newest ones are; null where orders don't tell which these are."""

    count: pl.Expr
    """Orders with the bundle."""
    expected: pl.Expr
    """The same by chance."""
    certainty: pl.Expr
    """Orders that ``count`` is as sure as a count of."""


def with_outlooks(candidates: pl.DataFrame) -> pl.DataFrame:
    """Add the columns that :func:`older` and :func:`coming` read.

    Each is computed once, in steps: written as one expression they are some hundred times as long,
    and components use them many times.

    Args:
        candidates: ``CandidateBundles`` of one shop; they are compared with each other.

    Returns:
        The same rows in the same order.
    """
    return candidates.with_columns(_of_older()).pipe(_with_change).pipe(_with_coming)


def older() -> Outlook:
    """What the orders before the newest say.

    By chance it is ``(sqrt(E) - sqrt(0.2 E'))^2 / 0.8`` of them, with ``E`` of all orders and
    ``E'`` of the newest fifth: chance is the product of what is sold of either item, so that of two
    items that both sell the share ``f`` in the newest orders, ``E' = f^2 E / 0.2`` and the rest is
    ``(1 - f)^2 E / 0.8``. Where both are sold all the time, that is ``0.8 E``.

    Returns:
        Expressions over candidates :func:`with_outlooks`.
    """
    count, expected = pl.col("older_count"), pl.col("older_expected_count")
    return Outlook(count * _NEWEST_PER_OLDER, expected * _NEWEST_PER_OLDER, certainty=count)


def coming() -> Outlook:
    """What is next: halfway between the rate of a bundle as it is now and as it was on the whole.

    What it is now is a local level, if rates drift from one period to the next. What was older
    counts the less, the more they drift (Harvey, Forecasting, Structural Time Series Models, 1989):
    on the log scale the older count ``a``, taken to as many orders as the
    newest are, has the variance ``u + w``, the newest ``b`` has ``v``, and what is next is their
    mean with the weights ``1 / (u + w)`` and ``1 / v``. ``u`` and ``v`` are those of counts,
    ``1 / (count + 0.5)``. The drift ``w`` is the shop's, from all its candidates: what their
    ``(b - a)^2`` are beyond ``u + v``, with the weights ``1 / (u + v)`` (as between studies;
    DerSimonian and Laird, Controlled Clinical Trials, 1986). Without drift all orders count alike;
    in a shop where everything changes hardly any but the newest.

    Half of what the level is above or below the rate of all orders is expected to stay: promotions
    and seasons pass. Two periods can't tell how much does; on real shops' later orders half does
    better than all of it.

    What chance gives next is the mean of what it gave, with the same weights.

    Returns:
        Expressions over candidates :func:`with_outlooks`; ``certainty`` is at least 0.5.
    """
    return Outlook(
        count=pl.col("coming_count"),
        expected=pl.col("coming_expected_count"),
        certainty=pl.col("coming_certainty"),
    )


def _of_older() -> list[pl.Expr]:
    """Older orders with the bundle, and as many by chance."""
    facts = pl.col("evidence").struct
    rest = (
        facts.field("expected_count").sqrt()
        - (NEWEST_SHARE * facts.field("held_out_expected_count")).sqrt()
    )
    count = (facts.field("basket_count") - facts.field("held_out_count")).cast(pl.Float64)
    return [
        count.clip(0.0).alias("older_count"),
        (rest.clip(0.0).pow(2) / (1 - NEWEST_SHARE)).alias("older_expected_count"),
    ]


def _with_change(candidates: pl.DataFrame) -> pl.DataFrame:
    """Add the logarithm of the older count (``before``), its ``change``, and both variances."""
    count = pl.col("older_count")
    newest = pl.col("evidence").struct.field("held_out_count").cast(pl.Float64)
    before, now = ((count + _HALF) * _NEWEST_PER_OLDER).log(), (newest + _HALF).log()
    return candidates.with_columns(
        before=before,
        change=now - before,
        older_noise=1 / (count + _HALF),
        newest_noise=1 / (newest + _HALF),
    )


def _with_coming(candidates: pl.DataFrame) -> pl.DataFrame:
    facts, certainty = pl.col("evidence").struct, 1 / pl.col("newest_noise")
    noise = pl.col("older_noise") + pl.col("newest_noise")
    level = (pl.col("before") + pl.col("share") * pl.col("change")).exp()
    by_chance = (1 - pl.col("share")) * pl.col("older_expected_count") * _NEWEST_PER_OLDER + pl.col(
        "share"
    ) * facts.field("held_out_expected_count")
    return (
        candidates.with_columns(
            weight=1 / (pl.col("older_noise") + _drift(pl.col("change"), noise))
        )
        .with_columns(share=certainty / (pl.col("weight") + certainty))
        .with_columns(
            coming_count=_halfway(level, facts.field("basket_count")),
            coming_expected_count=_halfway(by_chance, facts.field("expected_count")),
            coming_certainty=pl.col("weight") + certainty,
        )
    )


def _halfway(now: pl.Expr, of_all: pl.Expr) -> pl.Expr:
    """Between what is now and what was on the whole, in as many orders as the newest are."""
    return (now + NEWEST_SHARE * of_all) / 2


def _drift(change: pl.Expr, noise: pl.Expr) -> pl.Expr:
    """Variance of the drift, at least 0; 0 where no bundle tells."""
    beyond = _sum(change.pow(2) / noise - 1) / _sum(1 / noise)
    return pl.when(beyond > 0).then(beyond).otherwise(0.0)


def _sum(amount: pl.Expr) -> pl.Expr:
    """Added up in the order of the amounts, so that the order of the rows changes no bit."""
    return amount.sort().sum()
