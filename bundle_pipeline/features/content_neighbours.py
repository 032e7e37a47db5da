"""Products that are like another by what their pages say; it takes no orders.

Titles and tags are vectors of words, each weighing ``ln(products / products with it)`` (inverse
document frequency, Spärck Jones 1972), and their cosine is the likeness of the texts. Vectors stay
sparse and are multiplied in blocks, so 50,000 products take no more memory than their words.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import dataframely as dy
import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field
from scipy import sparse  # pyright: ignore[reportMissingTypeStubs]

from bundle_pipeline.features.product_pages import product_pages
from bundle_pipeline.features.product_words import title_words
from bundle_pipeline.features.word_spellings import without_slips
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.similar_products import ContentNeighbours
from bundle_pipeline.settings.layers import Params

logger = logging.getLogger(__name__)

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
# SciPy has no types of its own.
SparseMatrix = Any
csr_array = cast("Callable[..., SparseMatrix]", sparse.csr_array)

# Products multiplied at once: a block's product has a few million cells at the most.
_PRODUCTS_PER_BLOCK = 512
# A tag is a category more often than a description.
_TAG_WEIGHT = 0.5
# Marks a cell that is no product of words but is to be looked at; gone after rounding.
_MARK = 1e-12
_DECIMALS = 9
_UNKNOWN = -1


class ContentParams(Params):
    """How products are compared by their pages, and how many neighbours are kept."""

    top_n: int = Field(default=20, ge=1, le=1000)
    """Neighbours of each product, at most."""
    text_weight: float = Field(default=0.6, ge=0.0, le=1.0)
    """Share of the words of title and tags in the similarity; the four shares should add up to 1.
    What isn't known of either product counts as different."""
    type_weight: float = Field(default=0.15, ge=0.0, le=1.0)
    """Share of an equal product type."""
    vendor_weight: float = Field(default=0.1, ge=0.0, le=1.0)
    """Share of an equal vendor."""
    price_weight: float = Field(default=0.15, ge=0.0, le=1.0)
    """Share of the lower price over the higher one."""
    max_products_of_word: int = Field(default=500, ge=2)
    """Words of more products than this find no neighbours: they say little, and what they cost
    grows with its square. They still count in what a text could agree with."""


@dataclass(frozen=True)
class _Compared:
    """Products in the order of their ids, as they are compared."""

    ids: pl.Series
    vectors: SparseMatrix
    """Products by words that find neighbours, of rows of length 1 with all their words."""
    beside: SparseMatrix
    """Products of one type next to each other in price, marked."""
    product_type: Codes
    vendor: Codes
    currency: Codes
    """Numbered; ``_UNKNOWN`` where not stated."""
    price: Floats
    """NaN where not stated."""


def find_content_neighbours(
    catalog: pl.DataFrame, variants: pl.DataFrame, params: ContentParams
) -> dy.DataFrame[ContentNeighbours]:
    """For each product the ones most like it.

    ``similarity`` is the sum of the four likenesses times their weights. Looked at are products
    that share a word of at most ``max_products_of_word`` products, and those of the same type
    next to it in price.

    Args:
        catalog: ``Catalog``.
        variants: ``Variants``.
        params: Weights and limits.

    Returns:
        At most ``top_n`` rows per product, ties by id.
    """
    compared = _compared(product_pages(catalog, variants), params)
    best = pl.concat(
        [_best(compared, np.zeros(0, dtype=np.int64), params), *_blocks(compared, params)]
    )
    ids = compared.ids
    neighbours = best.with_columns(
        product_id=ids.gather(best.get_column("row")),
        neighbour_id=ids.gather(best.get_column("column")),
    )
    logger.info(
        "find_content_neighbours: %d products in, %d rows out", ids.len(), neighbours.height
    )
    return declared(ContentNeighbours, neighbours.sort("product_id", "rank"))


def _blocks(compared: _Compared, params: ContentParams) -> Iterator[pl.DataFrame]:
    count = compared.ids.len()
    for first in range(0, count, _PRODUCTS_PER_BLOCK):
        yield _best(compared, np.arange(first, min(first + _PRODUCTS_PER_BLOCK, count)), params)


