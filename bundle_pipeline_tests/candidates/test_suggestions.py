"""Suggestions of all sources, put together."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from bundle_pipeline.candidates.suggestions import (
    SUGGESTION,
    Backing,
    frequently_bought,
    member,
    merged,
    suggestions_of,
)
from bundle_pipeline.schemas.bundles import CandidateBundles
from bundle_pipeline_tests.support.bundles import evidence, uptake
from bundle_pipeline_tests.support.frames import shuffled

_EVIDENCE = CandidateBundles.create_empty().schema["evidence"]
_UPTAKE = CandidateBundles.create_empty().schema["uptake"]


def fbt(
    anchor: str, add_ons: str, source: str = "s", backing: Backing = "proven", **facts: object
) -> pl.DataFrame:
    found = pl.DataFrame(
        {
            "anchor_id": [anchor],
            "add_on_ids": [list(add_ons)],
            "evidence": pl.Series([evidence(**facts)], dtype=_EVIDENCE),
        }
    )
    return frequently_bought(found, source, backing=backing)


def volume(variant: str, quantity: int, **changes: object) -> pl.DataFrame:
    found = pl.DataFrame({"uptake": pl.Series([uptake(**changes)], dtype=_UPTAKE)})
    item = member(pl.lit(variant), pl.lit(quantity), "item")
    return found.with_columns(
        kind=pl.lit("VOLUME"), members=pl.concat_list(item), backing=pl.lit("proven")
    ).pipe(suggestions_of, "volume")


def anchors(frame: pl.DataFrame) -> list[str]:
    return [members[0]["variant_id"] for members in frame.get_column("members").to_list()]


def test_what_a_source_does_not_know_is_null() -> None:
    (row,) = volume("a", 2).to_dicts()
    assert list(row) == list(SUGGESTION)
    assert (row["evidence"], row["pick_count"], row["quantity_tiers"]) == (None, None, None)
    assert row["members"] == [{"variant_id": "a", "quantity": 2, "role": "item"}]


def test_one_offer_of_two_sources_is_kept_once_with_the_stronger_evidence() -> None:
    weak, strong = fbt("a", "b", "content", "unproven"), fbt("b", "a", "pair", p_value=1e-9)
    (row,) = merged([weak, strong]).to_dicts()
    assert row["provenance"] == ["pair", "content"]
    assert row["evidence"]["p_value"] == 1e-9
    assert row["members"][0] == {"variant_id": "b", "quantity": 1, "role": "anchor"}


def test_another_quantity_is_another_offer() -> None:
    assert merged([volume("a", 2), volume("a", 3)]).height == 2


def test_the_proven_come_first_then_the_lower_p_value_the_higher_lift_and_uptake() -> None:
    found = merged(
        [
            fbt("f", "x", backing="unproven", p_value=0.0),
            volume("d", 2, rate_low=0.1),
            volume("c", 2, rate_low=0.3),
            fbt("b", "x", p_value=0.0, adjusted_lift=2.0),
            fbt("a", "x", p_value=0.0, adjusted_lift=3.0),
            fbt("e", "x", backing="pooled", p_value=0.0),
        ]
    )
    assert anchors(found) == ["a", "b", "c", "d", "e", "f"]
    assert found.get_column("suggestion").to_list() == list(range(6))


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_sources_give_equal_suggestions(seed: int) -> None:
    rows = pl.concat(
        [fbt(anchor, "x", source, p_value=0.0) for anchor in "abc" for source in "rst"]
        + [volume(variant, 2) for variant in "abc"]
    )
    assert_frame_equal(merged([shuffled(rows, seed)]), merged([rows]))


def test_nothing_suggested_is_nothing() -> None:
    assert merged([pl.DataFrame(schema=SUGGESTION)]).is_empty()
