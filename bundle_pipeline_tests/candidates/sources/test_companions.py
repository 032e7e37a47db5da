"""Companions of products, from those of variants."""

import polars as pl

from bundle_pipeline.candidates.sources.companions import best_companions, companions_of_variants
from bundle_pipeline_tests.support.frames import shuffled
from bundle_pipeline_tests.support.shelves import as_rows, companions, shelf


def test_the_strongest_pair_of_variants_speaks_for_two_products() -> None:
    shop = shelf("a1", "a2", "b1", "c", products={"a1": "a", "a2": "a", "b1": "b"})
    found = pl.DataFrame(
        {
            "variant_id": ["a1", "a2", "a1", "a1", "c"],
            "neighbour_id": ["b1", "b1", "a2", "gone", "a1"],
            "strength": [1.0, 3.0, 9.0, 9.0, 2.0],
        }
    )
    # a1 and a2 are one product, and what isn't on the shelf can't be offered.
    assert as_rows(companions_of_variants(found, shop)) == [("a", "b", 3.0), ("c", "a", 2.0)]


def test_the_best_companions_come_first_and_ties_go_to_the_smaller_id() -> None:
    found = companions(("p", "z", 1.0), ("p", "b", 2.0), ("p", "a", 2.0), ("q", "z", 0.5))
    best = [("p", "a", 2.0), ("p", "b", 2.0), ("q", "z", 0.5)]
    assert as_rows(best_companions(found, 2)) == best
    assert as_rows(best_companions(shuffled(found, 1), 2)) == best


def test_the_variant_in_most_baskets_stands_for_its_product() -> None:
    shop = shelf("a1", "a2", products={"a1": "a", "a2": "a"}, counts={"a1": 3, "a2": 7})
    assert shop.products.get_column("variant_id").to_list() == ["a2"]
    assert shop.product_of.height == 2
