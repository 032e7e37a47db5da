from math import log

import dataframely as dy
import pytest

from bundle_pipeline.features.content_neighbours import ContentParams, find_content_neighbours
from bundle_pipeline.schemas.base import checked
from bundle_pipeline.schemas.catalog import Variants
from bundle_pipeline.schemas.similar_products import ContentNeighbours
from bundle_pipeline_tests.support.duplicate_catalogs import planted_catalog
from bundle_pipeline_tests.support.frames import shuffled
from bundle_pipeline_tests.support.products import Row, catalog_entry, catalog_frame

DEFAULTS = ContentParams()


def page(product_id: str, title: str, **changes: object) -> Row:
    return catalog_entry(product_id, product_id=product_id, product_title=title) | changes


def neighbours(*rows: Row, params: ContentParams = DEFAULTS) -> dy.DataFrame[ContentNeighbours]:
    found = find_content_neighbours(catalog_frame(*rows), Variants.create_empty(), params)
    return checked(ContentNeighbours, found)


def test_the_similarity_of_two_products_is_the_weighted_sum_of_four_likenesses() -> None:
    # Of three products two have "wool": its weight is ln(1 + 3/2), that of the others ln(1 + 3).
    # The cosine is wool^2 / (wool^2 + one^2). Prices of 10 and 8: 0.8. Types are equal, and no
    # vendor is known.
    rows = [
        page("1", "Wool Sock", product_type="Socks"),
        page("2", "Wool Hat", product_type="Socks", price_minor=800),
        page("3", "Mug"),
    ]
    wool, one = log(2.5), log(4)
    text = wool**2 / (wool**2 + one**2)
    first, second = neighbours(*rows).to_dicts()
    assert (first["product_id"], first["neighbour_id"], first["rank"]) == ("1", "2", 1)
    assert first["text_similarity"] == pytest.approx(text)
    assert first["price_similarity"] == pytest.approx(0.8)
    assert (first["is_same_type"], first["is_same_vendor"]) == (True, None)
    assert first["similarity"] == pytest.approx(0.6 * text + 0.15 + 0.15 * 0.8)
    assert second["similarity"] == first["similarity"]


def test_a_tag_counts_half_a_word() -> None:
    rows = [page("1", "Sock", tags=["winter"]), page("2", "Hat", tags=["winter"])]
    shared, one = 0.5 * log(2), log(3)
    expected = shared**2 / (shared**2 + one**2)
    assert neighbours(*rows).item(0, "text_similarity") == pytest.approx(expected)


def test_products_of_one_type_are_neighbours_by_price_where_no_word_is_shared() -> None:
    rows = [
        page(str(number), title, product_type="Gift", price_minor=price)
        for number, (title, price) in enumerate([("Mug", 500), ("Sock", 2000), ("Lamp", 1900)])
    ]
    found = neighbours(*rows, params=ContentParams(top_n=2)).filter(product_id="1")
    assert found.get_column("neighbour_id").to_list() == ["2", "0"]
    assert found.get_column("text_similarity").to_list() == [0.0, 0.0]


def test_a_currency_of_its_own_is_no_likeness_of_price() -> None:
    rows = [page("1", "Wool Sock"), page("2", "Wool Sock", currency="USD")]
    assert neighbours(*rows).item(0, "price_similarity") is None


def test_words_of_too_many_products_find_nothing() -> None:
    rows = [page(str(number), "Wool Sock") for number in range(4)]
    assert neighbours(*rows, params=ContentParams(max_products_of_word=3)).is_empty()
    assert neighbours(*rows, params=ContentParams(max_products_of_word=4)).height == 12


def test_every_product_has_its_best_and_no_more_whatever_the_order_of_rows() -> None:
    catalog = planted_catalog(300, seed=2).catalog
    empty = Variants.create_empty()
    some = find_content_neighbours(catalog, empty, ContentParams(top_n=5))
    every = find_content_neighbours(catalog, empty, ContentParams(top_n=1000))
    assert some.equals(every.filter(every.get_column("rank") <= 5))
    assert find_content_neighbours(shuffled(catalog, 4), empty, ContentParams(top_n=5)).equals(some)
    likeness = {
        (a, b): s
        for a, b, s in every.select("product_id", "neighbour_id", "similarity").iter_rows()
    }
    assert all(likeness[b, a] == s for (a, b), s in likeness.items())


def test_an_empty_catalog_and_one_product_have_no_neighbours() -> None:
    assert neighbours().is_empty()
    assert neighbours(page("1", "Wool Sock")).is_empty()
    assert neighbours(page("1", "-"), page("2", "-")).is_empty()
