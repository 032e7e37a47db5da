"""Landing folders for tests: a shop's files, staged and loaded as the pipeline does it."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import polars as pl

from bundle_pipeline.ingest.aliases import FileKind
from bundle_pipeline.ingest.load import LoadedShop, load_shop
from bundle_pipeline.ingest.observer import Observation, Unobserved
from bundle_pipeline.ingest.params import IngestParams
from bundle_pipeline.ingest.raw_rows import with_raw_rows
from bundle_pipeline.ingest.stage import StagedShop, stage_shop
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.store.objects import opened

CUSTOMER_KEY = b"a secret for tests"

Content = str | bytes


class ReadShop:
    """A loaded shop with its orders and their lines read."""

    def __init__(self, loaded: LoadedShop) -> None:
        self._loaded = loaded
        self.orders = loaded.orders.collected()
        self.order_lines = loaded.order_lines.collected()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 whatever a loaded shop has
        return getattr(self._loaded, name)


def csv_text(header: Sequence[str], *rows: Sequence[str]) -> str:
    """A CSV file, quoted where it has to be."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows([header, *rows])
    return buffer.getvalue()


@dataclass
class ObservedText(Unobserved):
    """Staged text of a shop, by kind, and the fields that have a column."""

    rows: dict[FileKind, list[pl.DataFrame]] = field(default_factory=dict)
    stated_fields: dict[FileKind, frozenset[str]] = field(default_factory=dict)

    def observe(
        self, kind: FileKind, rows: pl.DataFrame, stated_fields: frozenset[str]
    ) -> Observation:
        """Take rows."""
        return kind, rows, stated_fields

    def count(self, observations: Sequence[Observation]) -> None:
        """Add rows."""
        for kind, rows, stated in cast("Any", observations):
            self.rows.setdefault(kind, []).append(rows)
            self.stated_fields[kind] = self.stated_fields.get(kind, frozenset()) | stated

    def table(self, kind: FileKind) -> pl.DataFrame:
        """All rows of a kind, in the order of files and lines."""
        return pl.concat(self.rows[kind], how="diagonal").sort("_path", "_line_number")


def observed_text(
    landing: Path, spool: Path, *, shop: str = "shop", params: IngestParams | None = None
) -> ObservedText:
    """What staging shows of a shop's files."""
    text = ObservedText()
    stage_shop(
        opened(str(landing)),
        shop_id(shop),
        params or IngestParams(),
        folder=spool,
        customer_key=CUSTOMER_KEY,
        observer=text,
    )
    return text


def staged_files(
    folder: Path,
    files: Mapping[str, Content],
    *,
    params: IngestParams | None = None,
    shop: str = "shop",
) -> StagedShop:
    """Land files by path below the shop's folder, and stage them."""
    for path, content in files.items():
        target = folder / shop / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    spool = folder / "spool"
    spool.mkdir(parents=True, exist_ok=True)
    return stage_shop(
        opened(str(folder), create=True),
        shop_id(shop),
        params or IngestParams(max_quarantined_rate=1.0),
        folder=spool,
        customer_key=CUSTOMER_KEY,
    )


def loaded_shop(landing: Path, shop: str, spool: Path) -> ReadShop:
    """A landed shop, staged and loaded by default settings."""
    staged = stage_shop(
        opened(str(landing)),
        shop_id(shop),
        IngestParams(),
        folder=spool,
        customer_key=CUSTOMER_KEY,
    )
    return ReadShop(load_shop(staged, IngestParams(), folder=spool))


def loaded_files(
    folder: Path,
    files: Mapping[str, Content],
    *,
    params: IngestParams | None = None,
    shop: str = "shop",
) -> ReadShop:
    """Land files, stage and load them; by default however many rows are unusable."""
    given = params or IngestParams(max_quarantined_rate=1.0)
    staged = staged_files(folder, files, params=given, shop=shop)
    loaded = load_shop(staged, given, folder=folder / "spool")
    return ReadShop(
        replace(
            loaded,
            quarantine=with_raw_rows(
                loaded.quarantine,
                opened(str(folder)),
                shop_id(shop),
                staged.landed,
                extra_aliases=given.extra_aliases,
                folder=folder / "spool",
            ),
        )
    )
