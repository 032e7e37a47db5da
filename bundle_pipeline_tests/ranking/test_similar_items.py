import polars as pl

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.ranking.params import RankingParams
from bundle_pipeline.ranking.rank import rank_bundles
from bundle_pipeline.ranking.similar_items import with_similar_items
from bundle_pipeline.schemas.base import checked
from bundle_pipeline.schemas.features import ObjectivePlan
from bundle_pipeline.schemas.similar_products import DuplicateProducts, Substitutes
from bundle_pipeline_tests.support.bundles import (
    Row,
    bundle_item,
    candidate,
    priced,
    priced_bundles,
    scored,
)
from bundle_pipeline_tests.support.frames import baskets_frame


def bundle(*variant_ids: str, **changes: object) -> Row:
    """A bundle of variants of products of the same names."""
    items = [bundle_item(variant_id, product_id=variant_id) for variant_id in variant_ids]
    return priced(scored(candidate(*items, **changes)))


def duplicates(*pairs: str, family_id: str | None) -> pl.DataFrame:
    rows = [
        {
            "first_product_id": pair[0],
            "second_product_id": pair[1],
            "confidence": 90.0 if family_id else 70.0,
            "reasons": ["same_words"],
            "differences": [],
            "is_duplicate": family_id is not None,
            "family_id": family_id,
        }
        for pair in pairs
    ]
    schema = DuplicateProducts.create_empty().schema
    return checked(DuplicateProducts, pl.DataFrame(rows, schema=schema))


def substitutes(*pairs: str, is_substitute: bool = True) -> pl.DataFrame:
    rows = [
        {
            "first_product_id": pair[0],
            "second_product_id": pair[1],
            "similarity": 0.8,
            "basket_count": 0,
            "expected_count": 9.0,
            "reasons": ["like_text"],
            "score": 0.8,
            "is_substitute": is_substitute,
        }
        for pair in pairs
    ]
    return checked(Substitutes, pl.DataFrame(rows, schema=Substitutes.create_empty().schema))


def alike(bundles: pl.DataFrame, **frames: pl.DataFrame) -> dict[str, tuple[str | None, ...]]:
    empty = {
        "duplicate_products": DuplicateProducts.create_empty(),
        "substitutes": Substitutes.create_empty(),
    }
    found = with_similar_items(bundles, **(empty | frames))
    return {row[0]: row[1:] for row in found.select(
        "bundle_id", "duplicate_items", "substitute_items").iter_rows()}  # fmt: skip


def test_duplicates_of_one_family_are_named_even_if_no_pair_says_so() -> None:
    bundles = priced_bundles(bundle("a", "c"), bundle("a", "x"), bundle("c", "x", "b"))
    found = alike(bundles, duplicate_products=duplicates("ab", "bc", family_id="a"))
    assert found == {
        "a+c": ("a and c", None),
        "a+x": (None, None),
        "c+x+b": ("b and c", None),
    }


def test_pairs_that_are_not_sure_do_not_count() -> None:
    bundles = priced_bundles(bundle("a", "b"))
    unsure = duplicates("ab", family_id=None)
    found = alike(
        bundles, duplicate_products=unsure, substitutes=substitutes("ab", is_substitute=False)
    )
    assert found == {"a+b": (None, None)}


def test_substitutes_are_named_in_either_order() -> None:
    bundles = priced_bundles(bundle("b", "a"), bundle("a", "c"))
    found = alike(bundles, substitutes=substitutes("ab"))
    assert found == {"b+a": (None, "a and b"), "a+c": (None, None)}


def test_products_that_are_not_known_are_not_alike() -> None:
    unknown = [bundle_item(v, product_id=None) for v in "ab"]
    bundles = priced_bundles(priced(scored(candidate(*unknown))))
    assert alike(bundles, substitutes=substitutes("ab")) == {"a+b": (None, None)}


def test_what_is_alike_is_dropped_with_its_code() -> None:
    bundles = priced_bundles(bundle("a", "b"), bundle("a", "c"), bundle("a", "d"))
    ranking = rank_bundles(
        bundles,
        encode_baskets(baskets_frame("abcd")),
        duplicate_products=duplicates("ab", family_id="a"),
        substitutes=substitutes("ac"),
        objective_plan=ObjectivePlan.create_empty(),
        params=RankingParams(),
    )
    assert ranking.ranked.get_column("bundle_id").to_list() == ["a+d"]
    assert ranking.dropped.select("bundle_id", "code", "detail").rows() == [
        ("a+b", "DUPLICATE_PRODUCTS", "one product listed twice: a and b"),
        ("a+c", "SUBSTITUTES", "bought one instead of the other: a and c"),
    ]
