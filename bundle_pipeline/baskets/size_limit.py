"""Which baskets count: those of wholesale orders make everything look associated."""

import polars as pl
from pydantic import Field

from bundle_pipeline.baskets.segments import WholesaleParams
from bundle_pipeline.settings.layers import Params

# Below this size no basket is a giant, however small the shop's other baskets are.
_SMALLEST_DEFAULT_LIMIT = 100
# One basket in a thousand: wholesale orders. On a gift shop with wholesale customers the 0.55 % of
# orders with more than 200 variants made 62 % of its frequent pairs.
_LIMIT_QUANTILE = 0.999


class BasketParams(Params):
    """What counts as a basket."""

    max_basket_size: int | None = Field(default=None, ge=2)
    """Most distinct variants that a counted basket holds; larger ones are left out of mining and of
    the number of baskets, never truncated. None: 100, or the shop's 99.9th percentile if larger."""
    wholesale: WholesaleParams = Field(default_factory=WholesaleParams)
    """Whether wholesale orders count beside others, and what tells them."""


def basket_size_limit(basket_sizes: pl.Series, params: BasketParams) -> int:
    """Most distinct variants that a counted basket holds.

    Args:
        basket_sizes: Distinct variants of each basket, one entry per basket.
        params: The limit, or None for ``max(100, 99.9th percentile)``.
    """
    if params.max_basket_size is not None:
        return params.max_basket_size
    percentile = basket_sizes.quantile(_LIMIT_QUANTILE, interpolation="higher")
    return max(_SMALLEST_DEFAULT_LIMIT, int(percentile or 0))
