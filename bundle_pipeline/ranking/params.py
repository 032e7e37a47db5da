"""Which bundles are offered, how many, and in which order."""

from typing import Annotated

from pydantic import AfterValidator, Field

from bundle_pipeline.settings.layers import Params


def _rising(sizes: tuple[int, ...]) -> tuple[int, ...]:
    if list(sizes) != sorted(set(sizes)):
        message = "wave sizes must rise"
        raise ValueError(message)
    return sizes


class RankingParams(Params):
    """Settings of ranking."""

    max_bundles: int = Field(default=40, ge=1, le=1000)
    """Bundles of a shop, at most."""
    max_per_anchor: int = Field(default=3, ge=1)
    """Bundles on the page of one variant, at most."""
    max_per_variant: int = Field(default=5, ge=1)
    """Bundles that hold one variant, at most: a bestseller goes with everything."""
    min_customer_count: int = Field(default=5, ge=0)
    """Distinct customers behind a bundle, where customers are known: one household that orders
    every week proves nothing about others."""
    drop_duplicate_products: bool = True
    """Whether to drop bundles of kind FBT with two listings of one product."""
    drop_substitutes: bool = True
    """Whether to drop bundles of kind FBT with products that customers buy one instead of the
    other."""
    drop_faded: bool = True
    """Whether to drop bundles that the newest orders don't show any more."""
    wave_sizes: Annotated[tuple[Annotated[int, Field(ge=1)], ...], AfterValidator(_rising)] = Field(
        default=(3, 5, 10, 20, 40), min_length=1
    )
    """Rank at which each publishing wave ends."""
    sample_order_count: int = Field(default=20, ge=1, le=1000)
    """Supporting orders to name per bundle, at most."""
