"""Names of products without the brand: who makes it is compared apart from what it is."""

from dataclasses import dataclass

import polars as pl

from bundle_pipeline.features.product_words import title_and_vendor_words
from bundle_pipeline.features.word_spellings import without_slips

# No vendor's name in a title is longer, in words.
_MAX_BRAND_WORDS = 3


@dataclass(frozen=True)
class ProductNames:
    """What products are called, and by whom they are made."""

    words: pl.DataFrame
    """``row`` of the product, ``place``, ``word``, ``is_number``: its title without the brand."""
    brands: pl.Series
    """Brand of each product, in their order; null where neither vendor nor title says one."""


def product_names(pages: pl.DataFrame) -> ProductNames:
    """Read titles and vendors of products, with typing errors put right.

    The brand is the vendor. Where a product has none, it is the name of another product's vendor
    that its title starts or ends with. A title keeps at least one word.

    Args:
        pages: ``title`` and ``vendor``, a product a row.
    """
    # A vendor's name is a name of its own, behind those of the products.
    spelled = without_slips(
        title_and_vendor_words(pages.get_column("title"), pages.get_column("vendor"))
    )
    titles = spelled.filter(pl.col("row") < pages.height)
    vendors = spelled.filter(pl.col("row") >= pages.height).with_columns(
        pl.col("row") - pages.height
    )
    named = _brand_phrases(vendors)
    said = _said_brands(titles.join(named, on="row", how="anti"), named)
    brands = pl.concat([named, said])
    rows = pl.DataFrame({"row": pl.int_range(pages.height, eager=True, dtype=pl.UInt32)})
    return ProductNames(
        words=_without_brands(titles, brands),
        brands=rows.join(brands, on="row", how="left", maintain_order="left").get_column("brand"),
    )


def _brand_phrases(vendors: pl.DataFrame) -> pl.DataFrame:
    return (
        vendors.sort("row", "place")
        .group_by("row", maintain_order=True)
        .agg(brand=pl.col("word").str.join(" "))
    )


def _said_brands(titles: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """``row`` and ``brand`` of titles that start or end with a vendor's name; longest first."""
    known = named.get_column("brand").unique()
    words = titles.sort("row", "place").group_by("row", maintain_order=True).agg("word")
    phrases = [
        pl.when(pl.col("word").list.len() > length).then(end.list.join(" "))
        for length in range(_MAX_BRAND_WORDS, 0, -1)
        for end in (pl.col("word").list.head(length), pl.col("word").list.tail(length))
    ]
    brands = [pl.when(phrase.is_in(known.implode())).then(phrase) for phrase in phrases]
    return words.select("row", brand=pl.coalesce(brands)).drop_nulls("brand")


def _without_brands(titles: pl.DataFrame, brands: pl.DataFrame) -> pl.DataFrame:
    """Titles without the words of the brand, where they hold all of them and others beside."""
    brand_words = brands.select("row", word=pl.col("brand").str.split(" ")).explode("word").unique()
    wanted = brand_words.group_by("row").agg(wanted_count=pl.len())
    found = titles.join(brand_words.with_columns(is_brand=True), on=["row", "word"], how="left")
    is_whole = pl.col("word").filter(pl.col("is_brand")).n_unique().over("row") == pl.col(
        "wanted_count"
    )
    has_others = pl.col("is_brand").is_null().any().over("row")
    return (
        found.join(wanted, on="row", how="left", validate="m:1")
        .filter(~(pl.col("is_brand") & is_whole & has_others).fill_null(value=False))
        .select("row", "place", "word", "is_number")
        .sort("row", "place")
    )
