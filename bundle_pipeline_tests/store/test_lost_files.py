"""Files of a table that were removed, cut off or damaged are named, and can be made anew."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.schemas.mining import ItemCounts
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.store.lake import Lake
from bundle_pipeline.store.lost_files import lost_file_named
from bundle_pipeline.store.objects import opened
from bundle_pipeline.store.parts import no_parts
from bundle_pipeline_tests.support.lakes import marked_frame, origin
from bundle_pipeline_tests.support.lost_files import cut_off, damaged_inside, removed

CORNER = shop_id("corner")
MARKET = shop_id("market")


def _file_of(lake: Lake, shop: str) -> Path:
    (file,) = Path(lake.url, "tables", "item_counts", f"shop_id={shop}").iterdir()
    return file


@pytest.mark.parametrize("lose", [removed, cut_off, damaged_inside])
def test_a_frame_whose_file_is_lost_names_it_and_what_to_do(
    lose: Callable[[Path], None], tmp_path: Path
) -> None:
    lake = Lake(str(tmp_path))
    for mark, shop in enumerate((CORNER, MARKET), start=1):
        lake.write(ItemCounts, shop, marked_frame(mark), origin=origin())
    file = _file_of(lake, CORNER)
    lose(file)
    with pytest.raises(InputDataError) as caught:
        lake.read(ItemCounts, CORNER)
    error = caught.value
    assert (error.code, error.found) == (
        "BP-STORE-LOST",
        "no such file any more" if lose is removed else "a file that is cut off or damaged",
    )
    assert error.place == f"item_counts (shop corner), file {file.name}"
    assert "bundle-pipeline run --shop corner" in error.remedy
    assert lake.read(ItemCounts, MARKET).equals(marked_frame(2))
    # The step that makes it writes over what is lost.
    lake.write(ItemCounts, CORNER, marked_frame(7), origin=origin())
    assert lake.read(ItemCounts, CORNER).equals(marked_frame(7))


@pytest.mark.parametrize("lose", [removed, cut_off])
def test_parts_are_read_by_their_ends_so_what_is_lost_shows_before_a_step_begins(
    lose: Callable[[Path], None], tmp_path: Path
) -> None:
    lake = Lake(str(tmp_path / "lake"))
    rows = marked_frame(5)
    parts = no_parts(ItemCounts)
    for start in range(3):
        parts = parts.with_part(tmp_path, rows[start : start + 1])
    lake.write_parts(parts, CORNER, origin=origin())
    lost, *kept = lake.parts(ItemCounts, CORNER).files
    lose(Path(lost.address))
    with pytest.raises(InputDataError, match=rf"BP-STORE-LOST item_counts .* file {lost.name}:"):
        lake.parts(ItemCounts, CORNER)
    whole = lake.whole_parts(ItemCounts, CORNER)
    assert list(whole.files) == kept
    # What is kept stays where it is, and what is lost is made anew.
    lake.write_parts(whole.with_part(tmp_path, rows[3:]), CORNER, origin=origin())
    assert lake.parts(ItemCounts, CORNER).row_count == 2 + rows.height - 3


def test_what_happens_to_rows_as_they_are_read_is_told_as_it_is(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    lake.write(ItemCounts, CORNER, marked_frame(1), origin=origin())
    rows = lake.parts(ItemCounts, CORNER).scan()
    files = lake.files_of(ItemCounts, CORNER)
    with (
        pytest.raises(pl.exceptions.InvalidOperationError),
        lost_file_named(ItemCounts, CORNER, lambda: files),
    ):
        rows.with_columns(pl.col("variant_id").cast(pl.Int64)).collect()


def test_an_object_that_a_bucket_has_lost_is_named(bucket_url: str) -> None:
    lake = Lake(f"{bucket_url}/lake")
    lake.write(ItemCounts, CORNER, marked_frame(1), origin=origin())
    objects = opened(f"{bucket_url}/lake")
    (file,) = objects.listed("tables/item_counts/shop_id=corner")
    objects.delete(file.key)
    for read in (lake.read, lake.parts):
        with pytest.raises(InputDataError, match=r"BP-STORE-LOST.*no such file any more"):
            read(ItemCounts, CORNER)
    assert lake.whole_parts(ItemCounts, CORNER).files == ()
