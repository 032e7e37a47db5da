import time

import dataframely as dy
import pytest

from bundle_pipeline.features.duplicates import DuplicateParams, find_duplicate_products
from bundle_pipeline.schemas.base import checked
from bundle_pipeline.schemas.catalog import Catalog, Variants
from bundle_pipeline.schemas.similar_products import DuplicateProducts
from bundle_pipeline_tests.benchmarks.catalog_duplicates import found_pairs, precision_and_recall
from bundle_pipeline_tests.support.duplicate_catalogs import planted_catalog
from bundle_pipeline_tests.support.frames import shuffled
from bundle_pipeline_tests.support.products import Row, catalog_entry, catalog_frame

DEFAULTS = DuplicateParams()


def listing(product_id: str, title: str, **changes: object) -> Row:
    return (
        catalog_entry(product_id, product_id=product_id, product_title=title, vendor="Acme")
        | changes
    )


def found(*rows: Row, params: DuplicateParams = DEFAULTS) -> dy.DataFrame[DuplicateProducts]:
    pairs = find_duplicate_products(catalog_frame(*rows), Variants.create_empty(), params)
    return checked(DuplicateProducts, pairs)


def are_one(first: str, second: str, **changes: object) -> bool:
    pairs = found(listing("1", first), listing("2", second, **changes))
    return bool(pairs.get_column("is_duplicate").any())


def test_the_confidence_of_a_pair_is_the_product_of_its_factors() -> None:
    # Words, letters and vendor agree: 1. Prices of 10.00 and 12.00 differ by 1/6, a factor of
    # 1 - 0.3 * (1/6 - 0.05) / (0.5 - 0.05) = 0.9222
    (pair,) = found(
        listing("1", "Wool Sock"), listing("2", "Wool Sock", price_minor=1200)
    ).to_dicts()
    assert pair == {
        "first_product_id": "1",
        "second_product_id": "2",
        "first_title": "Wool Sock",
        "second_title": "Wool Sock",
        "confidence": 92.2,
        "reasons": ["same_words", "same_vendor"],
        "differences": ["price"],
        "is_duplicate": True,
        "family_id": "1",
    }


def test_an_sku_of_both_takes_away_three_fifths_of_the_doubt() -> None:
    # An added word: 0.66, letters of "wool sock" in "wool sock black" 2 * 9 / 24 = 0.75, so
    # 0.66 * 0.975 = 0.6435; with the SKU 1 - 0.3565 * 0.4 = 0.8574
    rows = [listing("1", "Wool Sock"), listing("2", "Wool Sock Black")]
    assert found(*rows).item(0, "confidence") == pytest.approx(64.4, abs=0.06)
    labelled = found(*(row | {"sku": "WS-1"} for row in rows))
    assert labelled.item(0, "confidence") == pytest.approx(85.7)
    assert labelled.item(0, "reasons").to_list() == [
        "extra_word", "same_price", "same_vendor", "same_sku",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "other",
    [
        "WOOL SOCK - GREY 500 g",
        "Grey Wool Socks, 0.5 kg",
        "Acme Wool Sock Grey 500g",
        "Wool Sock Gray 500 gram by Acme",
        "Wool&nbsp;Sock Grey&trade; 500 g",
        "Woolsock Grey 500 g",
        "Wolo Sock Grey 500 g",
    ],
)
def test_other_spellings_of_a_title_are_one_product(other: str) -> None:
    assert are_one("Wool Sock Grey 500 g", other)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Oil 500 ml", "Oil 1 l"),
        ("Classic Shirt Black", "Classic Shirt White"),
        ("Classic Shirt Black S", "Classic Shirt Black M"),
        ("City Walks Vol. 1", "City Walks Vol. 2"),
        ("City Walks Vol. I", "City Walks Vol. II"),
        ("iPhone 13 Case", "iPhone 14 Case"),
        ("Tea Vanilla 100 g", "Tea Lavender 100 g"),
        ("Touring Tire", "Touring Tire Tube"),
        ("Pink Purse Blue Heart", "Blue Purse Pink Heart"),
        ("Candle", "Candle 200 g"),
        ("GoPro HERO3", "GoPro HERO3+"),
    ],
)
def test_another_size_colour_flavour_volume_or_model_is_another_product(
    first: str, second: str
) -> None:
    assert not are_one(first, second)


def test_what_speaks_against_a_pair_keeps_it_on_the_review_list() -> None:
    assert not are_one("Wool Sock", "Wool Sock", price_minor=2000)
    assert not are_one("Wool Sock", "Wool Sock", vendor="Zenith")
    options = [
        listing("1", "Wool Sock", variant_title="Black"),
        listing("2", "Wool Sock", variant_title="White"),
    ]
    (pair,) = found(*options).to_dicts()
    assert (pair["is_duplicate"], pair["differences"]) == (False, ["options"])


def test_an_sku_does_not_make_two_sizes_one_product() -> None:
    rows = [listing("1", "Oil 500 ml", sku="OIL"), listing("2", "Oil 1000 ml", sku="OIL")]
    pairs = found(*rows, params=DuplicateParams(min_confidence=0))
    assert pairs.item(0, "confidence") <= 79.0
    assert "numbers" in pairs.item(0, "differences")


def test_variants_of_one_product_are_one_product() -> None:
    rows = [catalog_entry(v, product_id="p", product_title="Wool Sock") for v in "abc"]
    assert found(*rows).is_empty()


def test_a_brand_that_only_the_title_says_is_the_vendor() -> None:
    assert are_one("Wool Sock", "Acme Wool Sock", vendor=None)
    assert not are_one("Wool Sock", "Wool Sock", vendor="Acme Kids")


def test_products_without_titles_are_not_alike() -> None:
    assert found(listing("1", "-"), listing("2", "-")).is_empty()


def test_an_empty_catalog_and_one_product_have_no_duplicates() -> None:
    assert found().is_empty()
    assert found(listing("1", "Wool Sock")).is_empty()


def test_neither_order_nor_direction_matters() -> None:
    planted = planted_catalog(400, seed=5).catalog
    empty = Variants.create_empty()
    pairs = find_duplicate_products(planted, empty, DEFAULTS)
    assert find_duplicate_products(shuffled(planted, 3), empty, DEFAULTS).equals(pairs)
    assert pairs.filter("is_duplicate").height > 20


def test_five_thousand_products_of_one_name_are_one_family_in_bounded_time() -> None:
    rows = [listing(f"{number:04}", "Gift Box") for number in range(5000)]
    catalog: dy.DataFrame[Catalog] = catalog_frame(*rows)
    started = time.process_time()
    pairs = find_duplicate_products(catalog, Variants.create_empty(), DEFAULTS)
    assert time.process_time() - started < 10
    assert pairs.height == sum(min(10, 4999 - place) for place in range(5000))
    assert pairs.get_column("family_id").unique().to_list() == ["0000"]


@pytest.mark.parametrize("seed", [6, 7])
def test_planted_duplicates_are_found_and_little_else(seed: int) -> None:
    planted = planted_catalog(1000, seed=seed)
    precision, recall = precision_and_recall(found_pairs(planted), planted)
    assert precision >= 0.95
    assert recall >= 0.95
