"""Substitutes: products alike of which customers take one or the other, hardly ever both at once.

Chance is judged among baskets of about the same size: within a class of sizes with L lines the
places beside one product are filled in proportion to popularity, and of the two directions the
smaller expectation counts. So a pair that is said to be rarely together is so by either.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import dataframely as dy
import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field
from scipy import sparse  # pyright: ignore[reportMissingTypeStubs]

from bundle_pipeline.baskets.encoded import UNKNOWN_CUSTOMER, EncodedBaskets
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.similar_products import Substitutes
from bundle_pipeline.settings.layers import Params
from bundle_pipeline.statistics.poisson import exact_interval

logger = logging.getLogger(__name__)

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
# SciPy has no types of its own.
SparseMatrix = Any
csc_array = cast("Callable[..., SparseMatrix]", sparse.csc_array)

# Pairs counted at once.
_PAIRS_PER_BLOCK = 20_000
# Of the score: what pages say is half of it, what orders say the other half.
_CONTENT_PART = 0.5


class SubstituteParams(Params):
    """Which products are alike enough to take one for the other."""

    min_text_similarity: float = Field(default=0.3, ge=0.0, le=1.0)
    """Least cosine of the words of titles and tags."""
    min_price_similarity: float = Field(default=0.6, ge=0.0, le=1.0)
    """Least share of the lower price in the higher one, where both are known."""


@dataclass(frozen=True)
class _Together:
    """How often pairs of products are in one group (a basket, or all a customer bought)."""

    count: Codes
    expected: Floats


def find_substitutes(
    content_neighbours: pl.DataFrame,
    *,
    baskets: EncodedBaskets,
    products: pl.DataFrame,
    params: SubstituteParams,
) -> dy.DataFrame[Substitutes]:
    """Products alike, and whether orders show that one is bought instead of the other.

    Looked at are neighbours of one type (or of an unknown one) with like texts and prices. They are
    substitutes if the baskets that hold both are fewer than chance gives, by the upper end of an
    exact 95 % interval, and, where customers are known, more customers than chance gives bought
    both at some time, by the lower end. In small shops few pairs can be told.

    Args:
        content_neighbours: ``ContentNeighbours``.
        baskets: Counted baskets.
        products: ``variant_id`` and ``product_id`` of every variant; other variants are left out.
        params: How much alike they must be.

    Returns:
        One row per pair of products alike, substitutes or not.
    """
    alike = _alike(content_neighbours, params)
    lines = _lines(baskets, products)
    in_baskets = _together(lines.select("product_id", group="basket"), alike)
    is_known = pl.col("customer") != UNKNOWN_CUSTOMER
    known = lines.filter(is_known).select("product_id", group="customer")
    by_customers = _together(known, alike)
    found = (
        alike.with_columns(
            basket_count=in_baskets.count,
            expected_count=in_baskets.expected,
            adjusted_lift_high=_ratio(exact_interval(in_baskets.count)[1], in_baskets.expected),
            shared_customer_count=by_customers.count,
            expected_customer_count=by_customers.expected,
            customer_lift_low=_ratio(exact_interval(by_customers.count)[0], by_customers.expected),
        )
        .pipe(_where_customers_are_known, is_known=not known.is_empty())
        .pipe(_judged)
    )
    logger.info(
        "find_substitutes: %d neighbours in, %d pairs alike, %d substitutes",
        content_neighbours.height,
        found.height,
        found.get_column("is_substitute").sum(),
    )
    return declared(Substitutes, found.sort("first_product_id", "second_product_id"))


def _alike(neighbours: pl.DataFrame, params: SubstituteParams) -> pl.DataFrame:
    is_like = (
        pl.col("is_same_type").fill_null(value=True)
        & (pl.col("text_similarity") >= params.min_text_similarity)
        & (pl.col("price_similarity").fill_null(1.0) >= params.min_price_similarity)
    )
    return (
        neighbours.filter(is_like)
        .select(
            "similarity",
            "is_same_type",
            "price_similarity",
            first_product_id=pl.min_horizontal("product_id", "neighbour_id"),
            second_product_id=pl.max_horizontal("product_id", "neighbour_id"),
        )
        .unique(["first_product_id", "second_product_id"], keep="any")
        .sort("first_product_id", "second_product_id")
    )


def _lines(baskets: EncodedBaskets, products: pl.DataFrame) -> pl.DataFrame:
    """``product_id``, ``basket`` and ``customer`` of each line whose product is known."""
    variants = baskets.variant_ids.to_frame("variant_id").with_row_index("variant")
    known = variants.join(products, on="variant_id", validate="1:1").select(
        pl.col("variant").cast(pl.Int32), "product_id"
    )
    return pl.DataFrame(
        {
            "variant": baskets.variant,
            "basket": baskets.basket,
            "customer": np.repeat(baskets.customer, baskets.basket_size),
        }
    ).join(known, on="variant", validate="m:1")


def _together(lines: pl.DataFrame, pairs: pl.DataFrame) -> _Together:
    """Count and expectation of each pair over groups of distinct products.

    Args:
        lines: ``product_id`` and ``group``.
        pairs: ``first_product_id`` and ``second_product_id``.
    """
    sold = (
        lines.unique()
        .with_columns(size=pl.len().over("group").cast(pl.Int64))
        .filter(pl.col("size") > 1)
        .with_columns(pl.col("product_id", "group").rank("dense").cast(pl.Int64).name.suffix("_at"))
        .with_columns(
            pl.col("product_id_at", "group_at") - 1,
            # Sizes 2 to 3, 4 to 7, 8 to 15 and so on.
            size_class=pl.col("size").cast(pl.Float64).log(2).floor().cast(pl.Int64),
        )
        .sort("product_id_at", "group_at")
    )
    codes = sold.select("product_id", code="product_id_at").unique()
    left, right = (
        pairs.select(product_id=f"{side}_product_id")
        .join(codes, on="product_id", how="left", validate="m:1", maintain_order="left")
        .get_column("code")
        # A product that nobody bought is the one behind the last.
        .fill_null(codes.height)
        .to_numpy()
        for side in ("first", "second")
    )
    return _Together(
        count=_counts(sold, codes.height, left, right),
        expected=_expected(sold, codes.height, left, right),
    )


def _counts(sold: pl.DataFrame, product_count: int, left: Codes, right: Codes) -> Codes:
    product, group = (sold.get_column(name).to_numpy() for name in ("product_id_at", "group_at"))
    shape = (int(group.max(initial=-1)) + 1, product_count + 1)
    matrix = csc_array((np.ones(product.size, dtype=np.int64), (group, product)), shape=shape)
    counts = np.zeros(left.size, dtype=np.int64)
    for first in range(0, left.size, _PAIRS_PER_BLOCK):
        part = slice(first, first + _PAIRS_PER_BLOCK)
        both = matrix[:, left[part]].multiply(matrix[:, right[part]])
        counts[part] = np.asarray(both.sum(axis=0)).ravel()
    return counts


def _expected(sold: pl.DataFrame, product_count: int, left: Codes, right: Codes) -> Floats:
    expected = np.zeros(left.size)
    for _, lines in sold.group_by("size_class", maintain_order=True):
        product = lines.get_column("product_id_at").to_numpy()
        others = lines.get_column("size").to_numpy() - 1
        count = np.bincount(product, minlength=product_count + 1).astype(np.float64)
        companions = np.bincount(product, weights=others, minlength=product_count + 1)
        filled = np.minimum(count[left] * companions[right], count[right] * companions[left])
        expected += filled / lines.height
    return expected


def _ratio(mean: Floats, expected: Floats) -> pl.Series:
    """Mean over expectation; null where nothing is expected."""
    known = expected > 0
    ratio = np.divide(mean, expected, out=np.full(expected.size, np.nan), where=known)
    return pl.Series(ratio).fill_nan(None)


def _where_customers_are_known(pairs: pl.DataFrame, *, is_known: bool) -> pl.DataFrame:
    columns = ("shared_customer_count", "expected_customer_count", "customer_lift_low")
    return pairs.with_columns(pl.when(pl.lit(is_known)).then(pl.col(*columns)))


def _judged(pairs: pl.DataFrame) -> pl.DataFrame:
    is_rare = (pl.col("adjusted_lift_high") < 1).fill_null(value=False)
    same_customers = pl.col("customer_lift_low") > 1
    # Where customers aren't known the baskets have to speak for both.
    by_customers = (
        pl.when(pl.col("shared_customer_count").is_null())
        .then(is_rare)
        .otherwise(same_customers.fill_null(value=False))
    )
    evidence = (is_rare.cast(pl.Float64) + by_customers.cast(pl.Float64)) / 2
    reasons = {
        "same_type": pl.col("is_same_type"),
        "like_text": pl.lit(value=True),
        "close_price": pl.col("price_similarity").is_not_null(),
        "rarely_together": is_rare,
        "same_customers": same_customers,
    }
    named = [pl.when(holds).then(pl.lit(reason)) for reason, holds in reasons.items()]
    return pairs.with_columns(
        reasons=pl.concat_list(named).list.drop_nulls(),
        score=pl.col("similarity") * (_CONTENT_PART + (1 - _CONTENT_PART) * evidence),
        is_substitute=is_rare & by_customers,
    )
