"""Companions by shrunk conditional probability: thin counts of a pair, leaning on its categories.

A pair that was bought together three times where one was to be expected may be luck. How often
products of the two categories are bought together in general is known far better, and decides how
much of it to believe.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse, special  # pyright: ignore[reportMissingTypeStubs]

from bundle_pipeline.baskets.encoded import EncodedBaskets
from bundle_pipeline.candidates.sources.companions import in_order, no_companions
from bundle_pipeline.candidates.sources.params import PooledParams
from bundle_pipeline.candidates.sources.shelf import Shelf

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
# SciPy has no types of its own.
SparseMatrix = Any
csr_array = cast("Callable[..., SparseMatrix]", sparse.csr_array)
_gamma_lower = cast("Callable[[Floats, Floats], Floats]", special.gammainc)  # pyright: ignore[reportUnknownMemberType]

# Products whose companions are counted at a time.
_PRODUCTS_PER_BLOCK = 512


@dataclass(frozen=True)
class _Counted:
    """Active products of counted baskets."""

    ids: pl.Series
    matrix: SparseMatrix
    """Baskets by products, 1 where a basket holds the product."""
    category: Codes
    """Number of the category of each product, from 0."""
    category_count: int
    basket_count: Floats
    """Baskets with each product."""
    companion_count: Floats
    """Other products in those baskets, added up."""

    @property
    def line_count(self) -> float:
        """Products of all baskets, added up."""
        return float(self.basket_count.sum())


def pooled_companions(
    baskets: EncodedBaskets, shelf: Shelf, asked: pl.Series, params: PooledParams
) -> pl.DataFrame:
    """Companions of thinly sold products, where their categories are bought together too.

    With c the baskets that hold both of two products and E their expected number by chance (the
    size-adjusted null), the adjusted lift of the pair has the posterior ``Gamma(c + k * r, E + k)``
    (gamma-Poisson shrinkage: DuMouchel, The American Statistician 1999), where r is the adjusted
    lift of all pairs of the two categories and k the setting ``prior_basket_count``. Kept are pairs
    whose lift is at most 1 with a chance of at most ``max_chance``. ``strength`` is the shrunk
    conditional probability ``P(companion | product) = E * mean lift / baskets with the product``,
    at most 1.

    Args:
        baskets: Counted baskets of the shop.
        shelf: What can be offered. A product without a category has none to lean on.
        asked: ``product_id`` of the products that companions are asked for.
        params: How much the categories say.
    """
    products = shelf.products.filter(
        pl.col("product_type").is_not_null(), pl.col("basket_count") > 0
    )
    is_asked = products.get_column("product_id").is_in(asked.implode())
    rows = np.flatnonzero(is_asked.to_numpy())
    if rows.size == 0 or baskets.basket_count == 0:
        return no_companions()
    counted = _counted(baskets, products, shelf.product_of)
    lifts = _category_lifts(counted, params.category_prior_count)
    blocks = [
        _of_block(counted, lifts, rows[first : first + _PRODUCTS_PER_BLOCK], params)
        for first in range(0, rows.size, _PRODUCTS_PER_BLOCK)
    ]
    return pl.concat(blocks).pipe(in_order)


def _counted(baskets: EncodedBaskets, products: pl.DataFrame, product_of: pl.DataFrame) -> _Counted:
    category = products.get_column("product_type").rank("dense").cast(pl.Int64).to_numpy() - 1
    number = products.select("product_id").with_row_index("number")
    codes = (
        baskets.variant_ids.to_frame("variant_id")
        .join(product_of, on="variant_id", how="left", maintain_order="left", validate="1:1")
        .join(number, on="product_id", how="left", maintain_order="left", validate="m:1")
        .get_column("number")
        .cast(pl.Int64)
        .fill_null(-1)
        .to_numpy()
    )
    column = codes[baskets.variant]
    is_known = column >= 0
    cells = (np.ones(int(is_known.sum())), (baskets.basket[is_known], column[is_known]))
    matrix = csr_array(cells, shape=(baskets.basket_count, products.height))
    # Several variants of one product in a basket are one.
    matrix.data[:] = 1.0
    size = np.asarray(matrix.sum(axis=1), dtype=np.float64)
    return _Counted(
        ids=products.get_column("product_id"),
        matrix=matrix,
        category=category,
        category_count=int(category.max()) + 1,
        basket_count=np.asarray(matrix.sum(axis=0), dtype=np.float64),
        companion_count=np.asarray(matrix.T @ np.maximum(size - 1, 0), dtype=np.float64),
    )


def _category_lifts(counted: _Counted, prior_count: float) -> Floats:
    """Adjusted lift of all pairs of two categories: seen over expected, both with the prior.

    Expected as for pairs of products, added up over the products of the categories.
    """
    one = np.ones(counted.category.size)
    places = (np.arange(counted.category.size), counted.category)
    member = csr_array((one, places), shape=(counted.category.size, counted.category_count))
    held = counted.matrix @ member
    seen = (held.T @ held).toarray()
    bought = member.T @ counted.basket_count
    beside = member.T @ counted.companion_count
    expected = np.outer(beside, bought) / max(counted.line_count, 1.0)
    expected = np.maximum(expected, expected.T)
    # A product isn't its own companion.
    own = member.T @ (counted.companion_count * counted.basket_count)
    diagonal = np.diag_indices(counted.category_count)
    seen[diagonal] -= bought
    expected[diagonal] -= own / max(counted.line_count, 1.0)
    return np.asarray((seen + prior_count) / (expected + prior_count), dtype=np.float64)


def _of_block(counted: _Counted, lifts: Floats, rows: Codes, params: PooledParams) -> pl.DataFrame:
    shared = (counted.matrix[:, rows].T @ counted.matrix).tocoo()
    is_enough = (shared.data >= params.min_basket_count) & (rows[shared.row] != shared.col)
    product = rows[shared.row[is_enough]]
    companion = shared.col[is_enough].astype(np.int64)
    count = np.asarray(shared.data[is_enough], dtype=np.float64)
    expected = np.maximum(
        counted.companion_count[product] * counted.basket_count[companion],
        counted.companion_count[companion] * counted.basket_count[product],
    ) / max(counted.line_count, 1.0)
    prior = params.prior_basket_count
    pooled = lifts[counted.category[product], counted.category[companion]]
    shape, pace = count + prior * pooled, expected + prior
    kept = _gamma_lower(shape, pace) <= params.max_chance
    probability = expected * shape / pace / counted.basket_count[product]
    ids = counted.ids
    return pl.DataFrame(
        {
            "product_id": ids.gather(product[kept]),
            "companion_id": ids.gather(companion[kept]),
            "strength": np.minimum(probability, 1.0)[kept],
        },
        schema_overrides={"strength": pl.Float64},
    )
