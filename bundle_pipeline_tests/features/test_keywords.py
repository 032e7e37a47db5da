"""Words that say what a product is for."""

import polars as pl
import pytest

from bundle_pipeline.features.keywords import package_keywords, with_keywords
from bundle_pipeline.features.params import FlagParams, Season


def told(
    title: str | None,
    *,
    product_type: str | None = None,
    tags: list[str] | None = None,
    params: FlagParams | None = None,
) -> dict[str, object]:
    types = {"title": pl.String, "product_type": pl.String, "tags": pl.List(pl.String)}
    frame = pl.DataFrame([[title, product_type, tags]], schema=types, orient="row")
    return with_keywords(frame, params or FlagParams()).row(0, named=True)


@pytest.mark.parametrize(
    "title",
    ["Gift Set Lavender", "Geschenkbox Tee", "Coffret découverte", "Caja regalo", "Idea regalo"],
)
def test_gifts_in_five_languages(title: str) -> None:
    assert told(title)["says_giftable"] is True


@pytest.mark.parametrize(
    "title",
    ["Gift Card 50", "Gift Wrap Service", "Geschenkkarte", "Carte cadeau", "Tarjeta regalo"],
)
def test_what_wraps_or_replaces_a_gift_is_none(title: str) -> None:
    assert told(title)["says_giftable"] is False


@pytest.mark.parametrize(
    "title",
    [
        "Ground Coffee 1 kg",
        "Bio-Kaffee Crema",
        "Café en grains",
        "Jabón de manos",
        "Caffè macinato",
    ],
)
def test_what_is_used_up_in_five_languages(title: str) -> None:
    assert told(title)["says_replenishable"] is True


@pytest.mark.parametrize(
    "title", ["Coffee Mug", "COFFEE GRINDER", "Soap Dish", "Tea Towel", "Teak"]
)
def test_what_holds_it_is_not_used_up(title: str) -> None:
    assert told(title)["says_replenishable"] is False


@pytest.mark.parametrize(
    ("title", "season"),
    [
        ("Christmas Bauble", "christmas"),
        ("Weihnachtsbaumkugel", "christmas"),
        ("Boule de Noël", "christmas"),
        ("Bola de Navidad", "christmas"),
        ("Pallina di Natale", "christmas"),
        ("HALLOWEEN mask", "halloween"),
        ("Osterhase", "easter"),
        ("Beach Towel", "summer"),
        ("Adventure Backpack", None),
        ("Strand of pearls", None),
    ],
)
def test_seasons(title: str, season: str | None) -> None:
    found = told(title)
    assert found["says_season"] == season
    months = None if season is None else list(package_keywords().seasons[season].months)
    assert found["says_months"] == months


def test_category_and_tags_are_read_too() -> None:
    assert told("Red Box", product_type="Gifts")["says_giftable"] is True
    assert told("Red Box", tags=["christmas", "box"])["says_season"] == "christmas"


def test_a_season_by_name_comes_before_one_without() -> None:
    assert told("Egg Kit", product_type="Seasonal")["says_season"] == "unnamed"
    assert told("Easter Egg Kit", product_type="Seasonal")["says_season"] == "easter"


def test_without_any_words_nothing_is_known() -> None:
    found = told(None)
    assert (found["says_giftable"], found["says_replenishable"]) == (None, None)
    assert found["says_season"] is None


def test_a_shop_adds_words_and_seasons_and_replaces_months() -> None:
    params = FlagParams(
        giftable_words=("tiffin*",),
        replenishable_words=("fil*",),
        seasons={
            "diwali": Season(months=(10, 11), words=("diya*",)),
            "summer": Season(months=(12, 1, 2), words=("beach*",)),
        },
    )
    assert told("Tiffin Box", params=params)["says_giftable"] is True
    assert told("PLA Filament", params=params)["says_replenishable"] is True
    assert told("Clay Diyas", params=params)["says_months"] == [10, 11]
    assert told("Beach Towel", params=params)["says_months"] == [12, 1, 2]


def test_a_word_is_no_regular_expression() -> None:
    params = FlagParams(giftable_words=("c++ (vol.) kit",))
    assert told("a c++ (vol.) kit", params=params)["says_giftable"] is True
    assert told("cccc vol kit", params=params)["says_giftable"] is False


def test_words_of_one_entry_may_be_joined_by_a_hyphen() -> None:
    assert told("Back-to-School Pack")["says_season"] == "back_to_school"


@pytest.mark.parametrize(
    ("word", "title", "is_told"),
    [
        ("tiffin*", "Steel Tiffins", True),
        ("tiffin*", "a tiffin", True),
        ("tiffin*", "Minitiffin", False),
        ("*tiffin", "Minitiffin", True),
        ("*tiffin", "Minitiffins", False),
        ("*tiffin*", "Minitiffins", True),
        ("tiffin", "Tiffin, steel", True),
        ("tiffin", "tiffin_2", False),
    ],
)
def test_more_letters_are_told_only_where_a_star_stands_for_them(
    word: str, title: str, *, is_told: bool
) -> None:
    assert told(title, params=FlagParams(giftable_words=(word,)))["says_giftable"] is is_told
