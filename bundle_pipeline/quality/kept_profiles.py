"""Profiles as bytes, to be kept beside the file that they are of."""

from collections.abc import Sequence

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from bundle_pipeline.quality.profile import Profile
from bundle_pipeline.quality.tally import Tally
from bundle_pipeline.store.boxes import boxed, unboxed


@dataclass(frozen=True)
class _KeptProfile:
    kind: str
    columns: frozenset[str]
    row_count: int
    tallies: dict[str, Tally]
    keys: tuple[str, ...]


_PROFILES = TypeAdapter(list[_KeptProfile])


def packed(profiles: Sequence[Profile]) -> bytes:
    """Profiles as bytes."""
    kept = [
        _KeptProfile(
            kind=profile.kind,
            columns=profile.columns,
            row_count=profile.row_count,
            tallies=dict(profile.tallies),
            keys=tuple(profile.keys),
        )
        for profile in profiles
    ]
    frames = {
        f"{number}/{name}": keys
        for number, profile in enumerate(profiles)
        for name, keys in profile.keys.items()
    }
    return boxed(_PROFILES.dump_json(kept), frames)


def unpacked(content: bytes) -> list[Profile]:
    """The profiles that were packed."""
    document, frames = unboxed(content)
    return [
        Profile(
            kind=kept.kind,
            columns=kept.columns,
            row_count=kept.row_count,
            tallies=kept.tallies,
            keys={name: frames[f"{number}/{name}"] for name in kept.keys},
        )
        for number, kept in enumerate(_PROFILES.validate_json(document))
    ]
