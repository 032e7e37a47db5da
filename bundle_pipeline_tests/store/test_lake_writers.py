"""Real processes write one table at once, and are killed while they do."""

from pathlib import Path

import pytest

from bundle_pipeline.errors import TransientError
from bundle_pipeline.schemas.mining import ItemCounts
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.store.lake import Lake
from bundle_pipeline.store.objects import Objects
from bundle_pipeline_tests.benchmarks.killed_writers import in_place_writer, killed, store_writer
from bundle_pipeline_tests.support.lakes import (
    CONFLICT,
    marked_frame,
    origin,
    read_mark,
    write_at_once,
)

CORNER = shop_id("corner")

# The table's creation races as well, and lost about one race in ten before it was made exclusive.
_ROUNDS = 5


@pytest.mark.parametrize("number", range(_ROUNDS))
def test_six_shops_at_once_all_succeed_even_if_they_create_the_table(
    number: int, tmp_path: Path
) -> None:
    shops = [f"shop-{number}-{index}" for index in range(6)]
    versions = write_at_once(tmp_path, [(shop, mark) for mark, shop in enumerate(shops, start=1)])
    assert sorted(map(str, versions)) == ["0", "1", "2", "3", "4", "5"]
    for mark, (shop, version) in enumerate(zip(shops, versions, strict=True), start=1):
        assert read_mark(tmp_path, shop_id(shop)) == mark
        assert read_mark(tmp_path, shop_id(shop), version=int(version)) == mark


@pytest.mark.parametrize("is_known", [True, False], ids=["known shop", "first write"])
def test_four_writers_of_one_shop_commit_or_are_told_to_try_again(
    is_known: bool,  # noqa: FBT001 a parameter of a test
    tmp_path: Path,
) -> None:
    if is_known:
        write_at_once(tmp_path, [("corner", 9)])
    first = Lake(str(tmp_path)).version(ItemCounts) + 1 if is_known else 0
    outcomes = write_at_once(tmp_path, [("corner", mark) for mark in (1, 2, 3, 4)])
    committed = {
        version: mark for mark, version in enumerate(outcomes, start=1) if version != CONFLICT
    }
    # Versions follow one another without a gap: a loser wrote nothing.
    assert sorted(map(int, committed)) == list(range(first, first + len(committed)))
    assert len(committed) >= 1
    for version, mark in committed.items():
        assert read_mark(tmp_path, CORNER, version=int(version)) == mark
    assert read_mark(tmp_path, CORNER) == committed[max(committed, key=int)]


@pytest.mark.parametrize("first", ["corner", "market"])
def test_a_writer_that_another_overtakes_at_the_creation_writes_over_no_row_of_its_shop(
    first: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, by_first, by_second = Lake(str(tmp_path)), marked_frame(1), marked_frame(2)

    def nothing_yet(*_: object) -> None:
        monkeypatch.undo()
        assert lake.write(ItemCounts, shop_id(first), by_first, origin=origin()) == 0

    monkeypatch.setattr(Lake, "_found", nothing_yet)
    if first == "corner":
        with pytest.raises(TransientError, match="BP-STORE-CONFLICT"):
            lake.write(ItemCounts, CORNER, by_second, origin=origin())
        assert read_mark(tmp_path, CORNER) == 1
    else:
        assert lake.write(ItemCounts, CORNER, by_second, origin=origin()) == 1
        assert (read_mark(tmp_path, CORNER), read_mark(tmp_path, shop_id(first))) == (2, 1)


def test_a_writer_killed_at_the_creation_leaves_no_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = Lake(str(tmp_path))

    def killed_before_the_commit(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Objects, "write_once", killed_before_the_commit)
        with pytest.raises(KeyboardInterrupt):
            lake.write(ItemCounts, CORNER, marked_frame(1), origin=origin())
    assert list(tmp_path.rglob("*.parquet"))
    assert lake.versions([ItemCounts]) == {}
    assert lake.write(ItemCounts, CORNER, marked_frame(2), origin=origin()) == 0
    assert read_mark(tmp_path, CORNER) == 2


def test_killed_writers_leave_the_last_version_whole(tmp_path: Path) -> None:
    outcome = killed(store_writer(), tmp_path, kill_count=20, seed=1)
    assert (outcome.torn_count, outcome.lost_count) == (0, 0)


def test_the_same_kills_tear_a_file_that_is_overwritten_in_place(tmp_path: Path) -> None:
    # Kills in batches until one tears: the test above is able to fail.
    torn = 0
    for seed in range(20):
        torn = killed(in_place_writer(), tmp_path, kill_count=5, seed=seed).torn_count
        if torn:
            break
    assert torn > 0


def test_a_reader_that_has_begun_is_not_disturbed_by_a_writer(tmp_path: Path) -> None:
    write_at_once(tmp_path, [("corner", 1)])
    read = Lake(str(tmp_path)).read(ItemCounts, CORNER)
    write_at_once(tmp_path, [("corner", 2)])
    assert read.equals(marked_frame(1))
