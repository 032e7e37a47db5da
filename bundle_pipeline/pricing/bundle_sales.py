"""How often a bundle's items are bought together anyway."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self, cast

import numpy as np
import numpy.typing as npt
from scipy import sparse  # pyright: ignore[reportMissingTypeStubs]

from bundle_pipeline.pricing.sales import Codes, Floats, WeeklySales

_BUNDLES_AT_A_TIME = 500
# The library is untyped.
_csr_array = cast("Callable[..., Any]", sparse.csr_array)
_stacked = cast("Callable[..., Any]", sparse.vstack)  # pyright: ignore[reportUnknownMemberType]


@dataclass(frozen=True)
class Wanted:
    """What an order has to hold to have bought a bundle: one row per variant of a bundle."""

    bundle: Codes
    """Number of the bundle, from 0, ascending and without gaps."""
    variant: Codes
    """Place of the variant in the sales' ``variant_ids``; distinct in a bundle."""
    units: Codes
    """Units of it that an order must hold, at least 1."""
    needed: Codes
    """Per bundle: of how many of its variants that must be true, 1 to all."""

    @property
    def starts(self) -> Codes:
        """First row of each bundle."""
        return np.flatnonzero(np.diff(self.bundle, prepend=-1))

    @property
    def sizes(self) -> Codes:
        """Variants of each bundle."""
        return np.bincount(self.bundle).astype(np.int64)

    def of(self, chosen: npt.NDArray[np.bool_]) -> Self:
        """The chosen bundles alone, numbered anew."""
        row = chosen[self.bundle]
        number: Codes = chosen.cumsum(dtype=np.int64) - 1
        return type(self)(
            bundle=number[self.bundle[row]],
            variant=self.variant[row],
            units=self.units[row],
            needed=self.needed[chosen],
        )


def joint_order_counts(sales: WeeklySales, wanted: Wanted) -> Floats:
    """Ordinary orders that hold what each bundle asks for.

    Args:
        sales: Which ordinary orders hold how much of which variants.
        wanted: What the bundles ask for.
    """
    held, row = _holding(sales, wanted)
    starts, sizes = wanted.starts, wanted.sizes
    # The rarest variant of a bundle first: what has to be looked at shrinks at once.
    frequency: Codes = np.bincount(sales.variant, minlength=sales.variant_ids.len())
    ordered = row[np.lexsort((frequency[wanted.variant], wanted.bundle))]
    counts = np.zeros(starts.size)
    for size, needed in sorted(set(zip(sizes.tolist(), wanted.needed.tolist(), strict=True))):
        chosen = np.flatnonzero((sizes == size) & (wanted.needed == needed))
        for first in range(0, chosen.size, _BUNDLES_AT_A_TIME):
            some = starts[chosen[first : first + _BUNDLES_AT_A_TIME]]
            together = held[ordered[some]]
            for place in range(1, size):
                more = held[ordered[some + place]]
                together = together.multiply(more).tocsr() if needed == size else together + more
            counts[chosen[first : first + _BUNDLES_AT_A_TIME]] = (
                together.sum(axis=1) if needed == size else (together >= needed).sum(axis=1)
            )
    return counts


def _holding(sales: WeeklySales, wanted: Wanted) -> tuple[Any, Codes]:
    """Orders by variant and least units, 1 where held; and the row of each variant wanted."""
    order_count = int(sales.order.max()) + 1 if sales.order.size else 0
    shape = (sales.variant_ids.len(), order_count)
    levels, level = np.unique(wanted.units, return_inverse=True)
    blocks: list[Any] = []
    for least in levels if levels.size else [1]:
        is_enough = sales.units >= least
        ones = np.ones(int(is_enough.sum()), np.float32)
        blocks.append(
            _csr_array((ones, (sales.variant[is_enough], sales.order[is_enough])), shape=shape)
        )
    return _stacked(blocks, format="csr"), level * shape[0] + wanted.variant


@dataclass(frozen=True)
class UnitsBought:
    """Orders of one variant by how many units they hold; one row per range of units."""

    order_counts: Floats
    """Ordinary orders within the range."""
    mean_units: Floats
    """Units of such an order; the least of the range where there is none."""
    mean_units_below: Floats
    """Units of an ordinary order below the range; 1 where there is none."""


def units_bought(sales: WeeklySales, *, variant: Codes, least: Codes, below: Codes) -> UnitsBought:
    """How many orders hold at least ``least`` and fewer than ``below`` units of a variant.

    Args:
        sales: Units per ordinary order and variant.
        variant: Variant of each range, by its place in ``sales.variant_ids``.
        least: First quantity of each range, at least 1.
        below: The one after its last; 0 where it has no end.
    """
    # One number that sorts lines by variant, then units; what is above every range is alike.
    span = int(max(below.max(initial=1), least.max(initial=1))) + 2
    key = sales.variant * span + np.minimum(sales.units, span - 1)
    order = np.argsort(key, kind="stable")
    key, units = key[order], np.concatenate([[0], np.cumsum(sales.units[order])])
    first = np.searchsorted(key, variant * span)
    start = np.searchsorted(key, variant * span + least)
    end = np.searchsorted(key, np.where(below > 0, variant * span + below, (variant + 1) * span))
    count, fewer = end - start, start - first
    return UnitsBought(
        order_counts=count.astype(np.float64),
        mean_units=np.where(count > 0, (units[end] - units[start]) / np.maximum(count, 1), least),
        mean_units_below=np.where(
            fewer > 0, (units[start] - units[first]) / np.maximum(fewer, 1), 1.0
        ),
    )


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
