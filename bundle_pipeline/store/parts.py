"""Frames too large to hold: checked and written part by part, and read as one.

What belongs here: parts on their way to the lake, in a folder of their own. What stays out: how the
lake takes them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic
from uuid import uuid4

import dataframely as dy
import polars as pl

from bundle_pipeline.schemas.base import FrameT, checked, declared, without_key

# Each night writes them anew: a tenth more bytes than level 3 for a third of its time.
_COMPRESSION_LEVEL = 1


@dataclass(frozen=True)
class Parts(Generic[FrameT]):
    """A frame as Parquet files that hold its rows in any order, each row once.

    Attributes:
        schema: Declaration of the frame; each part was checked against it, save for its key: that
            a key stands once in all parts is for the room that makes them to see to.
        paths: The files.
        row_count: Rows of all of them.
    """

    schema: type[FrameT]
    paths: tuple[Path, ...]
    row_count: int

    def frames(self) -> Iterator[pl.DataFrame]:
        """The parts, one at a time."""
        return (pl.read_parquet(path) for path in self.paths)

    def scan(self) -> pl.LazyFrame:
        """All rows, in any order, not read yet."""
        parts = [pl.scan_parquet(path) for path in self.paths]
        return pl.concat([self.schema.create_empty().lazy(), *parts])

    def head(self, row_count: int) -> pl.DataFrame:
        """The first rows of the first part."""
        return self.scan().head(row_count).collect()

    def collected(self) -> dy.DataFrame[FrameT]:
        """All rows, by key."""
        rows = pl.concat([self.schema.create_empty(), *self.frames()])
        return declared(self.schema, rows.sort(self.schema.primary_key()))

    def with_part(self, folder: Path, rows: pl.DataFrame) -> "Parts[FrameT]":
        """These parts and one more, written into a folder; the same if it has no rows.

        Raises:
            SchemaError: The rows aren't as declared.
        """
        if rows.is_empty():
            return self
        path = folder / f"{self.schema.name}-{uuid4().hex}.parquet"
        checked(without_key(self.schema), rows).select(self.schema.column_names()).write_parquet(
            path, compression_level=_COMPRESSION_LEVEL, statistics=False
        )
        return replace(self, paths=(*self.paths, path), row_count=self.row_count + rows.height)

    def joined(self, other: "Parts[FrameT]") -> "Parts[FrameT]":
        """These parts and those of another."""
        return replace(
            self, paths=(*self.paths, *other.paths), row_count=self.row_count + other.row_count
        )


def no_parts(schema: type[FrameT]) -> Parts[FrameT]:
    """A frame without rows."""
    return Parts(schema, (), 0)
