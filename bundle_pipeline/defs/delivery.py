"""What a shop has landed: its fingerprint, whether it is all there, whether orders are among it.

What belongs here: what has to be known of landed files before a run. What stays out: reading them,
which is the ingest room's.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

from pydantic import AliasChoices, BaseModel, Field, ValidationError

from bundle_pipeline.defs.budget import Budget
from bundle_pipeline.ingest.recognition import ExtraAliases
from bundle_pipeline.ingest.sniffing import sniffed_kinds
from bundle_pipeline.schemas.shop_id import ShopId
from bundle_pipeline.store.objects import Objects, StoredObject

# Enough for the longest header seen (105 columns, 5 kB) many times over.
_HEADER_BYTES = 65_536
_SUCCESS = "_SUCCESS"
_MANIFEST = "manifest.json"
_MARKERS = frozenset({_SUCCESS, _MANIFEST})
# The operator's own file: whoever delivers doesn't know of it.
_SETTINGS = frozenset({"settings.yaml", "settings.yml"})
_FINGERPRINT_DIGITS = 20

Completeness = Literal["complete", "incomplete", "unsaid"]


@dataclass(frozen=True)
class Delivery:
    """Files of one shop at one moment."""

    shop_id: ShopId
    files: tuple[StoredObject, ...]

    @cached_property
    def fingerprint(self) -> str:
        """Changes when a file appears, disappears or gets other content; markers don't count.

        A marker that follows its files says that they are all, not that they are others.
        """
        content = sorted(self._content, key=lambda file: file.key)
        return _digest(
            "".join(f"{file.key}\0{file.byte_count}\0{file.version}\n" for file in content)
        )

    def data_version(self, rules: str) -> str:
        """Version of what is made of it under these rules; see :meth:`Site.rules`."""
        return _digest(f"{self.fingerprint} {rules}")

    @property
    def run_key(self) -> str:
        """Of these contents, landed at this time.

        Dagster never starts a run of a key twice. Old content that is landed again over newer one
        has its old fingerprint, and must be run.
        """
        newest = max((file.modified_at for file in self._content), default=None)
        landed = "" if newest is None else f":{newest:%Y%m%dT%H%M%S.%f}"
        return f"{self.shop_id}:{self.fingerprint}{landed}"

    @property
    def exports(self) -> tuple[StoredObject, ...]:
        """What the shop delivered: neither markers nor settings."""
        return tuple(file for file in self._content if _name(file) not in _SETTINGS)

    def is_quiet_since(self, moment: datetime) -> bool:
        """Whether no file has been written after a moment, by the store's clock."""
        return all(file.modified_at <= moment for file in self._content)

    def completeness(self, landing: Objects) -> Completeness:
        """What markers say of it.

        ``_SUCCESS`` says that the files landed before it are all. So does ``manifest.json``; one
        that lists files speaks of those instead: they are there with their sizes, or it is
        incomplete. Files landed after a marker are none of its business.

        Raises:
            TransientError: The manifest can't be read.
        """
        said = set[Completeness]()
        for marker in self.files:
            if _name(marker) == _SUCCESS:
                said.add(self._covered_by(marker))
            elif _name(marker) == _MANIFEST:
                said.add(self._said_by(marker, landing.read_listed(marker)))
        strongest_first: tuple[Completeness, ...] = ("incomplete", "complete")
        for word in strongest_first:
            if word in said:
                return word
        return "unsaid"

    def has_orders(self, landing: Objects, budget: Budget, *, extra_aliases: ExtraAliases) -> bool:
        """Whether an export is recognised as orders: the one kind that is required.

        Where the budget doesn't suffice to look, the shop has the benefit of the doubt: its run
        tells.

        Args:
            landing: Landing zone.
            budget: How long it may take.
            extra_aliases: Spellings of the shop's own.
        """
        return any(
            budget.is_spent() or _is_orders(landing, file, extra_aliases) for file in self.exports
        )

    @property
    def _content(self) -> tuple[StoredObject, ...]:
        return tuple(file for file in self.files if _name(file) not in _MARKERS)

    def _covered_by(
        self, marker: StoredObject, *, listed: frozenset[str] = frozenset()
    ) -> Completeness:
        older = all(
            file.modified_at <= marker.modified_at or file.key in listed for file in self.exports
        )
        return "complete" if older else "unsaid"

    def _said_by(self, marker: StoredObject, content: bytes) -> Completeness:
        try:
            manifest = _Manifest.model_validate_json(content)
        except ValidationError:
            # Half an upload, or somebody else's: it says nothing.
            return "unsaid"
        folder = marker.key.removesuffix(_MANIFEST)
        sizes = {file.key: file.byte_count for file in self.files}
        if any(sizes.get(f"{folder}{file.name}") != file.size for file in manifest.files):
            return "incomplete"
        return self._covered_by(
            marker, listed=frozenset(f"{folder}{file.name}" for file in manifest.files)
        )


class _ListedFile(BaseModel):
    name: str = Field(validation_alias=AliasChoices("name", "path", "key"))
    size: int = Field(validation_alias=AliasChoices("size", "bytes", "byte_count"))


class _Manifest(BaseModel):
    files: list[_ListedFile] = Field(default_factory=list[_ListedFile])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_FINGERPRINT_DIGITS]


def _name(file: StoredObject) -> str:
    return file.key.rpartition("/")[2]


def _is_orders(landing: Objects, file: StoredObject, extra_aliases: ExtraAliases) -> bool:
    start = landing.read_start(file, _HEADER_BYTES)
    return "orders" in sniffed_kinds(start, file.key, extra_aliases=extra_aliases)
