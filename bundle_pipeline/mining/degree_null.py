"""How often pairs would occur together if only popularity and basket sizes were given.

This is the null of shuffled orders (:mod:`~bundle_pipeline.mining.edge_swaps`), worked out: of all
ways to fill baskets of the given sizes with the given number of each variant, none is preferred.
At maximum entropy variant i is in a basket of size s with the chance ``p_is = x_i * y_s / (1 + x_i
* y_s)``, with x and y such that counts and sizes come out on average (Saracco et al., Scientific
Reports 2015). In ``N_s`` baskets that hold exactly s, at
least 2, a pair is then expected

- ``N_s * (p_a * p_b - p_a * (1 - p_a) * p_b * (1 - p_b) / d_s)`` times, with ``d_s = sum of p_is *
  (1 - p_is)``, if they are drawn at once (Hajek, Annals of Mathematical Statistics 1964);
- ``N_s * p_a * p_b * (s - 1) / (s - p_a)`` times, or with ``s - p_b``, if the other places are
  filled after one variant.

Each adds up over the sizes, and the largest of the three is taken. They agree within 1 % where the
shop sells hundreds of variants; where it sells four, none of them is exact, and the first by itself
certifies a pair of shuffled orders now and then.

:mod:`~bundle_pipeline.mining.null_model` also takes as given who buys in large and who in small
baskets, and so explains away what this one calls an association: two variants that both are bought
by wholesale customers, and have no more to do with each other than that.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bundle_pipeline.baskets.encoded import Codes, EncodedBaskets

Floats = npt.NDArray[np.float64]

# Counts come out to one in a million, which is far below their own chance.
_TOLERANCE = 1e-6
# Ten rounds mostly do. A variant in every basket has no finite x: its chance then misses 1 by less
# than one in a thousand.
_MAX_ROUNDS = 1000
# Rows of the tables of expected counts that are held at a time: 8 MB each per 1000 distinct counts.
_ROWS_PER_BLOCK = 1024


@dataclass(frozen=True)
class DegreeNull:
    """Chance of a variant to be in a basket; variants of one count are alike."""

    row: Codes
    """Row of each variant."""
    chance: Floats
    """Per row and basket size."""
    size: Floats
    """The sizes that baskets have."""
    baskets: Floats
    """Baskets of each size."""

    @property
    def spread(self) -> Floats:
        """``sum of chance * (1 - chance)`` over all variants, per basket size."""
        variants = np.bincount(self.row, minlength=len(self.chance))
        return variants @ (self.chance * (1 - self.chance))


def degree_null(encoded: EncodedBaskets) -> DegreeNull:
    """Fit the chances to popularity and basket sizes."""
    counts, row, variants = np.unique(
        np.bincount(encoded.variant, minlength=encoded.variant_count),
        return_inverse=True,
        return_counts=True,
    )
    sizes, baskets = np.unique(encoded.basket_size, return_counts=True)
    scale = np.sqrt(max(encoded.line_count, 1))
    popularity, room = counts / scale, sizes / scale
    for _ in range(_MAX_ROUNDS):
        weight = 1 / (1 + np.outer(popularity, room))
        reached = popularity * (weight @ (baskets * room))
        if np.all(np.abs(reached - counts) <= _TOLERANCE * counts):
            break
        popularity = counts / (weight @ (baskets * room))
        weight = 1 / (1 + np.outer(popularity, room))
        room = sizes / ((variants * popularity) @ weight)
    odds = np.outer(popularity, room)
    return DegreeNull(
        row=row.astype(np.int64),
        chance=odds / (1 + odds),
        size=sizes.astype(np.float64),
        baskets=baskets.astype(np.float64),
    )


def expected_pair_counts(null: DegreeNull, pairs: Codes) -> Floats:
    """Expected baskets with each pair, by chance; see the module.

    Args:
        null: The shop's popularity and basket sizes.
        pairs: Variant codes, shape (pairs, 2).
    """
    row, column = null.row[pairs].T
    expected = np.empty(len(pairs))
    for first in range(0, len(null.chance), _ROWS_PER_BLOCK):
        block = slice(first, first + _ROWS_PER_BLOCK)
        inside = (row >= first) & (row < first + _ROWS_PER_BLOCK)
        table = np.maximum(_drawn(null, block), _filled(null, block))
        expected[inside] = table[row[inside] - first, column[inside]]
    return expected


def _drawn(null: DegreeNull, block: slice) -> Floats:
    uncertain = null.chance * (1 - null.chance)
    baskets = np.where(null.size > 1, null.baskets, 0.0)
    # Where a basket has to hold what it holds, nothing is left to chance.
    per_spread = np.divide(baskets, null.spread, out=np.zeros_like(baskets), where=null.spread > 0)
    together = (null.chance[block] * baskets) @ null.chance.T
    return together - (uncertain[block] * per_spread) @ uncertain.T


def _filled(null: DegreeNull, block: slice) -> Floats:
    # A basket of one variant has no other place, whatever is divided by.
    beside = null.chance * null.baskets * (null.size - 1)
    share = null.chance / np.maximum(null.size - null.chance, np.finfo(np.float64).tiny)
    return np.maximum(beside[block] @ share.T, share[block] @ beside.T)
