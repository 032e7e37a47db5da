"""Near-duplicate products: one product that a shop lists twice.

Products meet by :mod:`~bundle_pipeline.features.likely_pairs`, so what they are called is the same
but for spelling, order of words and brand. Two sizes, colours, flavours, volumes or models never
meet: a word or a number of one stands against another one of the other. Variants of one product
are one product here.
"""

import logging
from typing import cast

import dataframely as dy
import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field
from rapidfuzz import fuzz, process
from scipy import sparse  # pyright: ignore[reportMissingTypeStubs]
from scipy.sparse import csgraph  # pyright: ignore[reportMissingTypeStubs]

from bundle_pipeline.features.likely_pairs import likely_pairs
from bundle_pipeline.features.product_names import ProductNames, product_names
from bundle_pipeline.features.product_pages import product_pages
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.similar_products import AGREEMENTS, DuplicateProducts
from bundle_pipeline.settings.layers import Params

logger = logging.getLogger(__name__)

# What the names alone are worth, of 1. One word more is mostly another product ("Tire Tube").
_NAME_SCORE = {
    "same_words": 1.0,
    "joined_words": 0.98,
    # Enough where price and vendor agree, too little where one of them isn't known.
    "respelled_word": 0.88,
    "extra_word": 0.66,
    "extra_number": 0.5,
    "same_sku": 0.5,
}
# Of that, a tenth is how alike the letters are: typing errors and order of words cost little.
_LETTER_SHARE = 0.1
# Prices within 5 % are one price rounded twice; at half the price a tenth of the pairs of equal
# titles are still one product, the others are sizes whose title doesn't say so.
_SAME_PRICE, _OTHER_PRICE = 0.05, 0.5
_OTHER_PRICE_FACTOR = 0.7
# What isn't known can't agree.
_UNKNOWN_FACTOR = 0.98
_OTHER_VENDOR_FACTOR = 0.8
# Titles without the colour: one product has only black ones, the other only white ones.
_OTHER_OPTIONS_FACTOR = 0.75
# A shared SKU takes away this part of the doubt that names and prices leave.
_SKU_PART = 0.6
# A number that differs is another size or model, whatever else agrees.
_MAX_WITH_OTHER_NUMBERS = 79.0


class DuplicateParams(Params):
    """When two products count as one."""

    min_confidence: float = Field(default=60.0, ge=0.0, le=100.0)
    """Pairs below this confidence aren't listed for review."""
    duplicate_confidence: float = Field(default=85.0, ge=0.0, le=100.0)
    """From this confidence on two products count as one, and aren't bundled together."""
    max_pairs_per_product: int = Field(default=10, ge=1, le=1000)
    """Products of one name that each of them is compared with, at most: the next ones by vendor and
    price. All of them are still one family where each is a duplicate of the next."""


def find_duplicate_products(
    catalog: pl.DataFrame, variants: pl.DataFrame, params: DuplicateParams
) -> dy.DataFrame[DuplicateProducts]:
    """Pairs of products that may be one product.

    ``confidence = 100 * name * price * vendor * options``, each a factor of at most 1, see the
    constants of this module; an SKU of both takes away 60 % of what is missing to 100.

    Args:
        catalog: ``Catalog``.
        variants: ``Variants``.
        params: Thresholds.

    Returns:
        One row per pair of at least ``min_confidence``.
    """
    pages = product_pages(catalog, variants)
    names = product_names(pages)
    products = _compared(pages, names)
    pairs = likely_pairs(
        names.words,
        skus=products.select("row", sku="skus").explode("sku").drop_nulls(),
        order=products.sort("brand", "price_minor", "row").select("row"),
        max_per_product=params.max_pairs_per_product,
    )
    judged = (
        _side_by_side(pairs, products)
        .pipe(_with_agreement)
        .with_columns(confidence=_confidence())
        .filter(pl.col("confidence") >= params.min_confidence)
        .with_columns(
            is_duplicate=pl.col("confidence") >= params.duplicate_confidence,
            reasons=_reasons(),
            differences=_differences(),
        )
        .pipe(_with_family)
    )
    logger.info(
        "find_duplicate_products: %d products in, %d pairs compared, %d listed, %d duplicates",
        pages.height,
        pairs.height,
        judged.height,
        judged.get_column("is_duplicate").sum(),
    )
    return declared(DuplicateProducts, judged.sort("first_product_id", "second_product_id"))


def _compared(pages: pl.DataFrame, names: ProductNames) -> pl.DataFrame:
    """Pages with ``row``, ``brand``, ``spelled`` (lower case) and ``numbers`` (sorted)."""
    numbers = (
        names.words.filter("is_number")
        .group_by("row")
        .agg(numbers=pl.col("word").sort().str.join(" "))
    )
    return (
        pages.with_row_index("row")
        .with_columns(brand=names.brands, spelled=pl.col("title").fill_null("").str.to_lowercase())
        .join(numbers, on="row", how="left", validate="1:1", maintain_order="left")
        .with_columns(pl.col("numbers").fill_null(""))
    )


