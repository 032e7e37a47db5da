"""Typing errors: words of a shop's catalog that are one of its other words with one slip in it.

A slip is a letter too many, too few, another letter, or two neighbours swapped (Damerau 1964: four
of five typing errors are one of these). Real words differ by one letter too (*metal*, *medal*),
so a slip must be in the rarer word, and what is common in a catalog is taken to be a word. First
letters are rarely mistyped (Pollock and Zamora 1984: 8 % of slips), while words that differ in them
are mostly others (*peach*, *beach*). And where many words stand in one place of a name, as names do
on mugs (*Maria*, *Marie*), none of them is a slip of another one unless that is very common.
"""

import polars as pl
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bundle_pipeline.features.shortened_names import shortened_names

# Scripts written in letters; one sign of another script may be a word.
_LETTERS = r"^[\p{Latin}\p{Cyrillic}\p{Greek}]+$"
# Shorter words differ by one letter too often.
_MIN_LENGTH = 5
# A word in more products than this is a word, unless the other one is much more common: on titles
# of a gift shop half of the words that stand 3 to 12 times were other ones (block, black).
_FEW = 2
_TIMES_MORE_COMMON = 20
# Once beside a word that is this much more common, it may be a slip of a shorter word or in the
# first letter too; among rarer ones most pairs were other words (rocket, pocket).
_MIN_LENGTH_OF_COMMON = 4
# Words without one of their letters are looked up; nobody's titles hold longer words.
_MAX_LENGTH = 30
# More words than this that differ in one letter at one place are codes, not slips.
_MAX_ALIKE = 30


def without_slips(words: pl.DataFrame) -> pl.DataFrame:
    """Replace words with a slip by the word that was meant.

    Args:
        words: ``row``, ``place``, ``word`` and ``is_number``; numbers stay as they are.

    Returns:
        The same rows in the same order.
    """
    of_lines = shortened_names(words).filter("is_line").get_column("word")
    meant = _meant(
        _vocabulary(words).with_columns(is_line=pl.col("word").is_in(of_lines.implode()))
    )
    return (
        words.join(meant, on="word", how="left", validate="m:1", maintain_order="left")
        .with_columns(word=pl.coalesce("meant", "word"))
        .drop("meant")
    )


def _vocabulary(words: pl.DataFrame) -> pl.DataFrame:
    length = pl.col("word").str.len_chars()
    return (
        words.filter(
            ~pl.col("is_number")
            & pl.col("word").str.contains(_LETTERS)
            & length.is_between(_MIN_LENGTH_OF_COMMON, _MAX_LENGTH)
        )
        .group_by("word")
        .agg(product_count=pl.col("row").n_unique())
        .sort("word")
    )


def _meant(vocabulary: pl.DataFrame) -> pl.DataFrame:
    """``word`` and ``meant``: the most common word that is one slip away, ties by the alphabet.

    What is a slip itself is no word that was meant: two slips lead from any word to another.
    """
    slips = _one_slip_apart(vocabulary).filter(_is_slip())
    return (
        slips.join(slips.select(other="word").unique(), on="other", how="anti")
        .sort("word", "other_count", "other", descending=[False, True, False])
        .unique("word", keep="first", maintain_order=True)
        .select("word", meant="other")
    )


def _is_slip() -> pl.Expr:
    """Whether ``word`` (the rarer, or the later in the alphabet) is ``other`` with a slip."""
    word, other = pl.col("word"), pl.col("other")
    count, other_count = pl.col("product_count"), pl.col("other_count")
    shorter = pl.min_horizontal(word.str.len_chars(), other.str.len_chars())
    longer = pl.max_horizontal(word.str.len_chars(), other.str.len_chars())
    is_rarer = (count < other_count) | ((count == other_count) & (word > other))
    is_rare = (count <= _FEW) | (count * _TIMES_MORE_COMMON <= other_count)
    may_be = is_rare & (~pl.col("is_line") | (count * _TIMES_MORE_COMMON <= other_count))
    is_lonely = (count == 1) & (other_count >= _TIMES_MORE_COMMON)
    same_first = word.str.head(1) == other.str.head(1)
    swapped = word.str.split("").list.sort() == other.str.split("").list.sort()
    likely = (
        (same_first & (longer >= _MIN_LENGTH))
        | (is_lonely & (same_first | swapped) & (shorter >= _MIN_LENGTH_OF_COMMON))
        | (is_lonely & (shorter >= _MIN_LENGTH))
    )
    return is_rarer & may_be & likely


def _one_slip_apart(vocabulary: pl.DataFrame) -> pl.DataFrame:
    """Pairs of words one slip apart, both ways.

    Words one slip apart are equal after at most one letter of each is left out, so they meet at
    one of those texts, and nothing else has to be compared.
    """
    word, place = pl.col("word"), pl.col("place")
    keys = (
        # Behind the last letter nothing is left out.
        vocabulary.with_columns(place=pl.int_ranges(word.str.len_chars() + 1))
        .explode("place")
        .select(*vocabulary.columns, key=word.str.slice(0, place) + word.str.slice(place + 1))
        .unique(["word", "key"])
        .filter(pl.len().over("key").is_between(2, _MAX_ALIKE))
    )
    met = (
        keys.join(
            keys.select("key", other="word", other_count="product_count"),
            on="key",
            validate="m:m",
        )
        .filter(pl.col("word") != pl.col("other"))
        .unique(["word", "other"])
        .drop("key")
        .sort("word", "other")
    )
    slips = process.cpdist(
        met.get_column("word").to_list(), met.get_column("other").to_list(), scorer=OSA.distance
    )
    return met.filter(pl.Series(slips == 1, dtype=pl.Boolean))
