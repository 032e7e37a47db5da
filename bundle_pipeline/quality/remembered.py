"""What a suite said of rows that haven't changed since: remembered beside the lake's documents.

A result depends on the rows and the suite only. Both are in its key, so a night without new files
costs no validation, nor the seconds that importing the library takes.
"""

import hashlib
from collections.abc import Callable

import polars as pl
from pydantic import TypeAdapter, ValidationError

from bundle_pipeline.quality.result import ExpectationResult
from bundle_pipeline.quality.suites import SUITES
from bundle_pipeline.store.objects import Objects

_RESULTS = TypeAdapter(list[ExpectationResult])


def remembered(
    memory: Objects,
    kind: str,
    rows: pl.DataFrame,
    stated_fields: frozenset[str],
    validate: Callable[[], list[ExpectationResult]],
) -> list[ExpectationResult]:
    """Results of a suite, from memory if these very rows went through this very suite before.

    Args:
        memory: Where results are kept, write-once.
        kind: Kind of file.
        rows: Rows of the kind, as :func:`~bundle_pipeline.quality.validate.validated` takes them.
        stated_fields: Fields that they state, likewise.
        validate: Runs the suite; called only where nothing is remembered.
    """
    key = f"validations/{kind}/{_fingerprint(kind, rows, stated_fields)}.json"
    content = memory.read(key)
    if content is not None:
        try:
            return _RESULTS.validate_json(content)
        except ValidationError:
            # A release with another shape of results wrote it; what it says is found out again.
            return validate()
    results = validate()
    memory.write_once(key, _RESULTS.dump_json(results))
    return results


def _fingerprint(kind: str, rows: pl.DataFrame, stated_fields: frozenset[str]) -> str:
    said = hashlib.sha256(repr((SUITES[kind], sorted(stated_fields), rows.columns)).encode())
    if rows.width:
        said.update(rows.hash_rows().to_numpy().tobytes())
    return said.hexdigest()
