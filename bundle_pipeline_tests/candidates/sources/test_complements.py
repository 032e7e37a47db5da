"""The dictionary of what is used together."""

from bundle_pipeline.candidates.sources.complements import (
    complement_companions,
    package_complements,
)
from bundle_pipeline.candidates.sources.params import Complement
from bundle_pipeline_tests.support.shelves import as_rows, ids, pairs_of, shelf

PHONES = Complement(products=("phone", "phones"), with_products=("phone case*", "charger"))


def test_both_sides_are_companions_of_each_other_the_best_seller_first() -> None:
    shop = shelf(
        "1",
        "2",
        "3",
        titles={"1": "Red Phone", "2": "Phone-cases", "3": "Charger"},
        counts={"3": 99},
    )
    found = complement_companions(shop, ids("1", "2"), [PHONES])
    # A phone case says phone too, and is no phone.
    assert as_rows(found) == [("1", "3", 100.0), ("1", "2", 11.0), ("2", "1", 11.0)]


def test_types_are_read_like_titles_and_words_are_whole() -> None:
    shop = shelf("1", "2", "3", types={"1": "Phones", "2": "CHARGER"}, titles={"3": "Megaphones"})
    assert pairs_of(complement_companions(shop, ids("1", "3"), [PHONES])) == ["1-2"]


def test_the_package_brings_tires_and_tubes_together() -> None:
    shop = shelf("1", "2", titles={"1": "ML Road Tire", "2": "Road Tire Tube"})
    found = complement_companions(shop, ids("1", "2"), package_complements())
    assert pairs_of(found) == ["1-2", "2-1"]


def test_no_word_of_the_package_is_on_both_sides_of_its_entry() -> None:
    for entry in package_complements():
        assert not set(entry.products) & set(entry.with_products)


def test_without_entries_there_are_no_companions() -> None:
    assert complement_companions(shelf("1", "2"), ids("1"), []).is_empty()
