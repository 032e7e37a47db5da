"""Damaged deliveries are loaded or refused: no crash, no lost row, nothing touched, no name kept.

Here are some hundreds, most of them only up to their rows;
``bundle_pipeline_tests.benchmarks.fuzz_ingest`` makes thousands.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.landed import LandedTable, opened_files
from bundle_pipeline_tests.support.fuzz.cases import MUTATIONS, case_of, mutated
from bundle_pipeline_tests.support.fuzz.delivery import Delivery
from bundle_pipeline_tests.support.fuzz.personal import planted_in
from bundle_pipeline_tests.support.fuzz.seeds import seeds
from bundle_pipeline_tests.support.fuzz.verdict import Verdict, verdict_of

SEEDS = seeds()
# Deliveries of few files take half the time of the sample shops, and reach the same code.
SMALL = sorted(name for name, delivery in SEEDS.items() if len(delivery.files) <= 3)


def judged(delivery: Delivery, *, runs_twice: bool = False) -> Verdict:
    with TemporaryDirectory() as folder:
        return verdict_of(delivery, Path(folder), runs_twice=runs_twice)


@st.composite
def deliveries(draw: st.DrawFn) -> Delivery:
    """A good delivery of few files with some mutations; each choice shrinks."""
    seed = draw(st.sampled_from(SMALL))
    mutations = draw(st.lists(st.sampled_from(sorted(MUTATIONS)), min_size=1, max_size=4))
    random = draw(st.randoms(use_true_random=False))
    return mutated(SEEDS, [seed], mutations, random).delivery


@settings(max_examples=80, deadline=None, derandomize=True)
@given(deliveries())
def test_a_damaged_delivery_is_loaded_or_refused(delivery: Delivery) -> None:
    assert judged(delivery).failures == {}


# These take a fraction of the time of a whole shop.
@settings(max_examples=200, deadline=None, derandomize=True)
@given(deliveries())
def test_each_line_of_a_damaged_file_gives_rows_or_is_left_out(delivery: Delivery) -> None:
    for path, content in delivery.files.items():
        for file, table in opened_files(content, path=path, place=f"shop s, {path}"):
            assert (file.problem is None) == (table is not None or file.kind is not None)
            if table is not None:
                assert_each_line_counts(table)


def assert_each_line_counts(table: LandedTable) -> None:
    try:
        row_count, kinds = table.rows()
    except InputDataError as refusal:
        assert planted_in(str(refusal)) is None  # noqa: PT017 either of two outcomes is right
        return
    # A line of JSON may hold several objects, of which some give rows and some are left out.
    lines = {line for rows in kinds for line in rows.rows["_line_number"]}
    lines |= {line for rows in kinds for line in rows.left_out["_line_number"]}
    assert len(lines) == row_count


@pytest.mark.parametrize("seed", sorted(SEEDS)[::6])
def test_a_good_delivery_comes_to_the_same_twice(seed: str) -> None:
    verdict = judged(SEEDS[seed], runs_twice=True)
    assert verdict.failures == {}
    assert verdict.outcome == "loaded"
    assert verdict.row_counts["loaded_count"] > 0


def test_a_case_is_the_same_each_time_it_is_made() -> None:
    first = [case_of(number, 7, SEEDS) for number in range(40)]
    assert first == [case_of(number, 7, seeds()) for number in range(40)]
    assert len({name for case in first for name in case.mutations}) > 10
