"""Shops in which the share of orders with a planted pair changes over time, as asked."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import dataframely as dy
import numpy as np
import numpy.typing as npt
import polars as pl

from bundle_pipeline.schemas.base import checked
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline_tests.support.frames import FIRST_ORDER_AT, order_id
from bundle_pipeline_tests.support.generators import Noise, noise_shop

Floats = npt.NDArray[np.float64]
# From the time of an order (0 the oldest, 1 the newest) to a chance relative to the highest.
Shape = Callable[[Floats], Floats]


def steady(time: Floats) -> Floats:
    """As often at all times."""
    return np.ones_like(time)


def rising(time: Floats) -> Floats:
    """Eight times as often at the end as in the beginning."""
    return 8.0 ** (time - 1)


def fading(time: Floats) -> Floats:
    """An eighth as often at the end."""
    return 8.0**-time


def christmas(days: int) -> Shape:
    """Eight times as often in November and December, in a shop of so many days from January."""

    def shape(time: Floats) -> Floats:
        day_of_year = np.floor(time * days) % 365
        return np.where(day_of_year >= 304, 1.0, 1 / 8)

    return shape


def shop_with_courses(
    noise: Noise, planted: Mapping[tuple[str, str], Shape], *, days: int, share: float, seed: int
) -> dy.DataFrame[Baskets]:
    """A noise shop in which pairs of new variants are sold together, and each variant alone too.

    Each variant of a pair is on top of so many orders at all times by itself, so that only what
    they have to do with each other changes, hardly how much is sold of either.

    Args:
        noise: The shop underneath; its orders are spread evenly over the days.
        planted: Pairs and how their chance changes.
        days: Days from the first order to the last.
        share: Chance of a pair in an order where it is highest; each variant is by itself in twice
            as many.
        seed: Of everything.
    """
    rng = np.random.default_rng(seed)
    time = np.linspace(0, 1, noise.order_count)
    held = pl.col("variant_ids").alias("variant_id")
    lines = [noise_shop(noise, seed=seed).select("order_id", held).explode("variant_id")]
    ids = np.array([order_id(i + 1) for i in range(noise.order_count)])
    for pair, shape in planted.items():
        together = rng.random(noise.order_count) < share * shape(time)
        for variant in pair:
            is_held = together | (rng.random(noise.order_count) < 2 * share)
            lines.append(
                pl.DataFrame({"order_id": ids[is_held]}).with_columns(variant_id=pl.lit(variant))
            )
    at = pl.Series([FIRST_ORDER_AT + timedelta(days=days * float(t)) for t in time])
    orders = pl.DataFrame({"order_id": ids}).with_columns(
        ordered_at=at.dt.cast_time_unit("us"), customer_key=pl.lit(None, dtype=pl.String)
    )
    frame = (
        pl.concat(lines)
        .unique()
        .join(orders, on="order_id", validate="m:1")
        .sort("order_id", "variant_id")
        .group_by("order_id", "ordered_at", "customer_key", maintain_order=True)
        .agg(unit_count=pl.len().cast(pl.Int64), variant_ids="variant_id")
    )
    return checked(Baskets, frame)
