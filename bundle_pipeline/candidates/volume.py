"""Suggestions of kind VOLUME: more of one variant, from quantities that its customers buy."""

from typing import Annotated

import polars as pl
from pydantic import Field

from bundle_pipeline.candidates.suggestions import member, suggestions_of
from bundle_pipeline.candidates.units import orders_with_at_least
from bundle_pipeline.candidates.uptake import uptake_of
from bundle_pipeline.settings.layers import Params

PROVENANCE = "quantity_distribution"
# One unit is what everybody buys.
_FEWEST = 2


class VolumeParams(Params):
    """When more of one variant is offered, and from how many units on."""

    max_candidates: int = Field(default=200, ge=0)
    """Variants with such an offer, at most; 0 switches the kind off."""
    min_order_count: int = Field(default=20, ge=1)
    """Orders of a variant from which its quantities are judged."""
    min_tier_order_count: int = Field(default=10, ge=1)
    """Orders that hold as many units as a tier asks for, at least."""
    tier_quantiles: tuple[Annotated[float, Field(gt=0.5, lt=1.0)], ...] = Field(
        default=(0.75, 0.9, 0.97), min_length=1
    )
    """Quantiles of units per order at which a tier starts."""


def suggested_volumes(
    units: pl.DataFrame, *, offerable: pl.DataFrame, params: VolumeParams
) -> pl.DataFrame:
    """Variants of which a good part of the orders hold more than is usual.

    A tier starts at a quantity that customers do buy: at each of ``tier_quantiles`` of the
    variant's units per order (the observed value at or above it). It counts if it is above the
    median, so that not most are paid for what they do anyway; if ``min_tier_order_count`` orders
    hold as many; and if stock does. The fixed tiers of the replaced system (2, 3 and 5 units) are
    below the median of a wholesaler and above everything that is bought of a sofa.

    Args:
        units: See :func:`~bundle_pipeline.candidates.units.units_per_order`.
        offerable: See :func:`~bundle_pipeline.candidates.offerable.offerable_variants`.
        params: Thresholds.

    Returns:
        Suggestions, proven: the first tier is the quantity of the bundle and what ``uptake``
        counts. Those with the highest ``rate_low`` come first, ties by variant id.
    """
    tiers = _tiers(units, offerable, params)
    counted = (
        orders_with_at_least(tiers, units)
        .filter(pl.col("order_count") >= params.min_tier_order_count)
        .sort("variant_id", "min_quantity")
    )
    tier = pl.struct("min_quantity", "order_count")
    first = {
        name: pl.col(name).first()
        for name in ("min_quantity", "order_count", "customer_count", "all_order_count")
    }
    return (
        counted.group_by("variant_id", maintain_order=True)
        .agg(quantity_tiers=tier, **first)
        .with_columns(
            uptake=uptake_of(
                pl.col("order_count"),
                pl.col("all_order_count"),
                order_count=pl.col("order_count"),
                customer_count=pl.col("customer_count"),
            )
        )
        .sort(-pl.col("uptake").struct.field("rate_low"), "variant_id")
        .head(params.max_candidates)
        .with_columns(
            kind=pl.lit("VOLUME"),
            members=pl.concat_list(member(pl.col("variant_id"), pl.col("min_quantity"), "item")),
            backing=pl.lit("proven"),
        )
        .pipe(suggestions_of, PROVENANCE)
    )


def _tiers(units: pl.DataFrame, offerable: pl.DataFrame, params: VolumeParams) -> pl.DataFrame:
    unit_count = pl.col("unit_count")
    quantiles = [unit_count.quantile(q, "higher").alias(f"q{q}") for q in params.tier_quantiles]
    in_stock = pl.col("available_count").is_null() | (
        pl.col("min_quantity") <= pl.col("available_count")
    )
    return (
        units.group_by("variant_id")
        .agg(*quantiles, median=unit_count.median(), order_count=pl.len())
        .filter(pl.col("order_count") >= params.min_order_count)
        .with_columns(min_quantity=pl.concat_list(f"q{q}" for q in params.tier_quantiles))
        .explode("min_quantity")
        .with_columns(pl.col("min_quantity").cast(pl.Int64))
        .filter(pl.col("min_quantity") > pl.col("median"), pl.col("min_quantity") >= _FEWEST)
        .join(offerable.select("variant_id", "available_count"), on="variant_id", validate="m:1")
        .filter(in_stock)
        .unique(["variant_id", "min_quantity"])
    )
