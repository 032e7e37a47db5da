"""A frame in parts is one frame in the lake; another shop's rows and older versions stay."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest

from bundle_pipeline.errors import SchemaError, TransientError
from bundle_pipeline.schemas.mining import ItemCounts
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.store.lake import Lake
from bundle_pipeline.store.objects import Objects
from bundle_pipeline.store.parts import Parts, no_parts
from bundle_pipeline_tests.support.lakes import mark_of, marked_frame, origin

CORNER, MARKET = shop_id("corner"), shop_id("market")


def parts_of(folder: Path, mark: int) -> Parts[ItemCounts]:
    frame = marked_frame(mark)
    return no_parts(ItemCounts).with_part(folder, frame[2:]).with_part(folder, frame[:2])


def read(lake: Lake, shop: str, *, version: int | None = None) -> int:
    return mark_of(lake.read(ItemCounts, shop_id(shop), version=version).sort("variant_id"))


def test_parts_replace_a_shop_s_rows_in_one_version(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    assert lake.write_parts(parts_of(tmp_path, 1), CORNER, origin=origin()) == 0
    assert lake.write_parts(parts_of(tmp_path, 2), MARKET, origin=origin()) == 1
    assert lake.write_parts(parts_of(tmp_path, 3), CORNER, origin=origin()) == 2
    assert (read(lake, CORNER), read(lake, MARKET)) == (3, 2)
    assert read(lake, CORNER, version=1) == 1


def test_parts_and_whole_frames_take_turns(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    lake.write(ItemCounts, CORNER, marked_frame(1), origin=origin())
    lake.write_parts(parts_of(tmp_path, 2), CORNER, origin=origin())
    assert read(lake, CORNER) == 2
    lake.write(ItemCounts, CORNER, marked_frame(3), origin=origin())
    assert read(lake, CORNER) == 3


def test_of_two_first_writers_of_a_shop_one_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = Lake(str(tmp_path / "lake"))
    lake.write_parts(parts_of(tmp_path, 1), MARKET, origin=origin())
    upload = Objects.upload

    def overtaken(objects: Objects, key: str, path: Path) -> None:
        monkeypatch.setattr(Objects, "upload", upload)
        upload(objects, key, path)
        # In another thread, which has the table open on its own.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(lake.write_parts, parts_of(tmp_path, 2), CORNER, origin=origin()).result()

    monkeypatch.setattr(Objects, "upload", overtaken)
    with pytest.raises(TransientError, match="BP-STORE-CONFLICT"):
        lake.write_parts(parts_of(tmp_path, 3), CORNER, origin=origin())
    assert read(lake, CORNER) == 2


def test_two_shops_that_begin_a_table_at_once_both_have_their_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = Lake(str(tmp_path / "lake"))
    upload = Objects.upload

    def overtaken(objects: Objects, key: str, path: Path) -> None:
        monkeypatch.setattr(Objects, "upload", upload)
        upload(objects, key, path)
        lake.write_parts(parts_of(tmp_path, 2), MARKET, origin=origin())

    monkeypatch.setattr(Objects, "upload", overtaken)
    assert lake.write_parts(parts_of(tmp_path, 1), CORNER, origin=origin()) == 1
    assert (read(lake, CORNER), read(lake, MARKET)) == (1, 2)


def test_parts_that_were_kept_are_not_taken_for_there_in_a_table_that_is_gone(
    tmp_path: Path,
) -> None:
    lake = Lake(str(tmp_path / "lake"))
    lake.write_parts(parts_of(tmp_path, 1), CORNER, origin=origin())
    kept = lake.parts(ItemCounts, CORNER)
    shutil.rmtree(tmp_path / "lake")
    with pytest.raises(TransientError, match="BP-STORE-CONFLICT"):
        lake.write_parts(kept, CORNER, origin=origin())


def test_parts_that_another_run_has_stored_meanwhile_stay(tmp_path: Path) -> None:
    lake, parts = Lake(str(tmp_path / "lake")), parts_of(tmp_path, 3)
    lake.write_parts(parts, CORNER, origin=origin())
    lake.write_parts(parts, CORNER, origin=origin())
    assert lake.read(ItemCounts, CORNER).sort("variant_id").equals(marked_frame(3))
    more = Parts(ItemCounts, (*parts.files[1:], *parts_of(tmp_path, 1).files))
    lake.write_parts(more, CORNER, origin=origin())
    assert {part.name for part in lake.parts(ItemCounts, CORNER).files} == {
        part.name for part in more.files
    }


def test_no_parts_are_no_rows(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    lake.write_parts(parts_of(tmp_path, 1), CORNER, origin=origin())
    lake.write_parts(no_parts(ItemCounts), CORNER, origin=origin())
    assert lake.read(ItemCounts, CORNER).is_empty()


def test_collected_parts_are_sorted_by_key(tmp_path: Path) -> None:
    assert parts_of(tmp_path, 4).collected().equals(marked_frame(4))
    assert parts_of(tmp_path, 4).row_count == marked_frame(4).height


def test_a_part_that_isn_t_as_declared_is_refused(tmp_path: Path) -> None:
    spoilt = marked_frame(1).with_columns(basket_count=pl.lit(-1, dtype=pl.Int64))
    with pytest.raises(SchemaError):
        no_parts(ItemCounts).with_part(tmp_path, spoilt)
    assert not list(tmp_path.iterdir())
