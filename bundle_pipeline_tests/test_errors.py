"""The error family: every refusal says where, what, what else and what to do."""

import pickle

import pytest

from bundle_pipeline import errors
from bundle_pipeline.errors import (
    BundlePipelineError,
    ConfigError,
    InputDataError,
    SchemaError,
    TransientError,
)

FAMILY = (SchemaError, InputDataError, ConfigError, TransientError)


def _refusal(kind: type[BundlePipelineError]) -> BundlePipelineError:
    return kind(
        "BP-TEST-CODE",
        place="orders.csv, line 7",
        found="a quantity of -1",
        expected="at least 1",
        remedy="mend the export and land it again",
    )


def test_the_family_is_complete() -> None:
    declared = {
        entry
        for entry in vars(errors).values()
        if isinstance(entry, type) and issubclass(entry, BundlePipelineError)
    }
    assert declared == {BundlePipelineError, *FAMILY}


@pytest.mark.parametrize("kind", FAMILY)
def test_a_message_says_where_what_and_what_to_do(kind: type[BundlePipelineError]) -> None:
    assert str(_refusal(kind)) == (
        "BP-TEST-CODE orders.csv, line 7: found a quantity of -1; expected at least 1; "
        "mend the export and land it again"
    )


@pytest.mark.parametrize("kind", FAMILY)
def test_only_a_transient_error_is_worth_a_retry(kind: type[BundlePipelineError]) -> None:
    assert isinstance(_refusal(kind), TransientError) == (kind is TransientError)


@pytest.mark.parametrize("kind", FAMILY)
def test_an_error_crosses_processes_whole(kind: type[BundlePipelineError]) -> None:
    refusal = _refusal(kind)
    again = pickle.loads(pickle.dumps(refusal))  # noqa: S301 our own bytes
    assert type(again) is kind
    assert str(again) == str(refusal)
    assert vars(again) == vars(refusal)
