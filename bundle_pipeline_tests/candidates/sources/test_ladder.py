"""How far down the ladder of sources it goes."""

from dataclasses import replace

import polars as pl
import pytest
from pydantic import ValidationError

from bundle_pipeline.baskets.encoded import encode_baskets
from bundle_pipeline.candidates.sources.ladder import Descent, KnownOfProducts, go_down
from bundle_pipeline.candidates.sources.params import Complement, SourceParams
from bundle_pipeline.candidates.sources.suggested import proven_variants, suggested_by_ladder
from bundle_pipeline.schemas.mining import ItemNeighbours, NeighbourQuality
from bundle_pipeline.schemas.similar_products import (
    ContentNeighbours,
    DuplicateProducts,
    Substitutes,
)
from bundle_pipeline_tests.support.frames import baskets_frame, order_lines_frame, orders_frame
from bundle_pipeline_tests.support.mined import (
    itemset,
    itemsets_frame,
    pair,
    pair_rules_frame,
)
from bundle_pipeline_tests.support.shelves import shelf

BASKETS = ("ab", "ab", "ac", "d")
# a and b are proven; c was bought with a, d alone, and e and f never. e is like a.
KNOWN = KnownOfProducts(
    shelf=shelf("a", "b", "c", "d", "e", "f", counts={"e": 0, "f": 0}),
    baskets=encode_baskets(baskets_frame(*BASKETS)),
    pair_rules=pair_rules_frame(pair("a", "b", count=20, counts=(50, 50), basket_total=100)),
    item_neighbours=pl.DataFrame(
        [("covisitation", "c", "a", 1, 0.5)],
        schema=ItemNeighbours.create_empty()
        .select("method", "variant_id", "neighbour_id", "rank", "score")
        .schema,
        orient="row",
    ),
    neighbour_quality=NeighbourQuality.create_empty(),
    content_neighbours=pl.DataFrame(
        [("e", "a", 1, 0.9)],
        schema=ContentNeighbours.create_empty()
        .select("product_id", "neighbour_id", "rank", "similarity")
        .schema,
        orient="row",
    ),
    duplicate_products=DuplicateProducts.create_empty(),
    substitutes=Substitutes.create_empty(),
    orders=orders_frame(len(BASKETS)),
    order_lines=order_lines_frame(*map(list, BASKETS)).lazy(),
)
AB = pl.Series(["a", "b"])
ALL = SourceParams(min_coverage=1.0, package_complements=False, companions_per_product=1)


def found(descent: Descent) -> list[tuple[str, str, str]]:
    return descent.pairs.rows()


def test_each_source_is_asked_only_for_what_those_above_leave_uncovered() -> None:
    descent = go_down(KNOWN, AB, ALL)
    assert found(descent) == [
        ("c", "a", "covisitation"),
        # e was never sold: nobody visits its page, so it is the add-on of what goes with a.
        ("b", "e", "new_products"),
        # Of 3 and 2 orders, with 5 beside them, only a's have grown by half.
        ("d", "a", "trending"),
        ("a", "f", "trending"),
    ]
    assert descent.coverage == pytest.approx(2 / 6)
    assert descent.final_coverage == 1.0


def test_it_goes_down_only_as_far_as_needed_and_says_so() -> None:
    descent = go_down(KNOWN, AB, ALL.model_copy(update={"min_coverage": 0.6}))
    assert [rung.source for rung in descent.rungs if rung.is_asked] == [
        "pooled",
        "covisitation",
        "factors",
        "new_products",
    ]
    assert descent.reason == (
        "By significant pairs and itemsets 33% of 6 active products are in a candidate; then "
        "pooled (33%), covisitation (50%), factors (50%), new_products (67%): enough, so 4 were "
        "not asked."
    )


def test_a_shop_that_is_covered_asks_nobody() -> None:
    descent = go_down(KNOWN, pl.Series(list("abcde")), SourceParams())
    assert found(descent) == []
    assert descent.reason.endswith(
        "83% of 6 active products are in a candidate: enough, so 8 were not asked."
    )


def test_where_nothing_is_proven_only_categories_are_asked() -> None:
    nothing = pl.Series([], dtype=pl.String)
    descent = go_down(KNOWN, nothing, ALL)
    assert [rung.source for rung in descent.rungs if rung.is_asked] == ["pooled"]
    assert descent.reason.endswith("then pooled (0%): nothing is proven, so 7 were not asked.")
    guessed = go_down(KNOWN, nothing, ALL.model_copy(update={"without_proof": True}))
    assert guessed.final_coverage == 1.0
    assert guessed.reason.endswith("trending (100%): enough, so 1 were not asked.")


def test_a_shop_without_products_is_covered() -> None:
    empty = replace(KNOWN, shelf=shelf())
    assert go_down(empty, AB, ALL).coverage == 1.0


def test_duplicates_and_substitutes_are_not_suggested_together() -> None:
    alike = pl.DataFrame(
        {"first_product_id": ["a"], "second_product_id": ["c"], "is_substitute": [True]}
    )
    params = ALL.model_copy(update={"ladder": ("covisitation",)})
    assert found(go_down(replace(KNOWN, substitutes=alike), AB, params)) == []


def test_entries_of_the_shop_are_added_to_the_dictionary() -> None:
    entry = Complement(products=("d",), with_products=("f",))
    params = ALL.model_copy(update={"ladder": ("complements",), "complements": (entry,)})
    assert found(go_down(KNOWN, AB, params)) == [("d", "f", "complements")]


def test_suggestions_name_their_source_and_show_no_evidence() -> None:
    suggestions = suggested_by_ladder(go_down(KNOWN, AB, ALL))
    assert suggestions.get_column("provenance").to_list() == [
        ["covisitation"],
        ["new_products"],
        ["trending"],
        ["trending"],
    ]
    assert set(suggestions.get_column("backing")) == {"unproven"}
    assert suggestions.get_column("evidence").null_count() == suggestions.height


def test_what_categories_back_is_marked_as_pooled() -> None:
    baskets = ("ab",) * 6 + ("c",) * 12 + ("d",) * 12
    types = {"a": "x", "b": "y", "c": "x", "d": "y"}
    known = replace(
        KNOWN,
        shelf=shelf(*types, types=types, counts={"a": 6, "b": 6, "c": 12, "d": 12}),
        baskets=encode_baskets(baskets_frame(*baskets)),
    )
    descent = go_down(known, pl.Series([], dtype=pl.String), ALL)
    suggestions = suggested_by_ladder(descent).filter(pl.col("backing") == "pooled")
    assert suggestions.get_column("provenance").to_list() == [["pooled"], ["pooled"]]


def test_members_of_significant_pairs_and_itemsets_are_covered() -> None:
    rules = pair_rules_frame(
        pair("a", "b", count=20, counts=(50, 50), basket_total=100),
        pair("c", "d", count=20, counts=(50, 50), basket_total=100, is_significant=False),
    )
    covered = proven_variants(rules, itemsets_frame(itemset("aef", count=5, basket_total=100)))
    assert covered.to_list() == ["a", "b", "e", "f"]


def test_a_source_stands_once_in_the_ladder() -> None:
    with pytest.raises(ValidationError, match="stands twice"):
        SourceParams(ladder=("pooled", "pooled"))
