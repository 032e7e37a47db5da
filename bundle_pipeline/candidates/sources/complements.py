"""Companions by a dictionary of what is used together, ``complements.yaml``."""

from collections.abc import Sequence
from functools import cache
from importlib import resources

import polars as pl
import yaml
from pydantic import TypeAdapter

from bundle_pipeline.candidates.sources.companions import in_order, no_companions
from bundle_pipeline.candidates.sources.params import Complement
from bundle_pipeline.candidates.sources.shelf import Shelf
from bundle_pipeline.products.word_patterns import any_of


def complement_companions(
    shelf: Shelf, asked: pl.Series, complements: Sequence[Complement]
) -> pl.DataFrame:
    """Companions by the dictionary, in both directions; ``strength`` grows with baskets.

    Two products go with each other if type or title of the one says a word of ``with_products``,
    and of the other one of ``products`` only: a phone case says phone too, and is no phone. Of all
    that fit, those that are bought most come first: ``strength`` is 1 more than the baskets of the
    companion.

    Args:
        shelf: What can be offered.
        asked: ``product_id`` of the products that companions are asked for.
        complements: Entries.
    """
    text = pl.concat_str("product_type", "title", separator=" | ", ignore_nulls=True)
    products = shelf.products.with_columns(is_asked=pl.col("product_id").is_in(asked.implode()))
    found = [no_companions()]
    for entry in complements:
        says, says_other = (
            text.str.contains(any_of(words)) for words in (entry.products, entry.with_products)
        )
        first, second = products.filter(says & ~says_other), products.filter(says_other)
        found += [_paired(first, second), _paired(second, first)]
    return (
        pl.concat(found)
        .group_by("product_id", "companion_id")
        .agg(pl.col("strength").max())
        .pipe(in_order)
    )


@cache
def package_complements() -> tuple[Complement, ...]:
    """The entries that come with the package."""
    place = resources.files("bundle_pipeline.candidates.sources").joinpath("complements.yaml")
    loaded = yaml.load(place.read_text("utf-8"), yaml.CSafeLoader)
    return TypeAdapter(tuple[Complement, ...]).validate_python(loaded)


def _paired(products: pl.DataFrame, companions: pl.DataFrame) -> pl.DataFrame:
    others = companions.select(
        companion_id="product_id", strength=1.0 + pl.col("basket_count").cast(pl.Float64)
    )
    return products.filter("is_asked").select("product_id").join(others, how="cross")
