"""What became of candidates that hold some variants."""

import polars as pl

from bundle_pipeline.ranking.asked_variants import dropped_with, offered_with
from bundle_pipeline.schemas.bundles import DroppedCandidates
from bundle_pipeline_tests.support.bundles import bundle_item, candidate, candidate_bundles


def dropped(*rows: tuple[str, list[str], float]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"bundle_id": name, "variant_ids": held, "code": "FADED", "detail": "", "score": score}
            for name, held, score in rows
        ],
        schema=DroppedCandidates.create_empty().schema,
    )


def test_offered_bundles_that_hold_both_are_found_by_rank() -> None:
    sets = {"late": "abc", "first": "ab", "other": "ac"}
    rows = [
        candidate(*(bundle_item(v) for v in held), bundle_id=name) for name, held in sets.items()
    ]
    ranked = candidate_bundles(*rows).with_columns(
        rank=pl.col("bundle_id").replace_strict({"late": 9, "first": 2, "other": 1})
    )
    assert offered_with(("b", "a"), ranked).get_column("bundle_id").to_list() == ["first", "late"]
    assert offered_with(("a", "x"), ranked).is_empty()


def test_of_dropped_candidates_the_smallest_sets_come_first_then_the_best() -> None:
    frame = dropped(
        ("triple", ["a", "b", "c"], 0.9),
        ("weak", ["a", "b"], 0.1),
        ("strong", ["a", "b"], 0.5),
        ("other", ["a", "c"], 0.9),
    )
    found = dropped_with(("a", "b"), frame).get_column("bundle_id").to_list()
    assert found == ["strong", "weak", "triple"]
