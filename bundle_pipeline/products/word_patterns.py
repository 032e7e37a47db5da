"""Lists of words as regular expressions."""

import re
from collections.abc import Iterable


def any_of(words: Iterable[str]) -> str:
    r"""An expression that finds any of some words, in upper or lower case.

    Blanks in a word are any white space or a hyphen. A star at an end lets more letters follow, or
    come before: nothing is asked there then. To spell them out (``\w*``, of any alphabet) makes an
    expression of a list that takes six times as long to read.

    Args:
        words: Such as ``gift box`` or ``candle*``.
    """
    return r"(?i)(?:" + "|".join(map(_pattern, words)) + r")"


def _pattern(word: str) -> str:
    letters = r"[\s-]+".join(map(re.escape, word.strip("*").split()))
    return ("" if word.startswith("*") else r"\b") + letters + ("" if word.endswith("*") else r"\b")
