"""Pairs of products that may be the same one, found without comparing each with each.

Products meet where a key of them is equal: all their words in any order, the same words written
together, all words but one, or an SKU. Work and pairs grow with the number of products, however
many of them are called the same.
"""

import polars as pl
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bundle_pipeline.features.shortened_names import shortened_names

# What products meet by, the strongest first.
_BY_STRENGTH = pl.Enum(
    ["same_words", "joined_words", "respelled_word", "extra_word", "extra_number", "same_sku"]
)
# A name that more products than this share but for a word is a line of products, not one of them.
_MAX_EXTENSIONS = 10
# Two words one letter apart may be one mistyped; shorter ones are codes and sizes.
_MIN_RESPELLED_LENGTH = 4
# Shorter texts written together meet by chance.
_MIN_JOINED_LENGTH = 6
# An SKU of more products than this is no label of one of them.
_MAX_PRODUCTS_OF_SKU = 3
_MIN_SKU_LENGTH = 3


def likely_pairs(
    words: pl.DataFrame, *, skus: pl.DataFrame, order: pl.DataFrame, max_per_product: int
) -> pl.DataFrame:
    """Pairs of products that may be the same one.

    Args:
        words: ``row`` of the product, ``place``, ``word`` and ``is_number``.
        skus: ``row`` and ``sku``.
        order: ``row`` of every product, those that are most alike beside each other where they
            are called the same.
        max_per_product: Partners looked for behind each product in that order, at most.

    Returns:
        ``first`` and ``second`` (rows, first below second) with ``match``, the strongest. Sorted.
    """
    place = order.with_row_index("position").select("row", "position")
    names = _names(words)
    shortened = shortened_names(words).filter(pl.len().over("rest") <= _MAX_EXTENSIONS)
    joined = names.filter(pl.col("joined").str.len_chars() >= _MIN_JOINED_LENGTH)
    keys = pl.concat(
        [
            names.select("row", key="name", match=pl.lit("same_words")),
            joined.select("row", key="joined", match=pl.lit("joined_words")),
            _labels(skus).with_columns(match=pl.lit("same_sku")),
        ]
    )
    found = pl.concat(
        [
            _neighbours(keys, place, max_per_product),
            _respelled(shortened),
            _extensions(shortened, names, place, max_per_product),
        ]
    )
    return found.sort("first", "second", pl.col("match").cast(_BY_STRENGTH)).unique(
        ["first", "second"], keep="first", maintain_order=True
    )


def _names(words: pl.DataFrame) -> pl.DataFrame:
    """Per product its words in the order of the alphabet, and written together as they stand."""
    return (
        words.sort("row", "place")
        .group_by("row", maintain_order=True)
        .agg(
            name=pl.col("word").sort().str.join(" "),
            joined=pl.col("word").str.join(""),
        )
    )


def _neighbours(keys: pl.DataFrame, place: pl.DataFrame, max_per_product: int) -> pl.DataFrame:
    """Each product with the next ones of the same key, in the order of ``place``."""
    of_key = ("match", "key")
    ordered = (
        keys.filter(pl.len().over(of_key) > 1)
        .join(place, on="row", validate="m:1")
        .sort(*of_key, "position")
    )
    others = [pl.col("row").shift(-step).over(of_key) for step in range(1, max_per_product + 1)]
    met = ordered.select("row", "match", other=pl.concat_list(others)).explode("other").drop_nulls()
    return _pairs(met, pl.col("match"))


def _respelled(shortened: pl.DataFrame) -> pl.DataFrame:
    """Products that differ in one word, of which one may be the other mistyped."""
    is_word = (
        ~pl.col("is_number")
        & ~pl.col("is_line")
        & (pl.col("word").str.len_chars() >= _MIN_RESPELLED_LENGTH)
    )
    words = shortened.filter(is_word).select("row", "word", "rest")
    met = words.join(
        words.rename({"row": "other", "word": "other_word"}), on="rest", validate="m:m"
    ).filter((pl.col("row") < pl.col("other")) & (pl.col("word") != pl.col("other_word")))
    slips = process.cpdist(
        met.get_column("word").to_list(),
        met.get_column("other_word").to_list(),
        scorer=OSA.distance,
    )
    return _pairs(met.filter(pl.Series(slips == 1, dtype=pl.Boolean)), pl.lit("respelled_word"))


def _extensions(
    shortened: pl.DataFrame, names: pl.DataFrame, place: pl.DataFrame, max_per_product: int
) -> pl.DataFrame:
    """Products whose words are those of another and one more."""
    shorter = (
        names.join(place, on="row", validate="1:1")
        .sort("name", "position")
        .filter(pl.int_range(pl.len()).over("name") < max_per_product)
        .select(rest="name", other="row")
    )
    met = shortened.join(shorter, on="rest", validate="m:m")
    match = pl.when("is_number").then(pl.lit("extra_number")).otherwise(pl.lit("extra_word"))
    return _pairs(met, match)


def _labels(skus: pl.DataFrame) -> pl.DataFrame:
    label = pl.col("sku").str.strip_chars().str.to_lowercase()
    return (
        skus.select("row", key=label)
        .unique()
        .filter(
            (pl.col("key").str.len_chars() >= _MIN_SKU_LENGTH)
            & (pl.len().over("key") <= _MAX_PRODUCTS_OF_SKU)
        )
    )


def _pairs(met: pl.DataFrame, match: pl.Expr) -> pl.DataFrame:
    return met.select(
        first=pl.min_horizontal("row", "other"),
        second=pl.max_horizontal("row", "other"),
        match=match,
    )
