"""Frames as Delta tables: one table per frame, partitioned by shop, one commit per shop and write.

A commit is atomic: a writer that dies leaves the last good version, and no reader sees half of a
frame. Two writers of one shop can't both win; the loser gets a :class:`TransientError`.
"""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import dataframely as dy
import polars as pl
from deltalake import CommitProperties, DeltaTable, Schema, write_deltalake
from deltalake.exceptions import CommitFailedError, TableNotFoundError

from bundle_pipeline.errors import InputDataError, TransientError
from bundle_pipeline.schemas.base import FrameT, checked
from bundle_pipeline.schemas.shop_id import ShopId
from bundle_pipeline.store.objects import local_folder

_SHOP_COLUMN = "shop_id"


@dataclass(frozen=True)
class Origin:
    """Who wrote a version: recorded with each commit."""

    run_id: str
    settings_hash: str
    code_version: str


@dataclass(frozen=True)
class Lake:
    """Tables below one URL."""

    url: str

    def write(
        self, schema: type[FrameT], shop_id: ShopId, frame: pl.DataFrame, *, origin: Origin
    ) -> int:
        """Replace a shop's rows of a frame by these, in one commit.

        Args:
            schema: Declaration of the frame; rows are checked against it first.
            shop_id: Whose rows they are.
            frame: All rows of the shop.
            origin: Recorded in the table's history.

        Returns:
            The table's version that holds them.

        Raises:
            SchemaError: The rows aren't as declared; nothing was written.
            TransientError: Another writer of the same shop was first; nothing was written.
        """
        rows = checked(schema, frame).select(pl.lit(shop_id).alias(_SHOP_COLUMN), pl.all())
        table = self._table(schema, create=True)
        metadata = {
            "shop_id": shop_id,
            "run_id": origin.run_id,
            "settings_hash": origin.settings_hash,
            "code_version": origin.code_version,
        }
        try:
            write_deltalake(
                table,
                rows,
                mode="overwrite",
                predicate=_of(shop_id),
                commit_properties=CommitProperties(custom_metadata=metadata),
            )
        except CommitFailedError as error:
            raise TransientError(
                "BP-STORE-CONFLICT",
                place=f"{schema.name} (shop {shop_id})",
                found="a commit of another run to the same shop",
                expected="one writer per shop at a time",
                remedy="nothing was written; run the shop again",
            ) from error
        return table.version()

    def read(
        self, schema: type[FrameT], shop_id: ShopId, *, version: int | None = None
    ) -> dy.DataFrame[FrameT]:
        """A shop's rows of a frame.

        Args:
            schema: Declaration of the frame.
            shop_id: Whose rows.
            version: Version of the table; the newest if None.

        Raises:
            InputDataError: The frame was never written.
        """
        table = self._table(schema, version=version)
        rows = (
            pl.scan_delta(table)
            .filter(pl.col(_SHOP_COLUMN) == shop_id)
            .select(schema.column_names())
            .collect()
        )
        return checked(schema, rows)

    def _table(
        self, schema: type[FrameT], *, create: bool = False, version: int | None = None
    ) -> DeltaTable:
        uri = self._uri(schema)
        if create:
            empty = schema.create_empty().select(
                pl.lit(None, dtype=pl.String).alias(_SHOP_COLUMN), pl.all()
            )
            DeltaTable.create(
                uri,
                schema=Schema.from_arrow(empty.schema),
                mode="ignore",
                partition_by=[_SHOP_COLUMN],
            )
        try:
            return DeltaTable(uri, version=version)
        except TableNotFoundError as error:
            raise InputDataError(
                "BP-STORE-MISSING",
                place=f"{schema.name} in {self.url}",
                found="no table",
                expected="a frame written by an earlier step",
                remedy="run the shop: bundle-pipeline run --shop SHOP",
            ) from error

    def _uri(self, schema: type[FrameT]) -> str:
        if urlsplit(self.url).scheme in {"", "file"}:
            path: Path = local_folder(self.url) / "tables" / schema.name
            return str(path)
        return f"{self.url.rstrip('/')}/tables/{schema.name}"


def _of(shop_id: ShopId) -> str:
    # Delta takes its predicate as text only. A ShopId is validated: it holds no quote.
    return f"{_SHOP_COLUMN} = '{shop_id}'"
