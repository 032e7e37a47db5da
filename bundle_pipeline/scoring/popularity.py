"""Component ``popularity``: whether all items of a bundle sell well, lately."""

import numpy as np
import numpy.typing as npt
import polars as pl

from bundle_pipeline.baskets.encoded import EncodedBaskets

Floats = npt.NDArray[np.float64]

_SECONDS_PER_DAY = 86_400.0


def item_popularity(baskets: EncodedBaskets, *, half_life_days: float) -> pl.DataFrame:
    """Place of each sold variant among all by its baskets, of which older ones count less.

    A basket counts ``2 ** (-age / half_life_days)``, its age up to the newest basket; all count 1
    where the shop's orders state no times. ``popularity`` is the share of the other variants with
    less, ties counting half: a place instead of an amount, since sales are spread over orders of
    magnitude and one bestseller would press all others to 0.

    Args:
        baskets: Counted baskets of the shop.
        half_life_days: Days after which a basket counts half.

    Returns:
        ``variant_id`` and ``popularity``, 0..1; 0.5 in a shop with one variant.
    """
    weight = _weights(baskets, half_life_days)
    amount = np.zeros(baskets.variant_count)
    first = 0
    for block in baskets.blocks():
        of_line = np.repeat(weight[first : first + block.basket_count], block.basket_size)
        amount += np.bincount(block.variant, of_line, baskets.variant_count)
        first += block.basket_count
    others = baskets.variant_count - 1
    place = (pl.col("amount").rank("average") - 1) / others if others > 0 else pl.lit(0.5)
    return pl.DataFrame({"variant_id": baskets.variant_ids, "amount": amount}).select(
        "variant_id", popularity=place
    )


def _weights(baskets: EncodedBaskets, half_life_days: float) -> Floats:
    if not (baskets.basket_count and baskets.is_ordered_in_time):
        return np.ones(baskets.basket_count)
    # Baskets are in order of time, so they are added up in the same order every time.
    ordered_at = baskets.orders.get_column("ordered_at")
    age = (ordered_at[-1] - ordered_at).dt.total_seconds().cast(pl.Float64).to_numpy()
    return np.exp2(-age / (half_life_days * _SECONDS_PER_DAY))


def popularities(candidates: pl.DataFrame, popularity: pl.DataFrame) -> pl.DataFrame:
    """The least ``popularity`` of a bundle's items: an offer sells no better than its slowest item.

    Args:
        candidates: ``CandidateBundles``.
        popularity: See :func:`item_popularity`; a variant that isn't in it was never sold: 0.

    Returns:
        ``bundle_id`` and ``popularity``, 0..1.
    """
    variant_id = pl.element().struct.field("variant_id")
    return (
        candidates.select("bundle_id", variant_id=pl.col("items").list.eval(variant_id))
        .explode("variant_id")
        .join(popularity, on="variant_id", how="left", validate="m:1")
        .group_by("bundle_id")
        .agg(pl.col("popularity").fill_null(0.0).min())
    )
