"""Files of tables that are gone, cut off or damaged, as where a disk was full or a bucket cleared.

A table's log names its files; that they lie there is only seen when they are read. Which one it is
is looked for where reading has failed.
"""

from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager

import polars as pl

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.schemas.base import Frame
from bundle_pipeline.schemas.shop_id import ShopId
from bundle_pipeline.store.parts import scanned

LOST = "BP-STORE-LOST"
# How Polars tells of a file that isn't there, that isn't Parquet, and that ends before its log says
# so; the last is no Exception.
_UNREADABLE = (FileNotFoundError, pl.exceptions.ComputeError, pl.exceptions.PanicException)


@contextmanager
def lost_file_named(
    schema: type[Frame], shop_id: ShopId, files: Callable[[], Mapping[str, str]]
) -> Generator[None]:
    """Name the file because of which a shop's rows of a frame can't be read.

    Args:
        schema: The frame.
        shop_id: Whose rows are read.
        files: Asked after a failure: address by name of the files that are read.

    Raises:
        InputDataError: A file is gone or damaged.
    """
    try:
        yield
    except _UNREADABLE as error:
        for name, address in files().items():
            found = _finding(address)
            if found is not None:
                raise InputDataError(
                    LOST,
                    place=f"{schema.name} (shop {shop_id}), file {name}",
                    found=found,
                    expected="the file as it was written",
                    remedy=f"run the step that makes {schema.name} again, or the whole shop: "
                    f"bundle-pipeline run --shop {shop_id}",
                ) from error
        raise


def whole_files(files: Mapping[str, str]) -> dict[str, int]:
    """Rows by name of the files that are there and end as they should.

    Args:
        files: Address by name.
    """
    try:
        return dict(zip(files, row_counts(files.values()), strict=True))
    except _UNREADABLE:
        counted = {name: _row_count(address) for name, address in files.items()}
        return {name: rows for name, rows in counted.items() if rows is not None}


def row_counts(addresses: Iterable[str]) -> list[int]:
    """Rows of each file, of which only the end is read."""
    counted = pl.collect_all([scanned(address).select(pl.len()) for address in addresses])
    return [int(rows.item()) for rows in counted]


def _finding(address: str) -> str | None:
    """What is wrong with a file; None if all of it can be read."""
    try:
        scanned(address).select(pl.all().null_count()).collect()
    except FileNotFoundError:
        return "no such file any more"
    except _UNREADABLE:
        return "a file that is cut off or damaged"
    return None


def _row_count(address: str) -> int | None:
    try:
        return row_counts([address])[0]
    except _UNREADABLE:
        return None
