"""A landed object as it was read: its files, their rows, and what was decided of its orders."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bundle_pipeline.ingest.file_rows import FileRows
from bundle_pipeline.ingest.landed import LandedTable, StagedFile, opened_files
from bundle_pipeline.ingest.observer import Observation
from bundle_pipeline.ingest.order_blocks import OrderBlock
from bundle_pipeline.ingest.order_decisions import Decision
from bundle_pipeline.ingest.recognition import ExtraAliases
from bundle_pipeline.schemas.shop_id import ShopId
from bundle_pipeline.store.objects import Objects, StoredObject


@dataclass(frozen=True)
class ReadObject:
    """What reading a landed object came to.

    Attributes:
        path: Its key below the shop's folder.
        entry: The object as it was listed; it was read in that version.
        files: What it holds: itself, or the members of an archive.
        rows: Rows of its files, save for orders, per file and kind.
        blocks: Its orders.
        observations: What was observed of its rows.
        decisions: What was decided of the orders of a unit, by the index of the unit's first block.
    """

    path: str
    entry: StoredObject
    files: tuple[StagedFile, ...]
    rows: tuple[FileRows, ...]
    blocks: tuple[OrderBlock, ...]
    observations: tuple[Observation, ...] = field(repr=False)
    decisions: Mapping[int, Decision] = field(default_factory=dict[int, Decision])

    @property
    def identity(self) -> str:
        """Tells it from every other object of the shop, and from its other versions."""
        said = f"{self.path}\0{self.entry.version}\0{self.entry.byte_count}"
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    def with_blocks(self, blocks: Sequence[OrderBlock]) -> "ReadObject":
        """The same with other blocks."""
        return replace(self, blocks=tuple(blocks))


@dataclass(frozen=True)
class LandedFolder:
    """A shop's folder of the landing zone.

    Attributes:
        landing: The landing zone.
        shop_id: Whose folder.
        copies: Where copies of large objects of a bucket go.
        extra_aliases: Spellings of the shop's own.
    """

    landing: Objects
    shop_id: ShopId
    copies: Path
    extra_aliases: ExtraAliases

    def listed(self) -> tuple[StoredObject, ...]:
        """Its objects, by key.

        Raises:
            InputDataError: A link, or a file with an impossible name, lies in it.
        """
        return tuple(self.landing.landed(self.shop_id))

    def path_of(self, entry: StoredObject) -> str:
        """Key of an object below the folder."""
        return entry.key.removeprefix(f"{self.shop_id}/")

    def opened(self, entry: StoredObject) -> list[tuple[StagedFile, LandedTable | None]]:
        """The files in an object, and the table of each that is one of ours.

        Raises:
            TransientError: The object changed after it was listed, or came only in part.
        """
        path = self.path_of(entry)
        return opened_files(
            self.landing.content_of(entry, self.copies),
            path=path,
            place=f"shop {self.shop_id}, {path}",
            extra_aliases=self.extra_aliases,
        )
