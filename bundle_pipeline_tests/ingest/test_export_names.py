"""Names of parts and of mended files."""

import pytest

from bundle_pipeline.ingest.export_names import (
    is_mended_name,
    mended_path,
    originals,
    part_number,
    snapshot_name,
)


@pytest.mark.parametrize(
    ("path", "snapshot", "part"),
    [
        ("orders_export_1.csv", "orders_export.csv", 1),
        ("a/orders_export_12.csv.gz", "a/orders_export.csv.gz", 12),
        ("x.zip/orders_export_2.csv", "x.zip/orders_export.csv", 2),
        ("orders.csv", "orders.csv", 0),
        # A date, not a part.
        ("orders_2025_01_31.csv", "orders_2025_01_31.csv", 0),
        ("a_1/orders.csv", "a_1/orders.csv", 0),
    ],
)
def test_parts_share_a_name_but_for_their_number(path: str, snapshot: str, part: int) -> None:
    assert (snapshot_name(path), part_number(path)) == (snapshot, part)


@pytest.mark.parametrize(
    ("original", "archive", "first"),
    [
        ("orders.csv", None, "orders.csv_mended-001.csv"),
        ("a/Orders.CSV.gz", None, "a/Orders.CSV.gz_mended-001.csv"),
        ("bulk.jsonl", None, "bulk.jsonl_mended-001.jsonl"),
        ("a/x.zip/in/o_1.csv", "a/x.zip", "a/x.zip_in_o_1.csv_mended-001.csv"),
    ],
)
def test_a_mended_file_is_named_after_its_original_and_read_after_it(
    original: str, archive: str | None, first: str
) -> None:
    paths = {original, "b.csv"}
    path = mended_path(original, paths, archive=archive)
    assert path == first
    assert is_mended_name(path)
    assert path > original
    assert originals({*paths, path}) == {path: original}
    second = mended_path(original, {*paths, path}, archive=archive)
    assert mended_path(path, {*paths, path}) == second
    assert second > path
    assert originals({*paths, path, second}) == {path: original, second: original}
    # Its parts and snapshots are those of its original.
    assert snapshot_name(originals({*paths, path})[path]) == snapshot_name(original)


def test_a_mended_file_is_read_before_what_was_landed_later() -> None:
    mended = mended_path("2025-01.csv", {"2025-01.csv"})
    assert sorted(["2025-02.csv", mended, "2025-01.csv"]) == ["2025-01.csv", mended, "2025-02.csv"]


def test_numbers_of_mended_files_end() -> None:
    with pytest.raises(ValueError, match="1000"):
        mended_path("o.csv", {"o.csv_mended-999.csv", "o.csv"})
