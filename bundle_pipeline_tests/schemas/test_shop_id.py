"""Shop ids become paths and partition keys, so only harmless ones exist."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.errors import ConfigError
from bundle_pipeline.schemas.shop_id import is_shop_id, shop_id


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "0",
        "corner",
        "corner-shop",
        "corner_shop",
        "corner.myshopify.com",
        "2026-01-01",
        "a" * 62,
    ],
)
def test_a_plain_name_is_a_shop_id(text: str) -> None:
    assert shop_id(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "a..b",
        "../../etc",
        "/etc",
        "a/b",
        "a\\b",
        "a b",
        " a",
        "a ",
        "a\n",
        "\na",
        "a\nb",
        "a\x00",
        "A",
        "Corner",
        "-a",
        "_a",
        ".a",
        "a|b",
        "a,b",
        "a...b",
        "a%2e%2eb",
        "a'b",
        'a"b',
        "a;b",
        "a*",
        "a?",
        "a=b",
        "ü",
        "ß",
        "\N{FULLWIDTH LATIN SMALL LETTER A}",
        "\N{CYRILLIC SMALL LETTER A}",
        "\N{ARABIC-INDIC DIGIT ONE}",
        "a\u200b",
        "a" * 63,
        "a" * 300,
    ],
)
def test_a_hostile_name_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="BP-SHOP-ID") as refused:
        shop_id(text)
    # The name is shown so that no terminal or log acts on it, and at bearable length.
    assert refused.value.found.isascii()
    assert refused.value.found.isprintable()
    assert len(refused.value.found) < 500


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=70))
def test_whatever_is_accepted_is_one_harmless_path_segment(text: str) -> None:
    if not is_shop_id(text):
        return
    assert set(text) <= set(string.ascii_lowercase + string.digits + "._-")
    assert text[0].isalnum()
    assert ".." not in text
    assert 1 <= len(text) <= 62


@settings(max_examples=200, deadline=None)
@given(st.from_regex(r"\A[a-z0-9][a-z0-9._-]{0,61}\Z"))
def test_the_stated_rule_is_the_rule(text: str) -> None:
    assert is_shop_id(text) == (".." not in text)
