"""Frames written to a lake come back, per shop and per version."""

from datetime import UTC, datetime
from pathlib import Path

import dataframely as dy
import polars as pl
import pytest
from deltalake import DeltaTable

from bundle_pipeline.errors import InputDataError, SchemaError
from bundle_pipeline.schemas.base import Frame
from bundle_pipeline.schemas.catalog import Catalog
from bundle_pipeline.schemas.mining import ItemCounts
from bundle_pipeline.schemas.registry import FRAMES
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.store.lake import Lake
from bundle_pipeline_tests.support.lakes import marked_frame, origin, read_mark

CORNER = shop_id("corner")
MARKET = shop_id("market")


def _write(lake: Path, shop: str, mark: int) -> int:
    return Lake(str(lake)).write(ItemCounts, shop_id(shop), marked_frame(mark), origin=origin())


def test_a_frame_comes_back_as_it_was_written(tmp_path: Path) -> None:
    row = {
        "variant_id": "000123",
        "product_id": "1E5",
        "product_title": "Tee",
        "tags": ["a", "b"],
        "product_status": "active",
        "price_minor": 1099,
        "currency": "EUR",
        "product_created_at": datetime(2025, 8, 22, 12, 26, 39, 871238, tzinfo=UTC),
        "is_current": True,
    }
    frame = pl.DataFrame([row], schema=Catalog.create_empty().schema)
    lake = Lake(str(tmp_path))
    lake.write(Catalog, CORNER, frame, origin=origin())
    assert lake.read(Catalog, CORNER).equals(frame)


@pytest.mark.parametrize("schema", FRAMES.values(), ids=FRAMES)
def test_every_frame_can_be_empty(schema: type[Frame], tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    lake.write(schema, CORNER, schema.create_empty(), origin=origin())
    read = lake.read(schema, CORNER)
    assert read.is_empty()
    assert read.schema == schema.create_empty().schema


def test_two_shops_in_one_table_do_not_touch_each_other(tmp_path: Path) -> None:
    _write(tmp_path, "corner", 1)
    _write(tmp_path, "market", 2)
    _write(tmp_path, "corner", 3)
    assert (read_mark(tmp_path, CORNER), read_mark(tmp_path, MARKET)) == (3, 2)


def test_older_versions_stay_readable(tmp_path: Path) -> None:
    first = _write(tmp_path, "corner", 1)
    second = _write(tmp_path, "market", 2)
    third = _write(tmp_path, "corner", 3)
    marks = [read_mark(tmp_path, CORNER, version=version) for version in (first, second, third)]
    assert marks == [1, 1, 3]
    assert first < second < third == Lake(str(tmp_path)).version(ItemCounts)


def test_an_empty_frame_replaces_what_was_there(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    _write(tmp_path, "corner", 1)
    _write(tmp_path, "market", 2)
    lake.write(ItemCounts, CORNER, ItemCounts.create_empty(), origin=origin())
    assert lake.read(ItemCounts, CORNER).is_empty()
    assert read_mark(tmp_path, MARKET) == 2


def test_a_shop_that_never_wrote_has_an_empty_frame(tmp_path: Path) -> None:
    _write(tmp_path, "corner", 1)
    assert Lake(str(tmp_path)).read(ItemCounts, MARKET).is_empty()


@pytest.mark.parametrize("shop", ["1", "007", "null", "true", "2024-01-01", "1e5", "a.b", "x-_-y"])
def test_shop_ids_that_look_like_values_stay_text(shop: str, tmp_path: Path) -> None:
    _write(tmp_path, "other", 1)
    _write(tmp_path, shop, 2)
    assert read_mark(tmp_path, shop_id(shop)) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        marked_frame(2).drop("support"),
        marked_frame(2).with_columns(pl.col("basket_count").cast(pl.String)),
        marked_frame(2).with_columns(basket_count=pl.lit(0, pl.Int64)),
        marked_frame(2).with_columns(variant_id=pl.lit("v")),
        marked_frame(2).with_columns(support=pl.lit(None, pl.Float64)),
    ],
    ids=["column missing", "other type", "out of range", "key repeats", "null"],
)
def test_a_wrong_frame_is_refused_and_nothing_is_written(
    wrong: pl.DataFrame, tmp_path: Path
) -> None:
    lake = Lake(str(tmp_path))
    before = _write(tmp_path, "corner", 1)
    with pytest.raises(SchemaError, match="item_counts"):
        lake.write(ItemCounts, CORNER, wrong, origin=origin())
    assert lake.version(ItemCounts) == before
    assert read_mark(tmp_path, CORNER) == 1


