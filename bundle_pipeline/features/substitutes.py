"""Substitutes: products alike of which customers take one or the other, hardly ever both at once.

Chance is judged among baskets of about the same size: within a class of sizes with L lines the
places beside one product are filled in proportion to popularity, and of the two directions the
smaller expectation counts. So a pair that is said to be rarely together is so by either.
"""

import logging
from dataclasses import dataclass

import dataframely as dy
import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field

from bundle_pipeline.baskets.codes import Codes, distinct
from bundle_pipeline.baskets.encoded import UNKNOWN_CUSTOMER, EncodedBaskets
from bundle_pipeline.features.holdings import Holdings
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.similar_products import Substitutes
from bundle_pipeline.settings.layers import Params
from bundle_pipeline.statistics.poisson import exact_interval

logger = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]
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
    sides = ("first_product_id", "second_product_id")
    ids = pl.concat(
        [products.get_column("product_id"), *(alike.get_column(side) for side in sides)]
    )
    numbered = pl.DataFrame({"product_id": ids.unique().sort()}).with_row_index("product")
    left, right = (
        alike.get_column(side)
        .replace_strict(numbered.get_column("product_id"), numbered.get_column("product"))
        .cast(pl.Int64)
        .to_numpy()
        for side in sides
    )
    numbers = products.join(numbered, on="product_id", validate="m:1")
    of_line = _product_of_line(baskets, numbers)
    customer = np.repeat(baskets.customer, baskets.basket_size).astype(np.int64)
    is_product = of_line.is_not_null().to_numpy()
    is_known = is_product & (customer != UNKNOWN_CUSTOMER)
    product = of_line.fill_null(-1).to_numpy()
    basket = baskets.basket.astype(np.int64)
    in_baskets = _together(product[is_product], basket[is_product], left, right)
    by_customers = _together(product[is_known], customer[is_known], left, right)
    found = (
        alike.with_columns(
            basket_count=in_baskets.count,
            expected_count=in_baskets.expected,
            adjusted_lift_high=_ratio(exact_interval(in_baskets.count)[1], in_baskets.expected),
            shared_customer_count=by_customers.count,
            expected_customer_count=by_customers.expected,
            customer_lift_low=_ratio(exact_interval(by_customers.count)[0], by_customers.expected),
        )
        .pipe(_where_customers_are_known, is_known=bool(is_known.any()))
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


def _product_of_line(baskets: EncodedBaskets, numbers: pl.DataFrame) -> pl.Series:
    """Number of each line's product, null where it isn't known."""
    variants = baskets.variant_ids.to_frame("variant_id")
    of_variant = variants.join(
        numbers, on="variant_id", how="left", validate="1:1", maintain_order="left"
    )
    return of_variant.get_column("product").cast(pl.Int64).gather(baskets.variant)


def _together(product: Codes, group: Codes, left: Codes, right: Codes) -> _Together:
    """Count and expectation of each pair over groups of distinct products.

    Args:
        product: Product of each line.
        group: Its group; a product may be in one several times.
        left: A product of each pair.
        right: The other one.
    """
    if not left.size:
        return _Together(np.zeros(0, dtype=np.int64), np.zeros(0))
    group_count = int(group.max(initial=-1)) + 1
    # By product, then group, each once.
    cells = distinct(product * group_count + group)
    product, group = np.divmod(cells, max(group_count, 1))
    size = np.bincount(group, minlength=group_count)[group]
    product, group, size = (column[size > 1] for column in (product, group, size))
    product_count = int(max(codes.max(initial=-1) for codes in (product, left, right))) + 1
    holdings = Holdings.of(product, group, item_count=product_count, group_count=group_count)
    return _Together(
        count=holdings.shared_counts(left, right),
        expected=_expected(product, size, left, right, product_count=product_count),
    )


def _expected(
    product: Codes, size: Codes, left: Codes, right: Codes, *, product_count: int
) -> Floats:
    # Sizes 2 to 3, 4 to 7, 8 to 15 and so on.
    size_class = np.log2(size).astype(np.int8)
    expected = np.zeros(left.size)
    for wanted in np.unique(size_class):
        is_in = size_class == wanted
        sold = product[is_in]
        count = np.bincount(sold, minlength=product_count).astype(np.float64)
        companions = np.bincount(sold, weights=size[is_in] - 1, minlength=product_count)
        filled = np.minimum(count[left] * companions[right], count[right] * companions[left])
        expected += filled / sold.size
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
