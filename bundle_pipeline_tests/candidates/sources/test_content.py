"""Companions of products alike."""

import polars as pl
import pytest

from bundle_pipeline.candidates.sources.companions import no_companions
from bundle_pipeline.candidates.sources.content import content_companions, proven_companions
from bundle_pipeline.candidates.sources.params import ContentCompanionParams
from bundle_pipeline_tests.support.mined import pair, pair_rules_frame
from bundle_pipeline_tests.support.shelves import companions, ids, pairs_of, shelf

LINEAR = ContentCompanionParams(similarity_exponent=1, min_similarity=0.2)


def alike(*rows: tuple[str, str, float]) -> pl.DataFrame:
    """Products alike, the most alike first for each."""
    return pl.DataFrame(
        rows, schema=["product_id", "neighbour_id", "similarity"], orient="row"
    ).with_columns(rank=pl.int_range(1, pl.len() + 1).over("product_id"))


def strengths(found: pl.DataFrame) -> dict[str, float]:
    return {companion: strength for _, companion, strength in found.iter_rows()}


def test_a_new_product_takes_over_what_goes_with_products_alike() -> None:
    # Tea 1 and tea 2 are like the new tea by 0.6 and 0.2: mug = (0.6 * 0.5 + 0.2 * 0.1) / 0.8.
    neighbours = alike(("new", "tea1", 0.6), ("new", "tea2", 0.2), ("tea1", "tea2", 0.5))
    known = companions(("tea1", "mug", 0.5), ("tea2", "mug", 0.1), ("tea2", "milk", 0.2))
    found = content_companions(neighbours, known, asked=ids("new"), params=LINEAR)
    assert strengths(found) == pytest.approx({"mug": 0.4, "milk": 0.05})
    assert pairs_of(found) == ["new-mug", "new-milk"]


def test_products_alike_are_companions_as_far_as_they_are_in_this_shop() -> None:
    # Red and blue have companions; of their weights of 0.5 each, only red has blue beside it: 0.3.
    neighbours = alike(("new", "red", 0.8), ("red", "blue", 0.5), ("blue", "red", 0.5))
    known = companions(("red", "blue", 0.3), ("blue", "vase", 0.2))
    found = content_companions(neighbours, known, asked=ids("new"), params=LINEAR)
    # Blue goes with red by 0.3; red itself by 0.8 * 0.3 / (0.5 + 0.5).
    assert strengths(found) == pytest.approx({"blue": 0.3, "red": 0.24})


def test_products_that_are_hardly_alike_say_nothing() -> None:
    neighbours = alike(("new", "tea", 0.19), ("tea", "new", 0.19))
    known = companions(("tea", "mug", 0.5))
    assert content_companions(neighbours, known, asked=ids("new"), params=LINEAR).is_empty()


def test_only_so_many_products_alike_are_asked() -> None:
    neighbours = alike(("new", "tea1", 0.6), ("new", "tea2", 0.5))
    known = companions(("tea1", "mug", 0.5), ("tea2", "milk", 0.5))
    params = LINEAR.model_copy(update={"neighbour_count": 1})
    found = content_companions(neighbours, known, asked=ids("new"), params=params)
    assert pairs_of(found) == ["new-mug"]


def test_without_proven_companions_nothing_is_taken_over() -> None:
    neighbours = alike(("new", "tea", 0.6))
    assert content_companions(
        neighbours, no_companions(), asked=ids("new"), params=LINEAR
    ).is_empty()


def test_only_significant_pairs_prove_a_companion_by_their_excess_confidence() -> None:
    rules = pair_rules_frame(
        pair("a", "b", count=20, counts=(50, 100), basket_total=1000, expected_count=5.0),
        pair("a", "c", count=20, counts=(50, 100), basket_total=1000, is_significant=False),
    )
    found = proven_companions(rules, shelf("a", "b", "c"))
    # Of the 15 baskets beyond chance: 15 of 50 with a, 15 of 100 with b.
    assert found.rows() == [("a", "b", pytest.approx(0.3)), ("b", "a", pytest.approx(0.15))]