def _side_by_side(pairs: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    sides = [
        products.select(pl.all().name.prefix(f"{side}_")).rename({f"{side}_row": side})
        for side in ("first", "second")
    ]
    joined = pairs.join(sides[0], on="first", validate="m:1", maintain_order="left")
    return joined.join(sides[1], on="second", validate="m:1", maintain_order="left")


def _with_agreement(pairs: pl.DataFrame) -> pl.DataFrame:
    """Add what agrees: ``letters`` (0 to 1), ``price_gap``, ``same_...`` and ``other_...``."""
    letters = process.cpdist(
        pairs.get_column("first_spelled").to_list(),
        pairs.get_column("second_spelled").to_list(),
        scorer=fuzz.token_sort_ratio,
    )
    low = pl.min_horizontal("first_price_minor", "second_price_minor")
    high = pl.max_horizontal("first_price_minor", "second_price_minor")
    # A price of 0 is one that isn't stated.
    is_comparable = (pl.col("first_currency") == pl.col("second_currency")) & (low > 0)
    has_options = (pl.col("first_options").list.len() > 0) & (
        pl.col("second_options").list.len() > 0
    )
    return pairs.with_columns(
        letters=pl.Series(letters, dtype=pl.Float64) / 100,
        price_gap=pl.when(is_comparable).then(1 - low / high),
        same_vendor=pl.col("first_brand") == pl.col("second_brand"),
        same_sku=_shares("skus"),
        same_numbers=pl.col("first_numbers") == pl.col("second_numbers"),
        other_options=has_options & ~_shares("options"),
    )


def _shares(column: str) -> pl.Expr:
    shared = pl.col(f"first_{column}").list.set_intersection(pl.col(f"second_{column}"))
    return shared.list.len() > 0


def _confidence() -> pl.Expr:
    name = pl.col("match").replace_strict(_NAME_SCORE, return_dtype=pl.Float64)
    letters = 1 - _LETTER_SHARE * (1 - pl.col("letters"))
    gap = ((pl.col("price_gap") - _SAME_PRICE) / (_OTHER_PRICE - _SAME_PRICE)).clip(0.0, 1.0)
    price = (1 - (1 - _OTHER_PRICE_FACTOR) * gap).fill_null(_UNKNOWN_FACTOR)
    vendor = (
        pl.when("same_vendor").then(1.0).when(~pl.col("same_vendor")).then(_OTHER_VENDOR_FACTOR)
    ).otherwise(_UNKNOWN_FACTOR)
    options = pl.when("other_options").then(_OTHER_OPTIONS_FACTOR).otherwise(1.0)
    likely = name * letters * price * vendor * options
    known = pl.when("same_sku").then(1 - (1 - likely) * (1 - _SKU_PART)).otherwise(likely)
    limit = pl.when("same_numbers").then(100.0).otherwise(_MAX_WITH_OTHER_NUMBERS)
    return pl.min_horizontal(100 * known, limit).round(1)


def _reasons() -> pl.Expr:
    agrees = {
        **{match: pl.col("match") == match for match in _NAME_SCORE},
        "same_price": pl.col("price_gap") == 0,
        "close_price": pl.col("price_gap").is_between(0, _SAME_PRICE, closed="right"),
        "same_vendor": pl.col("same_vendor"),
        "same_sku": pl.col("same_sku"),
    }
    return _named({reason: agrees[reason] for reason in AGREEMENTS})


def _differences() -> pl.Expr:
    return _named(
        {
            "words": pl.col("match").is_in(["respelled_word", "extra_word", "same_sku"]),
            "numbers": ~pl.col("same_numbers"),
            "price": pl.col("price_gap") > _SAME_PRICE,
            "vendor": ~pl.col("same_vendor"),
            "options": pl.col("other_options"),
        }
    )


def _named(holds: dict[str, pl.Expr]) -> pl.Expr:
    named = [pl.when(is_so).then(pl.lit(name)) for name, is_so in holds.items()]
    return pl.concat_list(named).list.drop_nulls()


def _with_family(pairs: pl.DataFrame) -> pl.DataFrame:
    """Add ``family_id``: products that duplicates lead from one to the other are one family."""
    same = pairs.filter("is_duplicate").select("first", "second", "first_product_id")
    size = int(cast("int", same.get_column("second").max() or 0)) + 1
    first, second = (same.get_column(side).to_numpy() for side in ("first", "second"))
    graph = sparse.coo_array((np.ones(same.height), (first, second)), shape=(size, size))
    found = csgraph.connected_components(graph, directed=False)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    family = cast("tuple[int, npt.NDArray[np.int32]]", found)[1]
    of_pair = same.with_columns(family=pl.Series(family[first], dtype=pl.Int64))
    ids = of_pair.with_columns(family_id=pl.col("first_product_id").min().over("family"))
    return pairs.join(
        ids.select("first", "second", "family_id"),
        on=["first", "second"],
        how="left",
        validate="1:1",
    )
