"""Evidence of a bundle: the fields that every source fills."""

from typing import cast

import polars as pl

from bundle_pipeline.schemas.bundles import CandidateBundles

_EVIDENCE = cast("pl.Struct", CandidateBundles.create_empty().schema["evidence"])

EVIDENCE_FIELDS = tuple(field.name for field in _EVIDENCE.fields)
"""Names of the evidence of a bundle, in the declared order."""
