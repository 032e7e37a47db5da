"""Who looks at staged text as it is read, and what of it is kept.

The ingest room shows rows and keeps what comes back, without knowing what that is: it is the
quality room's.
"""

from collections.abc import Sequence
from typing import Protocol

import polars as pl

from bundle_pipeline.ingest.aliases import FileKind

Observation = object


class Observer(Protocol):
    """Looks at staged text."""

    def observe(
        self, kind: FileKind, rows: pl.DataFrame, stated_fields: frozenset[str]
    ) -> Observation:
        """What some rows come to; by several threads.

        Args:
            kind: Kind of the rows.
            rows: Staged text.
            stated_fields: Fields that have a column.
        """
        ...

    def count(self, observations: Sequence[Observation]) -> None:
        """Let observations count: the rows of a file may turn out to be unusable."""
        ...

    def packed(self, observations: Sequence[Observation]) -> bytes:
        """Observations as bytes, to be kept beside their file."""
        ...

    def unpacked(self, content: bytes) -> list[Observation]:
        """Observations that were kept."""
        ...


class Unobserved:
    """Looks at nothing."""

    def observe(
        self, kind: FileKind, rows: pl.DataFrame, stated_fields: frozenset[str]
    ) -> Observation:
        """Nothing."""
        _ = kind, rows, stated_fields
        return None

    def count(self, observations: Sequence[Observation]) -> None:
        """Nothing."""

    def packed(self, observations: Sequence[Observation]) -> bytes:
        """Nothing."""
        _ = observations
        return b""

    def unpacked(self, content: bytes) -> list[Observation]:
        """Nothing."""
        _ = content
        return []
