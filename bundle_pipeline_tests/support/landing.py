"""Landing folders for tests: a shop's files, staged and loaded as the pipeline does it."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from bundle_pipeline.ingest.load import LoadedShop, load_shop
from bundle_pipeline.ingest.params import IngestParams
from bundle_pipeline.ingest.stage import StagedShop, stage_shop
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.store.objects import opened

CUSTOMER_KEY = b"a secret for tests"

Content = str | bytes


def csv_text(header: Sequence[str], *rows: Sequence[str]) -> str:
    """A CSV file, quoted where it has to be."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows([header, *rows])
    return buffer.getvalue()


def staged_files(folder: Path, files: Mapping[str, Content], *, shop: str = "shop") -> StagedShop:
    """Land files by path below the shop's folder, and stage them."""
    for path, content in files.items():
        target = folder / shop / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    return stage_shop(opened(str(folder), create=True), shop_id(shop))


def loaded_files(
    folder: Path,
    files: Mapping[str, Content],
    *,
    params: IngestParams | None = None,
    shop: str = "shop",
) -> LoadedShop:
    """Land files, stage and load them; by default however many rows are unusable."""
    staged = staged_files(folder, files, shop=shop)
    given = params or IngestParams(max_quarantined_rate=1.0)
    return load_shop(staged, given, customer_key=CUSTOMER_KEY)
