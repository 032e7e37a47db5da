"""What each held-out order says of a list of bundles."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import polars as pl

from bundle_pipeline.baskets.encoded import EncodedBaskets, SmallCodes

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# Recommendations of a page that anybody looks at.
PLACES = 10

COLUMNS = ("order", "hit", "shown", "right", "others", "gain", "best_gain")
"""Columns of outcomes; figures are ratios of their sums."""

FIGURES = {
    "hit_rate": ("hit", "order"),
    "precision": ("right", "shown"),
    "recall": ("right", "others"),
    "ndcg": ("gain", "best_gain"),
}
"""Figures and the columns whose sums they are the ratio of; 0 where nothing is in the second."""


@dataclass(frozen=True)
class Tried:
    """A list of bundles on held-out orders."""

    outcomes: Floats
    """A row per order with several variants, a column per ``COLUMNS``."""
    promised: float
    """Orders with all of a bundle that the bundles' confidence promised, added up."""
    kept: float
    """Those that there were."""
    variant_count: int
    """Variants in the bundles."""

    @property
    def calibration(self) -> float | None:
        """Orders that hold a whole bundle over those that confidence promised; 1 is a kept word."""
        return self.kept / self.promised if self.promised > 0 else None


def try_bundles(bundles: pl.DataFrame, newest: EncodedBaskets) -> Tried:
    """Play a list of bundles on held-out orders.

    Each variant of an order is a page that its customer may have seen. A page shows the other
    variants of the bundles that hold its own, those of the best rank first, at most ten. Only
    orders with several variants count: others say nothing about what goes together.

    - ``hit``: 1 where the order holds all of at least one bundle.
    - ``shown`` and ``right``: recommendations of its pages, and those that it holds.
    - ``others``: what its pages could have been right about, ``n * (n - 1)`` with its n variants.
    - ``gain``: discounted by place, ``sum of 1 / log2(1 + place)`` over right ones; ``best_gain``:
      that of pages that show the order's other variants first (NDCG; Järvelin and Kekäläinen 2002).

    Args:
        bundles: ``variant_ids`` (the anchor first), ``confidence`` of anchor to the others (null
            where not known) and ``rank``.
        newest: Held-out baskets.
    """
    orders = newest.in_order(np.flatnonzero(newest.basket_size > 1))
    codes, known = _codes(bundles, newest)
    held = _held(orders, codes)
    # Bundles with a variant that was never sold are shown, but nobody could have bought them.
    members = [[place for place in row if place is not None] for row in known]
    outcomes = np.zeros((orders.basket_count, len(COLUMNS)))
    hits, promised, kept = np.zeros(orders.basket_count, np.bool_), 0.0, 0.0
    for places, ids, confidence in zip(
        members, bundles.get_column("variant_ids"), bundles.get_column("confidence"), strict=True
    ):
        if len(places) < len(ids):
            continue
        whole = cast("Flags", held[:, places].all(axis=1))
        hits |= whole
        if confidence is not None:
            promised += confidence * float(held[:, places[0]].sum())
            kept += float(whole.sum())
    shown, right, gain = _pages(held, _recommended(members))
    sizes = orders.basket_size.astype(np.float64)
    outcomes[:, 0] = 1.0
    outcomes[:, 1] = hits
    outcomes[:, 2], outcomes[:, 3], outcomes[:, 5] = shown, right, gain
    outcomes[:, 4] = sizes * (sizes - 1)
    outcomes[:, 6] = sizes * _best_gain(orders.basket_size)
    variant_ids = bundles.get_column("variant_ids").explode(empty_as_null=False)
    return Tried(outcomes, promised, kept, variant_ids.n_unique())


def _codes(
    bundles: pl.DataFrame, newest: EncodedBaskets
) -> tuple[SmallCodes, list[list[int | None]]]:
    """Codes of the sold variants in bundles, and each bundle's members as places among them."""
    ids = pl.DataFrame({"variant_id": newest.variant_ids}).with_row_index("code")
    wanted = (
        bundles.select(variant_id="variant_ids")
        .explode("variant_id", empty_as_null=False)
        .unique()
        .join(ids, on="variant_id", validate="1:1")
        .sort("code")
    )
    place = {name: number for number, name in enumerate(wanted.get_column("variant_id"))}
    members = [[place.get(name) for name in row] for row in bundles.get_column("variant_ids")]
    return wanted.get_column("code").to_numpy().astype(np.int32), members


def _held(orders: EncodedBaskets, codes: SmallCodes) -> Flags:
    """Whether each order holds each of the variants."""
    column = np.full(orders.variant_count, -1, np.int64)
    column[codes] = np.arange(codes.size)
    columns = column[orders.variant]
    kept = columns >= 0
    held = np.zeros((orders.basket_count, codes.size), np.bool_)
    held[orders.basket[kept], columns[kept]] = True
    return held


def _recommended(members: list[list[int]]) -> dict[int, list[int]]:
    """What the page of each variant shows, the best first; bundles come by rank."""
    shown: dict[int, list[int]] = {}
    for places in members:
        for page in places:
            beside = shown.setdefault(page, [])
            beside += [other for other in places if other != page and other not in beside]
    return {page: beside[:PLACES] for page, beside in shown.items()}


def _pages(held: Flags, recommended: dict[int, list[int]]) -> tuple[Floats, Floats, Floats]:
    shown, right, gain = (np.zeros(held.shape[0]) for _ in range(3))
    discount = 1 / np.log2(np.arange(PLACES) + 2.0)
    for page, beside in recommended.items():
        seen = np.flatnonzero(held[:, page])
        found = held[seen][:, beside]
        shown[seen] += len(beside)
        right[seen] += found.sum(axis=1)
        gain[seen] += found @ discount[: len(beside)]
    return shown, right, gain


def _best_gain(size: npt.NDArray[np.integer]) -> Floats:
    """Gain of a page that shows nothing but the other variants of an order of this size."""
    discount = 1 / np.log2(np.arange(PLACES) + 2.0)
    return np.append(0.0, np.cumsum(discount))[np.minimum(size - 1, PLACES)]
