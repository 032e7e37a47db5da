import polars as pl
import pytest

from bundle_pipeline.features.product_words import title_and_vendor_words, title_words


def words(title: str | None) -> list[str]:
    return title_words(pl.Series([title], dtype=pl.String)).get_column("word").to_list()


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("CRÈME Brûlée", ["creme", "brulee"]),
        ("Salt &amp;amp; Pepper Mills", ["salt", "pepper", "mill"]),
        ("Acme&trade; Ünikat&NBSP;Straße", ["acme", "unikat", "strasse"]),
        ("Men's T-Shirt / T Shirts", ["men", "tshirt", "tshirt"]),
        ("Berries, dresses, glass, boxes, cookies", ["berry", "dress", "glass", "box", "cooky"]),
        ("黑色T恤", ["黑色t恤"]),
        ("Кофе ЙОД", ["кофе", "иод"]),
        ("", []),
        ("- / -", []),
        (None, []),
    ],
)
def test_words_are_read_alike_however_they_are_spelled(
    title: str | None, expected: list[str]
) -> None:
    assert words(title) == expected


@pytest.mark.parametrize(
    "title", ["Oil 500 ml", "Oil 500ML", "Oil 0.5 l", "Oil 0,5 Liter", "Oil 50cl"]
)
def test_an_amount_is_the_same_in_every_unit(title: str) -> None:
    assert words(title) == ["oil", "500.0ml"]


def test_amounts_in_inches_and_centimetres_are_lengths() -> None:
    # 36 inches are 36 * 25.4 = 914.4 mm
    assert words('Frame 36"') == words("Frame 36 inches") == words("Frame 91.44 cm")
    assert words("Lamp 2 in 1") == ["lamp", "#2@0", "in", "#1@1"]


def test_numbers_stand_alone_and_say_which_of_them_they_are() -> None:
    assert words("iPhone14") == words("iPhone 014") == ["iphone", "#14"]
    assert sorted(words("Vol. 1 Part 2")) != sorted(words("Vol. 2 Part 1"))
    assert words("Nr. 12345678901234567890")[1] == "#12345678901234567890"


def test_colours_that_stand_apart_say_which_of_them_they_are() -> None:
    assert sorted(words("Pink Purse Blue Heart")) != sorted(words("Blue Purse Pink Heart"))
    assert sorted(words("Umbrella red/white")) == sorted(words("Umbrella white/red"))


def test_a_plus_behind_a_model_is_part_of_it() -> None:
    assert words("HERO3+ Camera") == ["hero", "#3", "plus", "camera"]
    assert words("Salt + Pepper") == ["salt", "pepper"]


def test_letters_that_are_models_stay() -> None:
    assert words('Letter "A" Key Ring') == ["letter", "a", "key", "ring"]


def test_vendors_are_read_without_their_legal_form() -> None:
    titles = pl.Series(["Bar & Co. KG", None])
    vendors = pl.Series(["ACME Inc.", None, "Acme GmbH & Co. KG"])
    found = title_and_vendor_words(titles, vendors).select("row", "word").rows()
    assert found == [(0, "bar"), (0, "co"), (0, "kg"), (2, "acme"), (4, "acme")]


def test_no_titles_have_no_words() -> None:
    assert title_words(pl.Series([], dtype=pl.String)).is_empty()
