"""A table kept open shows what others wrote, and isn't mistaken for one made in its place."""

import shutil
from pathlib import Path

import pytest
from deltalake.exceptions import TableNotFoundError

from bundle_pipeline.schemas.mining import ItemCounts
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.store.lake import Lake
from bundle_pipeline.store.open_tables import at, commit_key, newest, newest_version
from bundle_pipeline_tests.support.lakes import marked_frame, origin, read_mark, write_at_once

SHOP = shop_id("corner")


def _write(lake: Path, mark: int) -> int:
    return Lake(str(lake)).write(ItemCounts, SHOP, marked_frame(mark), origin=origin())


def test_what_another_process_wrote_is_seen(tmp_path: Path) -> None:
    _write(tmp_path, 1)
    assert read_mark(tmp_path, SHOP) == 1
    assert write_at_once(tmp_path, [(SHOP, 2)]) == [1]
    assert read_mark(tmp_path, SHOP) == 2


def test_a_lake_made_anew_is_not_taken_for_the_old_one(tmp_path: Path) -> None:
    for mark in range(1, 4):
        _write(tmp_path, mark)
    shutil.rmtree(tmp_path / "tables")
    assert _write(tmp_path, 9) == 0
    assert read_mark(tmp_path, SHOP) == 9
    assert Lake(str(tmp_path)).version(ItemCounts) == 0


def test_a_table_stays_open(tmp_path: Path) -> None:
    _write(tmp_path, 1)
    uri = str(tmp_path / "tables" / ItemCounts.name)
    assert newest(uri) is newest(uri)


def test_the_newest_version_of_a_table_is_that_of_its_last_commit(tmp_path: Path) -> None:
    uri = str(tmp_path / "tables" / ItemCounts.name)
    with pytest.raises(TableNotFoundError):
        newest_version(uri)
    for version in range(3):
        assert _write(tmp_path, version + 1) == version
        assert newest_version(uri) == version


@pytest.mark.parametrize("cleared", [0, 1])
def test_a_table_of_which_a_commit_was_cleared_away_has_a_newest_version(
    cleared: int, tmp_path: Path
) -> None:
    _write(tmp_path, 1)
    _write(tmp_path, 2)
    uri = str(tmp_path / "tables" / ItemCounts.name)
    at(uri).create_checkpoint()
    (Path(uri) / commit_key(cleared)).unlink()
    assert newest_version(uri) == 1
