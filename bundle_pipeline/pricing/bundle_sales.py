"""How often a bundle's items are bought together anyway."""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from scipy import sparse  # pyright: ignore[reportMissingTypeStubs]

from bundle_pipeline.pricing.sales import Codes, Floats, WeeklySales

_BUNDLES_AT_A_TIME = 500
# The library is untyped.
_csr_array = cast("Callable[..., Any]", sparse.csr_array)


def joint_order_counts(sales: WeeklySales, *, bundle: Codes, variant: Codes) -> Floats:
    """Ordinary orders that hold all variants of each bundle.

    Args:
        sales: Which ordinary orders hold which variants.
        bundle: Number of the bundle of each item, from 0, ascending and without gaps.
        variant: Variant of each item, by its place in ``sales.variant_ids``; distinct in a bundle.
    """
    order_count = int(sales.order.max()) + 1 if sales.order.size else 0
    ones = np.ones(sales.order.size, np.float32)
    held = _csr_array(
        (ones, (sales.variant, sales.order)), shape=(sales.variant_ids.len(), order_count)
    )
    starts = np.flatnonzero(np.diff(bundle, prepend=-1))
    sizes = np.diff(np.append(starts, bundle.size))
    # The rarest variant of a bundle first: what has to be looked at shrinks at once.
    frequency: Codes = np.bincount(sales.variant, minlength=sales.variant_ids.len())
    ordered = variant[np.lexsort((frequency[variant], bundle))]
    counts = np.zeros(starts.size)
    for size in np.unique(sizes):
        chosen = np.flatnonzero(sizes == size)
        for first in range(0, chosen.size, _BUNDLES_AT_A_TIME):
            some = chosen[first : first + _BUNDLES_AT_A_TIME]
            together = held[ordered[starts[some]]]
            for place in range(1, int(size)):
                together = together.multiply(held[ordered[starts[some] + place]]).tocsr()
            counts[some] = together.sum(axis=1)
    return counts


def promotion_factors(sales: WeeklySales, *, variant: Codes, slope: Floats) -> Floats:
    """How much more of each item was sold than at its usual price all along; 1 is no more.

    The mean of ``exp(-slope * (price / usual price - 1))`` over the ordinary orders of the weeks
    in which the variant was offered.

    Args:
        sales: Weekly prices.
        variant: Variant of each item, by its place in ``sales.variant_ids``.
        slope: Semi-elasticity of each item at its usual price, at least 0.
    """
    weight = sales.order_counts * sales.is_offered[variant]
    more = np.exp(-slope[:, None] * (sales.price_ratios[variant] - 1))
    total = weight.sum(axis=1)
    return np.where(total > 0, (weight * more).sum(axis=1) / np.maximum(total, 1e-12), 1.0)
