"""Titles of products as words that can be compared, in any language.

Read alike are: upper and lower case, accents, HTML entities, punctuation, full-width letters, a
word written with or without its plural s, numbers written to letters or apart from them
(``iPhone14``), decimal commas and points, and amounts in any unit of one kind (``0.5 l``,
``500ml``). What a number says stays apart from words, see :func:`title_words`.
"""

from functools import cache
from html import unescape
from importlib import resources

import polars as pl
import yaml
from pydantic import BaseModel, TypeAdapter

# A straight or curly double quote, two single ones, and what NFKD makes of a double prime.
_INCH_MARK = r"""(\d)\s*(?:"|\u{201d}|''|\u{2032}\u{2032})"""
_APOSTROPHES = r"['`\u{b4}\u{2018}\u{2019}\u{2032}]"
_TRADEMARKS = r"[\u{a9}\u{ae}\u{2120}\u{2122}]"
# A model of its own (HERO3+); between words it is an and.
_PLUS = r"([\p{L}0-9])\+([^\p{L}0-9]|$)"
_ACCENTS = r"[\u0300-\u036f]"
_WORDS = r"[0-9]+(?:\.[0-9]+)?|[\p{L}\p{M}[\p{N}--[0-9]]]+"
_IS_NUMBER = r"^[0-9]"
# An s is a plural in scripts that have one; other scripts are left as they stand.
_LATIN = r"^[a-z]+$"
_MIN_PLURAL_LENGTH = 4
_SIGNIFICANT_DIGITS = 6
# Above this, whole numbers aren't exact as floats: such a number is a code and stays text.
_MAX_EXACT_DIGITS = 15


class _Table(BaseModel):
    noise: frozenset[str]
    same: dict[str, str]
    colours: frozenset[str]
    legal_forms: frozenset[str]
    units: dict[str, dict[str, float]]


@cache
def _table() -> _Table:
    place = resources.files("bundle_pipeline.features").joinpath("product_words.yaml")
    return TypeAdapter(_Table).validate_python(yaml.safe_load(place.read_text("utf-8")))


def title_words(titles: pl.Series) -> pl.DataFrame:
    """The words of each title, in their order.

    Args:
        titles: Text; null has no words.

    Returns:
        ``row`` (position of the title, from 0), ``place`` (from 0 within it), ``word`` and
        ``is_number``. A number is ``#14``, and in a title of several numbers says which of them it
        is (``#1@0``, ``#2@1``: Vol. 1 Part 2 isn't Vol. 2 Part 1), and so do colours that stand
        apart. An amount is ``500ml``, of millimetres, millilitres, grams and so on. Words that say
        nothing are left out.
    """
    words = _spelled(titles).pipe(_with_amounts).filter(~pl.col("is_unit"))
    said = words.filter(~pl.col("word").is_in(sorted(_table().noise)))
    return (
        said.with_columns(word=_one_spelling())
        .with_columns(place=pl.int_range(pl.len()).over("row"))
        .pipe(_with_number_places)
        .pipe(_with_colour_places)
        .select("row", "place", "word", is_number=pl.col("number").is_not_null())
    )


def title_and_vendor_words(titles: pl.Series, vendors: pl.Series) -> pl.DataFrame:
    """The words of each title and of each vendor's name, as they would stand in a title.

    Legal forms of vendors are left out.

    Returns:
        As :func:`title_words`; vendors are rows behind the titles.
    """
    is_legal_form = pl.col("word").is_in(sorted(_table().legal_forms))
    return title_words(pl.concat([titles, vendors])).filter(
        (pl.col("row") < titles.len()) | ~is_legal_form
    )


def _spelled(titles: pl.Series) -> pl.DataFrame:
    """One row per word as it is written, in lower case and without accents."""
    # Entities are decoded twice: exports of exports hold &amp;amp;.
    plain = [
        None if text is None else unescape(unescape(text.lower())) for text in titles.to_list()
    ]
    text = (
        pl.col("text")
        .str.replace_all(_TRADEMARKS, "")
        .str.normalize("NFKD")
        .str.replace_all(_ACCENTS, "")
        .str.to_lowercase()
        .str.replace_all("ß", "ss")
        .str.replace_all(_INCH_MARK, "${1} inch ")
        .str.replace_all(_APOSTROPHES, "")
        .str.replace_all(_PLUS, "${1} plus ${2}")
        .str.replace_all("%", " percent ", literal=True)
        .str.replace_all(r"\b([1-9]\d{0,2}),(\d{3})\b", "${1}${2}")
        .str.replace_all(r"(\d),(\d)", "${1}.${2}")
        .str.replace_all(r"\bfl(uid)?\.? ?oz\b", "floz")
        .str.replace_all(r"(\d)fl(uid)?\.? ?oz\b", "${1} floz")
        .str.replace_all(r"\bt[- ]shirt", "tshirt")
    )
    return (
        pl.DataFrame({"text": plain}, schema={"text": pl.String})
        .with_row_index("row")
        .select("row", word=text.str.extract_all(_WORDS))
        .explode("word")
        .drop_nulls("word")
    )