def _best(compared: _Compared, rows: Codes, params: ContentParams) -> pl.DataFrame:
    """The neighbours of some products: ``row``, ``column`` and the columns of the frame."""
    cells = (compared.vectors[rows] @ compared.vectors.T + compared.beside[rows]).tocoo()
    row, column = rows[cells.row], cells.col.astype(np.int64)
    price, other_price = compared.price[row], compared.price[column]
    same_currency = compared.currency[row] == compared.currency[column]
    likeness = np.minimum(price, other_price) / np.maximum(price, other_price)
    pairs = pl.DataFrame(
        {
            "row": row,
            "column": column,
            "text_similarity": np.minimum(cells.data, 1.0).round(_DECIMALS),
            "price_similarity": pl.Series(np.where(same_currency, likeness, np.nan)).fill_nan(None),
            "is_same_type": _is_same(compared.product_type, row, column),
            "is_same_vendor": _is_same(compared.vendor, row, column),
        }
    )
    similarity = (
        params.text_weight * pl.col("text_similarity")
        + params.type_weight * pl.col("is_same_type").fill_null(value=False)
        + params.vendor_weight * pl.col("is_same_vendor").fill_null(value=False)
        + params.price_weight * pl.col("price_similarity").fill_null(0.0)
    )
    return (
        pairs.filter(pl.col("row") != pl.col("column"))
        .with_columns(similarity=similarity.clip(0.0, 1.0).round(_DECIMALS))
        .filter(pl.col("similarity") >= pl.col("similarity").top_k(params.top_n).min().over("row"))
        .sort("row", "similarity", "column", descending=[False, True, False])
        .with_columns(rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("row"))
        .filter(pl.col("rank") <= params.top_n)
    )


def _is_same(codes: Codes, row: Codes, column: Codes) -> pl.Series:
    left, right = codes[row], codes[column]
    is_known = (left != _UNKNOWN) & (right != _UNKNOWN)
    return pl.select(pl.when(pl.Series(is_known)).then(pl.Series(left == right))).to_series()


def _compared(pages: pl.DataFrame, params: ContentParams) -> _Compared:
    words = _weighted_words(pages).filter(pl.col("product_count") <= params.max_products_of_word)
    column = words.get_column("word").rank("dense").cast(pl.Int64).to_numpy() - 1
    shape = (pages.height, int(column.max(initial=-1)) + 1)
    cells = (words.get_column("row").to_numpy(), column)
    price = pages.get_column("price_minor").cast(pl.Float64)
    return _Compared(
        ids=pages.get_column("product_id"),
        vectors=csr_array((words.get_column("weight").to_numpy(), cells), shape=shape),
        beside=_beside(pages, params.top_n),
        product_type=_numbered(pages, "product_type"),
        vendor=_numbered(pages, "vendor"),
        currency=_numbered(pages, "currency"),
        # A price of 0 is one that isn't stated.
        price=price.set(price == 0, None).fill_null(float("nan")).to_numpy(),
    )


def _weighted_words(pages: pl.DataFrame) -> pl.DataFrame:
    """``row``, ``word``, ``product_count`` and ``weight`` in a vector of length 1."""
    tags = pages.get_column("tags").list.join(" | ")
    # Tags are rows behind the titles.
    words = title_words(pl.concat([pages.get_column("title"), tags]))
    is_title = pl.col("row") < pages.height
    of_titles = without_slips(words.filter(is_title)).with_columns(part=pl.lit(1.0))
    of_tags = words.filter(~is_title).with_columns(
        pl.col("row") - pages.height, part=pl.lit(_TAG_WEIGHT)
    )
    counted = (
        pl.concat([of_titles, of_tags])
        .group_by("row", "word")
        .agg(pl.col("part").max())
        .with_columns(product_count=pl.len().over("word"))
        .with_columns(weight=pl.col("part") * (1 + pages.height / pl.col("product_count")).log())
        .sort("row", "word")
    )
    return counted.with_columns(
        weight=pl.col("weight") / pl.col("weight").pow(2).sum().sqrt().over("row")
    )


def _beside(pages: pl.DataFrame, top_n: int) -> SparseMatrix:
    """Each product with those before and behind it in the order of price within its type."""
    ordered = (
        pages.select(pl.int_range(pl.len()).alias("row"), "product_type", "price_minor")
        .drop_nulls("product_type")
        .sort("product_type", "price_minor", "row")
    )
    others = [pl.col("row").shift(-step).over("product_type") for step in range(1, top_n + 1)]
    pairs = ordered.select("row", other=pl.concat_list(others)).explode("other").drop_nulls()
    row, other = pairs.get_column("row").to_numpy(), pairs.get_column("other").to_numpy()
    cells = (np.concatenate([row, other]), np.concatenate([other, row]))
    shape = (pages.height, pages.height)
    return csr_array((np.full(2 * pairs.height, _MARK), cells), shape=shape)


def _numbered(pages: pl.DataFrame, column: str) -> Codes:
    known = pl.col(column).str.to_lowercase().rank("dense").cast(pl.Int64) - 1
    return pages.select(known.fill_null(_UNKNOWN)).to_series().to_numpy()
