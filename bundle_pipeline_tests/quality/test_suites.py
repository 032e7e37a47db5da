"""Suites are data that other rooms and Dagster rely on."""

import re

import pytest

from bundle_pipeline.ingest.aliases import FILE_KINDS, FileKind, kind_aliases
from bundle_pipeline.quality.derived import fields_behind
from bundle_pipeline.quality.suites import SUITES
from bundle_pipeline.quality.translation import TRANSLATIONS

# What Dagster accepts as the name of a check.
_CHECK_NAME = re.compile(r"[A-Za-z0-9_]+")

_ALL = [expectation for suite in SUITES.values() for expectation in suite]


def test_there_is_a_suite_for_every_kind_of_file() -> None:
    assert set(SUITES) == set(FILE_KINDS)


@pytest.mark.parametrize("kind", SUITES)
def test_names_are_unique_and_fit_to_name_a_check(kind: str) -> None:
    names = [expectation.name for expectation in SUITES[kind]]
    assert len(names) == len(set(names))
    assert all(_CHECK_NAME.fullmatch(name) for name in names)


def test_structural_means_critical_and_the_rest_warns() -> None:
    assert [entry.severity for entry in _ALL] == [
        "critical" if entry.is_structural else "warning" for entry in _ALL
    ]


def test_descriptions_are_sentences() -> None:
    assert [entry.name for entry in _ALL if not entry.description.endswith(".")] == []


def test_every_type_of_test_has_a_translation() -> None:
    assert {entry.type for entry in _ALL} <= set(TRANSLATIONS)


@pytest.mark.parametrize("kind", FILE_KINDS)
def test_expectations_name_fields_that_ingest_reads(kind: FileKind) -> None:
    named = {
        field
        for expectation in SUITES[kind]
        for column in expectation.columns
        for field in fields_behind(kind, column)
    }
    assert named <= set(kind_aliases(kind).read_fields)


@pytest.mark.parametrize("kind", FILE_KINDS)
def test_what_ingest_requires_blocks_when_no_file_states_it(kind: FileKind) -> None:
    blocking = {
        frozenset(fields_behind(kind, expectation.columns[0]))
        for expectation in SUITES[kind]
        if expectation.is_structural and expectation.type == "ExpectColumnToExist"
    }
    assert blocking == {frozenset(group) for group in kind_aliases(kind).required}