def _with_amounts(words: pl.DataFrame) -> pl.DataFrame:
    """Add ``number`` (null for words), ``unit``, ``factor`` and ``is_unit`` (said by a number)."""
    units = pl.DataFrame(
        [
            {"spelling": spelling, "unit": unit, "factor": factor}
            for unit, spellings in _table().units.items()
            for spelling, factor in spellings.items()
        ]
    )
    following, number = pl.col("following"), pl.col("number")
    # "2 in 1" isn't two inches.
    is_between = (following == "in") & number.shift(-2).over("row").is_not_null()
    is_amount = number.is_not_null() & ~is_between
    return (
        words.with_columns(
            number=pl.when(pl.col("word").str.contains(_IS_NUMBER)).then("word"),
            following=pl.col("word").shift(-1).over("row"),
        )
        .with_columns(spelling=pl.when(is_amount).then(_singular(following)))
        .join(units, on="spelling", how="left", validate="m:1", maintain_order="left")
        .with_columns(
            is_unit=pl.col("unit").is_not_null().shift(1).over("row").fill_null(value=False)
        )
    )


def _one_spelling() -> pl.Expr:
    value = pl.col("number").cast(pl.Float64)
    is_whole = (value == value.floor()) & (pl.col("number").str.len_bytes() <= _MAX_EXACT_DIGITS)
    number = (
        pl.when(pl.col("number").str.len_bytes() > _MAX_EXACT_DIGITS)
        .then("number")
        .when(is_whole)
        .then(value.cast(pl.Int64, strict=False).cast(pl.String))
        .otherwise(value.cast(pl.String))
    )
    amount = (value * pl.col("factor")).round_sig_figs(_SIGNIFICANT_DIGITS)
    return (
        pl.when(pl.col("unit").is_not_null())
        .then(amount.cast(pl.String) + pl.col("unit"))
        .when(pl.col("number").is_not_null())
        .then(pl.lit("#") + number)
        .otherwise(_singular(pl.col("word")).replace(_table().same))
    )


def _with_number_places(words: pl.DataFrame) -> pl.DataFrame:
    is_plain = pl.col("number").is_not_null() & pl.col("unit").is_null()
    several = is_plain.sum().over("row") > 1
    place = (is_plain.cum_sum().over("row") - 1).cast(pl.String)
    return words.with_columns(
        word=pl.when(is_plain & several).then(pl.col("word") + "@" + place).otherwise("word")
    )


def _with_colour_places(words: pl.DataFrame) -> pl.DataFrame:
    """Say of colours that stand apart which of them they are; red/white is white/red."""
    is_colour, is_first = pl.col("is_colour"), pl.col("is_first")
    several = is_first.sum().over("row") > 1
    place = (is_first.cum_sum().over("row") - 1).cast(pl.String)
    return (
        words.with_columns(is_colour=pl.col("word").is_in(sorted(_table().colours)))
        .with_columns(is_first=is_colour & ~is_colour.shift(1, fill_value=False).over("row"))
        .with_columns(
            word=pl.when(is_colour & several).then(pl.col("word") + "@" + place).otherwise("word")
        )
    )


def _singular(word: pl.Expr) -> pl.Expr:
    is_plural = (
        word.str.contains(_LATIN)
        & (word.str.len_bytes() >= _MIN_PLURAL_LENGTH)
        & ~word.str.contains("(ss|us|is)$")
    )
    # Cookie and cookies, berry and berries end alike.
    return (
        pl.when(~is_plural)
        .then(word)
        .when(word.str.contains("..(ies|[dkv]ie)$"))
        .then(word.str.replace("ies?$", "y"))
        .when(word.str.contains("(ss|x|z|ch|sh)es$"))
        .then(word.str.replace("es$", ""))
        .otherwise(word.str.replace("s$", ""))
    )
