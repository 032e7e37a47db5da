"""Words in titles, categories and tags that say what a product is for, from ``keywords.yaml``."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources

import polars as pl
import yaml
from pydantic import TypeAdapter

from bundle_pipeline.features.params import FlagParams, Season
from bundle_pipeline.products.word_patterns import any_of
from bundle_pipeline.settings.layers import Params


class WordList(Params):
    """Words that tell something, and words that deny it beside them."""

    words: tuple[str, ...]
    """Whole words, in any case; a ``*`` at either end stands for more letters."""
    never: tuple[str, ...] = ()
    """With one of these the product isn't told: a coffee *mug* isn't used up."""


class Keywords(Params):
    """The lists of the package."""

    giftable: WordList
    """What is bought to be given away."""
    replenishable: WordList
    """What is used up and bought again."""
    seasons: Mapping[str, Season]
    """Seasons, each with its months; the first that is named wins."""


def with_keywords(products: pl.DataFrame, params: FlagParams) -> pl.DataFrame:
    """Add ``says_giftable``, ``says_replenishable`` and ``says_season``, ``says_months``.

    Args:
        products: ``title``, ``product_type`` and ``tags`` (a list); all may be null.
        params: Words and seasons that the shop adds.

    Returns:
        The same rows. The first two are null where a product has no title, category or tag at all;
        the season is null where none is named.
    """
    lists = package_keywords()
    seasons = {**params.seasons, **lists.seasons, **params.seasons}
    text = pl.concat_str(
        "title", "product_type", pl.col("tags").list.join(" "), separator=" ", ignore_nulls=True
    )
    named = pl.coalesce(
        pl.when(pl.col("_text").str.contains(any_of(season.words))).then(pl.lit(name))
        for name, season in seasons.items()
        if season.words
    )
    months = {name: list(season.months) for name, season in seasons.items()}
    return (
        products.with_columns(_text=pl.when(text != "").then(text))
        .with_columns(
            says_giftable=_told(lists.giftable, params.giftable_words),
            says_replenishable=_told(lists.replenishable, params.replenishable_words),
            says_season=named,
        )
        .with_columns(
            says_months=pl.col("says_season").replace_strict(
                months, default=None, return_dtype=pl.List(pl.Int64)
            )
        )
        .drop("_text")
    )


@cache
def package_keywords() -> Keywords:
    """The lists that come with the package."""
    text = resources.files("bundle_pipeline.features").joinpath("keywords.yaml").read_text("utf-8")
    return TypeAdapter(Keywords).validate_python(yaml.load(text, yaml.CSafeLoader))


def _told(words: WordList, more: Iterable[str]) -> pl.Expr:
    told = pl.col("_text").str.contains(any_of([*words.words, *more]))
    return told & ~pl.col("_text").str.contains(any_of(words.never)) if words.never else told
