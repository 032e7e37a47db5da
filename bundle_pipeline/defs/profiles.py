"""The profile of a shop's staged text, gathered while it is read.

What belongs here: handing what the ingest room reads to the quality room. What stays out: what a
profile is.
"""

from collections.abc import Callable
from functools import partial

import polars as pl

from bundle_pipeline.ingest.aliases import FILE_KINDS, FileKind
from bundle_pipeline.quality.profile import Profile, merged, profiled


class ProfileOfShop:
    """Profiles of batches, from several threads; they add up in any order."""

    def __init__(self) -> None:
        self._batches: dict[FileKind, list[Profile]] = {kind: [] for kind in FILE_KINDS}

    def observe(
        self, kind: FileKind, rows: pl.DataFrame, stated_fields: frozenset[str]
    ) -> Callable[[], None]:
        """Profile staged rows of a kind; what is given back adds them."""
        return partial(self._batches[kind].append, profiled(kind, rows, stated_fields))

    def by_kind(self) -> list[Profile]:
        """One profile per kind, also of kinds of which nothing has landed."""
        return [
            merged(batches or [profiled(kind, pl.DataFrame(), frozenset())])
            for kind, batches in self._batches.items()
        ]
