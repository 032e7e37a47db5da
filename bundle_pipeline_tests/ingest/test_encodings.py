"""Encodings: decoded where they are certain, refused with the candidates where they aren't."""

import codecs
import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.encodings import Utf8Text, as_utf8, start_as_text


def table(*titles: str) -> str:
    return "".join(f"{number},{title}\n" for number, title in enumerate(["title", *titles]))


def refusal_of(content: bytes) -> InputDataError:
    with pytest.raises(InputDataError, match="BP-CSV-ENCODING") as refused:
        as_utf8(content, place="shop s, o.csv")
    return refused.value


@pytest.mark.parametrize(
    ("mark", "codec", "name"),
    [
        (b"", "utf-8", "UTF-8"),
        (codecs.BOM_UTF8, "utf-8", "UTF-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16-LE"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16-BE"),
        (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32-LE"),
        (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32-BE"),
        (b"", "utf-16-le", "UTF-16-LE"),
        (b"", "utf-16-be", "UTF-16-BE"),
    ],
)
def test_unicode_is_read_in_every_form(mark: bytes, codec: str, name: str) -> None:
    text = table("crème", "кресло", "椅子", "🪑")
    assert as_utf8(mark + text.encode(codec), place="p") == Utf8Text(text.encode(), name)
    assert start_as_text(mark + text.encode(codec)) == text


@pytest.mark.parametrize(
    "title",
    [
        "café",
        "crème brûlée",
        "Müller, Köln",
        "Straße",
        "Señor Jalapeño ¿Qué?",
        "não, maçã, corações, irmãs",
        "perché, città, più",
        "Smørrebrød på bålet",
        "Hjärtväska på Åland",
        "cœur, œil, Noël",
        "història",
        "garçon n°5 ½ m² 3 cm³",
        "Überraschung 20 °C ±1 µm",
    ],
)
def test_western_letters_of_one_byte_are_certain(title: str) -> None:
    # The last word can't be of central Europe: no language there has both of its letters.
    text = table("plain", title, "Smörgås")
    assert as_utf8(text.encode("latin-1" if "œ" not in title else "cp1252"), place="p") == Utf8Text(
        text.encode(), "ISO-8859-1" if "œ" not in title else "Windows-1252"
    )


@pytest.mark.parametrize(
    ("titles", "is_doubtful"),
    [
        # Read alike in both encodings.
        (["café", "Müller", "Straße", "Noël"], False),
        # Other letters there, of one language each: čaj and crčme, być and byæ.
        (["èaj"], True),
        (["crème", "brûlée"], True),
        (["byæ"], True),
        # One word that is none of theirs speaks for all others.
        (["crème", "smörgås"], False),
        (["crème", "voilà où"], True),
        (["crème", "på"], True),
        (["crème", "Ærø"], False),
        (["æøå"], False),
    ],
)
def test_where_letters_do_not_tell_both_encodings_are_named(
    titles: list[str], *, is_doubtful: bool, caplog: pytest.LogCaptureFixture
) -> None:
    read = as_utf8(table(*titles).encode("latin-1"), place="p")
    assert read.text == table(*titles).encode()
    assert read.encoding == "ISO-8859-1" + (
        " or Windows-1250 (Central European)" if is_doubtful else ""
    )
    assert ("letters alone" in caplog.text) is is_doubtful


def test_a_lone_word_of_central_europe_is_not_read_without_a_doubt() -> None:
    read = as_utf8(table("čaj").encode("cp1250"), place="p")
    assert read.encoding.endswith("or Windows-1250 (Central European)")


def test_signs_that_only_windows_has_name_it() -> None:
    text = table("12 € \u2013 “as new”", "L\u2019été…")
    assert as_utf8(text.encode("cp1252"), place="p") == Utf8Text(text.encode(), "Windows-1252")


@pytest.mark.parametrize(
    ("title", "codec", "candidate"),
    [
        ("Dvořák", "cp1250", "Windows-1250"),
        ("Příliš žluťoučký", "cp1250", "Windows-1250"),
        ("město", "cp1250", "Windows-1250"),
        ("dům", "cp1250", "Windows-1250"),
        ("łódź", "cp1250", "Windows-1250"),
        ("świeca", "cp1250", "Windows-1250"),
        ("są", "cp1250", "Windows-1250"),
        ("był", "cp1250", "Windows-1250"),
        ("żaba", "cp1250", "Windows-1250"),
        ("erdő", "cp1250", "Windows-1250"),
        ("cămaşă", "cp1250", "Windows-1250"),
        ("кресло", "cp1251", "Windows-1251"),
        ("çağr\u0131", "cp1254", "Windows-1254"),
        ("Ísafjörður þorn", "cp1252", "Windows-1252"),
        ("テスト", "shift_jis", "Shift JIS"),
        ("商品", "gbk", "GBK"),
        ("crème", "mac_roman", "Mac Roman"),
        ("März", "cp850", ""),
    ],
)
def test_what_could_be_another_encoding_is_refused_with_its_candidates(
    title: str, codec: str, candidate: str
) -> None:
    refused = refusal_of(table("plain", title).encode(codec))
    assert refused.place == "shop s, o.csv line 3"
    assert candidate in refused.found
    assert title not in str(refused)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (table("café").encode() + b"9,caf\xe9\n", 3),
        (codecs.BOM_UTF8 + b"a\n\xe9\n", 2),
        (codecs.BOM_UTF8 + b"a\ncut off \xe2\x82", 2),
    ],
)
def test_utf8_with_other_bytes_in_between_is_refused(content: bytes, line: int) -> None:
    refused = refusal_of(content)
    assert "UTF-8 with bytes of another encoding" in refused.found
    assert refused.place.endswith(f"line {line}")


def test_a_wrong_byte_right_after_a_block_is_found_where_it_stands() -> None:
    # The euro sign begins in the first block and isn't finished by the second.
    content = codecs.BOM_UTF8 + b"\n" * (16 * 1024**2 - 1) + b"\xe2\x82,x\n"
    assert refusal_of(content).place.endswith(f"line {16 * 1024**2}")


@pytest.mark.parametrize("codec", ["utf-16", "utf-32"])
def test_a_cut_off_character_is_refused(codec: str) -> None:
    assert "cut-off UTF" in refusal_of(table("x").encode(codec)[:-1]).found


@settings(deadline=None)
@given(st.binary(max_size=80))
def test_any_bytes_are_decoded_the_same_way_twice_or_refused(content: bytes) -> None:
    # Any other exception fails the test.
    with contextlib.suppress(InputDataError):
        read = as_utf8(content, place="p")
        assert read == as_utf8(content, place="p")
        assert as_utf8(read.text, place="p").text == read.text
