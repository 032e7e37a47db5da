"""Companions by methods of neighbours."""

import polars as pl

from bundle_pipeline.candidates.sources.neighbours import best_factor_method, neighbour_companions
from bundle_pipeline_tests.support.shelves import as_rows, shelf


def test_only_the_neighbours_of_one_method_are_companions() -> None:
    neighbours = pl.DataFrame(
        {
            "method": ["ease", "svd", "ease"],
            "variant_id": ["a", "a", "a"],
            "neighbour_id": ["b", "c", "gone"],
            "score": [0.5, 0.9, 0.9],
        }
    )
    shop = shelf("a", "b", "c")
    assert as_rows(neighbour_companions(neighbours, shop, "ease")) == [("a", "b", 0.5)]
    assert neighbour_companions(neighbours, shop, None).is_empty()


def test_the_method_that_completes_most_baskets_is_asked() -> None:
    quality = pl.DataFrame(
        {
            "method": ["covisitation", "popularity", "svd", "ease", "blend"],
            "hit_rate": [0.9, 0.8, 0.4, 0.5, 0.5],
            "mean_reciprocal_rank": [0.9, 0.8, 0.4, 0.1, 0.2],
        }
    )
    assert best_factor_method(quality) == "blend"
    assert best_factor_method(quality.head(2)) is None
