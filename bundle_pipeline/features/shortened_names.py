"""Names with one of their words left out: where products meet that differ in one word."""

import polars as pl

# A name shorter than this says nothing once a word is left out ("Mug").
_MIN_WORDS = 3
# In a longer name one word more says little, and leaving out each word in turn costs its square.
_MAX_WORDS = 12
# More words than this in one place of a name are a line of products: flavours, names on a mug.
_MAX_WORDS_OF_A_PLACE = 4


def shortened_names(words: pl.DataFrame) -> pl.DataFrame:
    """Each name without each of its words in turn.

    Args:
        words: ``row``, ``place``, ``word`` and ``is_number``.

    Returns:
        ``row``, ``word`` (which is left out), ``is_number``, ``rest`` (the other words in the order
        of the alphabet) and ``is_line``: whether many other words stand in its place in names of
        other products. Names of 3 to 12 words.
    """
    name, nth = pl.col("name").list, pl.col("nth")
    rest = pl.concat_list(name.head(nth), name.slice(nth + 1)).list.join(" ")
    is_line = pl.col("word").n_unique().over("rest") > _MAX_WORDS_OF_A_PLACE
    return (
        words.sort("row", "word")
        .group_by("row", maintain_order=True)
        .agg("word", "is_number", nth=pl.int_range(pl.len()))
        .filter(pl.col("word").list.len().is_between(_MIN_WORDS, _MAX_WORDS))
        .with_columns(name="word")
        .explode("word", "is_number", "nth")
        .select("row", "word", "is_number", rest=rest)
        .unique(["row", "rest"], keep="first", maintain_order=True)
        .with_columns(is_line=is_line)
    )
