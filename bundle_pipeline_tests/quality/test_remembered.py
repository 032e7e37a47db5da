"""Results are remembered for the same rows and the same suite, and for nothing else."""

from pathlib import Path

import polars as pl
import pytest

from bundle_pipeline.quality.remembered import remembered
from bundle_pipeline.quality.result import ExpectationResult
from bundle_pipeline.store.objects import Objects, opened


class Suite:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> list[ExpectationResult]:
        self.asked += 1
        return [
            ExpectationResult(
                name=f"answer_{self.asked}",
                kind="orders",
                passed=False,
                is_structural=True,
                severity="critical",
                element_count=3,
                unexpected_count=2,
                unexpected_rate=2 / 3,
                observed=None,
                exception=None,
            )
        ]


@pytest.fixture
def memory(tmp_path: Path) -> Objects:
    return opened(str(tmp_path), create=True)


ROWS = pl.DataFrame({"sku": ["a", "b"]})
STATED = frozenset({"sku"})


def test_the_same_rows_are_validated_once(memory: Objects) -> None:
    suite = Suite()
    first = remembered(memory, "orders", ROWS, STATED, suite)
    assert remembered(memory, "orders", ROWS.clone(), STATED, suite) == first
    assert suite.asked == 1


@pytest.mark.parametrize("other", [["a"], ["a", "c"], ["a", "b", "b"], [], ["a", None]])
def test_other_rows_are_validated_again(memory: Objects, other: list[str | None]) -> None:
    suite = Suite()
    remembered(memory, "orders", ROWS, STATED, suite)
    rows = pl.DataFrame({"sku": other}, schema={"sku": pl.String})
    assert remembered(memory, "orders", rows, STATED, suite)[0].name == "answer_2"


def test_another_suite_or_other_stated_fields_are_asked_again(memory: Objects) -> None:
    suite = Suite()
    remembered(memory, "orders", ROWS, STATED, suite)
    remembered(memory, "catalog", ROWS, STATED, suite)
    remembered(memory, "orders", ROWS, frozenset(), suite)
    assert suite.asked == 3


def test_what_can_t_be_read_is_found_out_again(memory: Objects, tmp_path: Path) -> None:
    suite = Suite()
    remembered(memory, "orders", ROWS, STATED, suite)
    (path,) = tmp_path.rglob("*.json")
    path.write_text('[{"name": "from another release"}]')
    assert remembered(memory, "orders", ROWS, STATED, suite)[0].name == "answer_2"
