"""Shops whose truth is known: noise, and noise with planted pairs.

All are made from a seed, as :class:`~bundle_pipeline.schemas.baskets.Baskets` frames.
"""

from dataclasses import dataclass

import dataframely as dy
import numpy as np
import numpy.typing as npt
import polars as pl

from bundle_pipeline.schemas.base import checked
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline_tests.support.frames import BETWEEN_ORDERS, FIRST_ORDER_AT

Codes = npt.NDArray[np.int64]
Pairs = set[tuple[str, str]]


@dataclass(frozen=True)
class Noise:
    """A shop without associations: what is in a basket says nothing about what else is.

    Basket sizes are 1 + a negative binomial (many small, a long tail) and variants are drawn
    without replacement with Zipf weights ``1 / rank ** zipf``.
    """

    order_count: int
    variant_count: int
    mean_size: float = 4.0
    size_shape: float = 1.0
    """Shape of the sizes' negative binomial: smaller has a longer tail."""
    zipf: float = 0.9


def noise_shop(noise: Noise, *, seed: int) -> dy.DataFrame[Baskets]:
    """Baskets of a shop without associations."""
    rng = np.random.default_rng(seed)
    return _framed(*_noise_lines(noise, rng))


def planted_shop(
    noise: Noise, *, pair_count: int, planted_share: float, seed: int, pair_seed: int | None = None
) -> tuple[dy.DataFrame[Baskets], Pairs]:
    """A noise shop in which some pairs are bought together on purpose.

    Args:
        noise: The shop underneath.
        pair_count: Planted pairs, drawn from all variants, no variant in two of them.
        planted_share: Share of orders that get one of them on top, each equally likely.
        seed: Of everything.
        pair_seed: Of the choice of pairs, if they are to be the same for several seeds.

    Returns:
        The baskets, and the planted pairs as sorted variant ids.
    """
    rng = np.random.default_rng(seed)
    basket, variant = _noise_lines(noise, rng)
    pair_rng = rng if pair_seed is None else np.random.default_rng(pair_seed)
    members = pair_rng.permutation(noise.variant_count)[: 2 * pair_count].reshape(pair_count, 2)
    chosen = np.flatnonzero(rng.random(noise.order_count) < planted_share)
    planted = members[rng.integers(pair_count, size=chosen.size)]
    baskets = _framed(
        np.concatenate([basket, np.repeat(chosen, 2)]), np.concatenate([variant, planted.ravel()])
    )
    ids = [sorted((_variant_id(int(a)), _variant_id(int(b)))) for a, b in members]
    return baskets, {(first, second) for first, second in ids}


def independent_shop(
    *, order_count: int, variant_count: int, mean_size: float, zipf: float = 0.9, seed: int
) -> dy.DataFrame[Baskets]:
    """Each variant is in each order with a chance of its own, whatever else is in it.

    Orders that stay empty don't exist. Unlike :func:`noise_shop`, sizes follow from the chances.
    """
    rng = np.random.default_rng(seed)
    weight = _zipf_weights(variant_count, zipf)
    chance = np.minimum(weight * mean_size, 0.6)
    held = rng.binomial(order_count, chance)
    basket = np.concatenate([rng.choice(order_count, size=k, replace=False) for k in held])
    return _framed(basket, np.repeat(np.arange(variant_count), held))


def _first_of_kind(keys: Codes) -> npt.NDArray[np.bool_]:
    order = np.argsort(keys, kind="stable")
    first = np.ones(keys.size, dtype=np.bool_)
    first[order[1:]] = keys[order[1:]] != keys[order[:-1]]
    return first


def _noise_lines(noise: Noise, rng: np.random.Generator) -> tuple[Codes, Codes]:
    extra = rng.negative_binomial(
        noise.size_shape,
        noise.size_shape / (noise.size_shape + noise.mean_size - 1),
        size=noise.order_count,
    )
    size = np.minimum(1 + extra, noise.variant_count // 2)
    weight = _zipf_weights(noise.variant_count, noise.zipf)
    basket = np.repeat(np.arange(noise.order_count), size)
    variant = np.empty(basket.size, dtype=np.int64)
    missing = np.arange(basket.size)
    while missing.size:
        # Drawing again what the order already holds is drawing without replacement.
        variant[missing] = rng.choice(noise.variant_count, size=missing.size, p=weight)
        missing = np.flatnonzero(~_first_of_kind(basket * noise.variant_count + variant))
    return basket, variant


def _zipf_weights(variant_count: int, zipf: float) -> npt.NDArray[np.float64]:
    weight = 1.0 / np.arange(1, variant_count + 1) ** zipf
    return weight / weight.sum()


def _variant_id(code: int) -> str:
    return f"v{code:06}"


def _framed(basket: Codes, variant: Codes) -> dy.DataFrame[Baskets]:
    number = pl.col("basket")
    frame = (
        pl.DataFrame({"basket": basket, "variant": variant})
        .unique()
        .with_columns(
            order_id=pl.format("o{}", (number + 1).cast(pl.String).str.zfill(7)),
            variant_ids=pl.format("v{}", pl.col("variant").cast(pl.String).str.zfill(6)),
            ordered_at=pl.lit(FIRST_ORDER_AT).cast(pl.Datetime("us", "UTC"))
            + number * BETWEEN_ORDERS,
            customer_key=pl.format("c{}", number // 2),
        )
    )
    return _grouped(frame)


def _grouped(lines: pl.DataFrame) -> dy.DataFrame[Baskets]:
    """Baskets of lines that hold one variant each."""
    order = ["order_id", "ordered_at", "customer_key"]
    grouped = lines.sort("order_id", "variant_ids").group_by(order, maintain_order=True)
    return checked(Baskets, grouped.agg("variant_ids", unit_count=pl.len().cast(pl.Int64)))
