"""The profile of a shop's staged text, gathered while it is read.

What belongs here: handing what the ingest room reads to the quality room. What stays out: what a
profile is.
"""

from collections.abc import Sequence
from typing import cast

import polars as pl

from bundle_pipeline.ingest.aliases import FILE_KINDS, FileKind
from bundle_pipeline.ingest.observer import Observation
from bundle_pipeline.quality.kept_profiles import packed, unpacked
from bundle_pipeline.quality.profile import Profile, merged, profiled


class ProfileOfShop:
    """Profiles of batches, from several threads; they add up in any order."""

    def __init__(self) -> None:
        self._batches: dict[str, list[Profile]] = {kind: [] for kind in FILE_KINDS}

    def observe(
        self, kind: FileKind, rows: pl.DataFrame, stated_fields: frozenset[str]
    ) -> Observation:
        """The profile of staged rows of a kind."""
        return profiled(kind, rows, stated_fields)

    def count(self, observations: Sequence[Observation]) -> None:
        """Add profiles."""
        for profile in cast("Sequence[Profile]", observations):
            self._batches[profile.kind].append(profile)

    def packed(self, observations: Sequence[Observation]) -> bytes:
        """Profiles as bytes: one per kind."""
        profiles = cast("Sequence[Profile]", observations)
        kinds = dict.fromkeys(profile.kind for profile in profiles)
        return packed([merged([one for one in profiles if one.kind == kind]) for kind in kinds])

    def unpacked(self, content: bytes) -> list[Observation]:
        """Profiles that were kept."""
        return list(unpacked(content))

    def by_kind(self) -> list[Profile]:
        """One profile per kind, also of kinds of which nothing has landed."""
        return [
            merged(batches or [profiled(kind, pl.DataFrame(), frozenset())])
            for kind, batches in self._batches.items()
        ]
