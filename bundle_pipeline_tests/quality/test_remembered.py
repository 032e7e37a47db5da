"""Results are remembered for the same profile and the same suite, and for nothing else."""

from pathlib import Path

import polars as pl
import pytest

from bundle_pipeline.quality.profile import Profile, profiled
from bundle_pipeline.quality.remembered import remembered
from bundle_pipeline.quality.result import ExpectationResult
from bundle_pipeline.store.objects import Objects, opened


class Suite:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, kind: str, profile: Profile) -> list[ExpectationResult]:
        assert profile.kind == kind
        self.asked += 1
        return [
            ExpectationResult(
                name=f"answer_{self.asked}",
                kind=kind,
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


STATED = frozenset({"sku"})


def _profile(*skus: str | None, kind: str = "orders", stated: frozenset[str] = STATED) -> Profile:
    return profiled(kind, pl.DataFrame({"sku": skus}, schema={"sku": pl.String}), stated)


def test_the_same_profile_is_judged_once(memory: Objects) -> None:
    suite = Suite()
    first = remembered(memory, _profile("a", "b"), suite)
    assert remembered(memory, _profile("a", "b"), suite) == first
    assert suite.asked == 1


@pytest.mark.parametrize("others", [["a"], ["a", "b", "b"], [], ["a", None]])
def test_another_profile_is_judged_again(memory: Objects, others: list[str | None]) -> None:
    suite = Suite()
    remembered(memory, _profile("a", "b", kind="variants"), suite)
    assert remembered(memory, _profile(*others, kind="variants"), suite)[0].name == "answer_2"


def test_another_suite_or_other_stated_fields_are_asked_again(memory: Objects) -> None:
    suite = Suite()
    remembered(memory, _profile("a", "b"), suite)
    remembered(memory, _profile("a", "b", kind="catalog"), suite)
    remembered(memory, _profile("a", "b", stated=STATED | {"order_id"}), suite)
    assert suite.asked == 3


def test_what_can_t_be_read_is_found_out_again(memory: Objects, tmp_path: Path) -> None:
    suite = Suite()
    remembered(memory, _profile("a"), suite)
    (path,) = tmp_path.rglob("*.json")
    path.write_text('[{"name": "from another release"}]')
    assert remembered(memory, _profile("a"), suite)[0].name == "answer_2"
