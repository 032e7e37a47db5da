"""Frames too large to hold: checked and written part by part, and read as one.

What belongs here: parts on their way to the lake, in a folder of their own, and those that it has
already. What stays out: how the lake takes them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic
from uuid import uuid4

import dataframely as dy
import polars as pl

from bundle_pipeline.schemas.base import FrameT, checked, declared, without_key
from bundle_pipeline.store.objects import is_local
from bundle_pipeline.store.patience import PATIENCE

# Each night writes them anew: a tenth more bytes than level 3 for a third of its time.
_COMPRESSION_LEVEL = 1
# What a part is, the origin that it shares with parts of other frames, and its own number.
_NAME = re.compile(r"[a-z_]+-(?P<origin>[0-9a-f]{32})-[0-9a-f]{32}\.parquet")


@dataclass(frozen=True)
class Part:
    """Rows in a Parquet file that nobody changes.

    Attributes:
        name: Name of the file, given once.
        address: Path or URL.
        row_count: Its rows.
        is_kept: Whether it lies in the lake; else it is a local file on its way there.
    """

    name: str
    address: str
    row_count: int
    is_kept: bool = False

    @property
    def origin(self) -> str | None:
        """What it shares with parts of other frames that were made of the same; None if unknown."""
        named = _NAME.fullmatch(self.name)
        return named["origin"] if named else None

    def scan(self) -> pl.LazyFrame:
        """Its rows, not read yet."""
        return scanned(self.address)


@dataclass(frozen=True)
class Parts(Generic[FrameT]):
    """A frame as Parquet files that hold its rows in any order, each row once.

    Attributes:
        schema: Declaration of the frame; each part was checked against it, save for its key: that
            a key stands once in all parts is for the room that makes them to see to.
        files: The parts.
    """

    schema: type[FrameT]
    files: tuple[Part, ...]

    @property
    def row_count(self) -> int:
        """Rows of all parts."""
        return sum(part.row_count for part in self.files)

    def frames(self) -> Iterator[pl.DataFrame]:
        """The parts, one at a time."""
        return (part.scan().collect() for part in self.files)

    def scan(self) -> pl.LazyFrame:
        """All rows, in any order, not read yet."""
        parts = [part.scan() for part in self.files]
        return pl.concat([self.schema.create_empty().lazy(), *parts])

    def head(self, row_count: int) -> pl.DataFrame:
        """The first rows of the first part."""
        return self.scan().head(row_count).collect()

    def collected(self) -> dy.DataFrame[FrameT]:
        """All rows, by key."""
        rows = pl.concat([self.schema.create_empty(), *self.frames()])
        return declared(self.schema, rows.sort(self.schema.primary_key()))

    def with_part(
        self, folder: Path, rows: pl.DataFrame, *, origin: str | None = None
    ) -> "Parts[FrameT]":
        """These parts and one more, written into a folder; the same if it has no rows.

        Args:
            folder: Where to.
            rows: Its rows.
            origin: What it shares with parts of other frames that are made of the same, see
                :func:`new_origin`; None: with none.

        Raises:
            SchemaError: The rows aren't as declared.
        """
        if rows.is_empty():
            return self
        declared_rows = checked(without_key(self.schema), rows).select(self.schema.column_names())
        part = written_part(folder, self.schema.name, declared_rows, origin=origin)
        return replace(self, files=(*self.files, part))

    def joined(self, *others: "Parts[FrameT]") -> "Parts[FrameT]":
        """These parts and those of others."""
        more = [part for other in others for part in other.files]
        return replace(self, files=(*self.files, *more))


def scanned(address: str) -> pl.LazyFrame:
    """Rows of a Parquet file, not read yet.

    Args:
        address: Path or URL.
    """
    options = None if is_local(address) else PATIENCE.storage_options()
    return pl.scan_parquet(address, storage_options=options)


def new_origin() -> str:
    """A name for what parts of several frames are made of, given once."""
    return uuid4().hex


def written_part(folder: Path, what: str, rows: pl.DataFrame, *, origin: str | None = None) -> Part:
    """Rows as a new file of a folder.

    Args:
        folder: Where to.
        what: How its name begins.
        rows: Any rows.
        origin: What it is made of; None: what nothing else is made of.
    """
    name = f"{what}-{origin or new_origin()}-{uuid4().hex}.parquet"
    return named_part(folder, name, rows)


def named_part(folder: Path, name: str, rows: pl.DataFrame) -> Part:
    """Rows as a file of a folder whose name says what they are made of.

    Args:
        folder: Where to.
        name: Name of the file; no other rows have it.
        rows: Any rows.
    """
    rows.write_parquet(folder / name, compression_level=_COMPRESSION_LEVEL, statistics=False)
    return Part(name, str(folder / name), rows.height)


def no_parts(schema: type[FrameT]) -> Parts[FrameT]:
    """A frame without rows."""
    return Parts(schema, ())