def test_a_wrong_first_frame_makes_no_table(tmp_path: Path) -> None:
    with pytest.raises(SchemaError):
        Lake(str(tmp_path)).write(
            ItemCounts, CORNER, marked_frame(1).drop("support"), origin=origin()
        )
    assert list(tmp_path.iterdir()) == []


def test_columns_that_are_not_declared_are_not_stored(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    lake.write(ItemCounts, CORNER, marked_frame(1).with_columns(email=pl.lit("x")), origin=origin())
    assert lake.read(ItemCounts, CORNER).columns == ItemCounts.column_names()


def test_reading_what_nobody_wrote_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(InputDataError, match=r"BP-STORE-MISSING.*item_counts.*bundle-pipeline run"):
        Lake(str(tmp_path)).read(ItemCounts, CORNER)


def test_reading_a_version_that_is_not_there_says_which_are(tmp_path: Path) -> None:
    _write(tmp_path, "corner", 1)
    with pytest.raises(InputDataError, match=r"BP-STORE-VERSION.*no version 9.*from 0 to 0"):
        Lake(str(tmp_path)).read(ItemCounts, CORNER, version=9)


def test_the_history_says_who_wrote(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    version = lake.write(ItemCounts, CORNER, marked_frame(1), origin=origin("run-7"))
    newest = DeltaTable(tmp_path / "tables" / "item_counts").history()[0]
    assert newest["version"] == version
    assert {name: newest[name] for name in ("shop_id", "run_id", "settings_hash")} == {
        "shop_id": "corner",
        "run_id": "run-7",
        "settings_hash": "0123456789abcdef",
    }


def test_the_same_rows_twice_read_the_same(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    versions = [_write(tmp_path, "corner", 4) for _ in range(2)]
    first, second = (lake.read(ItemCounts, CORNER, version=version) for version in versions)
    assert first.equals(second)


def test_relative_paths_and_file_urls_name_the_same_lake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _write(Path("lake"), "corner", 5)
    read = Lake((tmp_path / "lake").as_uri()).read(ItemCounts, CORNER)
    assert read.equals(marked_frame(5))


class _LaterItemCounts(ItemCounts):
    """The same frame as a later release declares it."""

    name = "item_counts"
    note = dy.String(nullable=True)


def test_a_release_with_a_new_column_writes_on_and_leaves_the_others_readable(
    tmp_path: Path,
) -> None:
    lake = Lake(str(tmp_path))
    _write(tmp_path, "corner", 1)
    _write(tmp_path, "market", 2)
    noted = marked_frame(3).with_columns(note=pl.lit("new"))
    lake.write(_LaterItemCounts, CORNER, noted, origin=origin())
    assert lake.read(_LaterItemCounts, CORNER).equals(noted)
    assert read_mark(tmp_path, MARKET) == 2
    # And the way back: the release before reads and writes what it knows.
    assert read_mark(tmp_path, CORNER) == 3
    _write(tmp_path, "corner", 4)
    assert read_mark(tmp_path, CORNER) == 4


def test_a_frame_of_an_older_release_says_that_it_is_outdated(tmp_path: Path) -> None:
    _write(tmp_path, "corner", 1)
    with pytest.raises(InputDataError, match=r"BP-STORE-OUTDATED.*run the shop again"):
        Lake(str(tmp_path)).read(_LaterItemCounts, CORNER)
