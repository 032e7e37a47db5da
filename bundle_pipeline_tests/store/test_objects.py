"""Objects below a folder."""

from pathlib import Path

import pytest

from bundle_pipeline.errors import ConfigError
from bundle_pipeline.store.objects import opened


def test_an_object_is_written_once(tmp_path: Path) -> None:
    objects = opened(str(tmp_path))
    assert objects.write_once("a/b.txt", b"first")
    assert not objects.write_once("a/b.txt", b"second")
    assert objects.read("a/b.txt") == b"first"


def test_an_object_that_is_not_there_is_none(tmp_path: Path) -> None:
    assert opened(str(tmp_path)).read("nothing") is None


def test_objects_are_listed_below_a_folder_and_by_key(tmp_path: Path) -> None:
    objects = opened(str(tmp_path))
    for key in ("shop/b.csv", "shop/a.csv", "shop/sub/c.csv", "shopping/d.csv", "top.csv"):
        objects.write_once(key, b"1234")
    listed = list(objects.listed("shop"))
    assert [entry.key for entry in listed] == ["shop/a.csv", "shop/b.csv", "shop/sub/c.csv"]
    assert {entry.byte_count for entry in listed} == {4}


def test_folders_are_the_ones_directly_below(tmp_path: Path) -> None:
    objects = opened(str(tmp_path))
    for key in ("corner/orders.csv", "books/2026/orders.csv", "readme.txt"):
        objects.write_once(key, b"")
    assert objects.folders() == ["books", "corner"]


def test_the_version_changes_with_the_content(tmp_path: Path) -> None:
    objects = opened(str(tmp_path))
    objects.write_once("orders.csv", b"old")
    before = next(objects.listed("")).version
    (tmp_path / "orders.csv").write_bytes(b"newer")
    assert next(objects.listed("")).version != before


@pytest.mark.parametrize(("content", "start"), [(b"", b""), (b"abc", b"abc"), (b"abcdef", b"abcd")])
def test_the_start_of_an_object_may_be_all_of_it(
    content: bytes, start: bytes, tmp_path: Path
) -> None:
    objects = opened(str(tmp_path))
    objects.write_once("file", content)
    (entry,) = objects.listed("")
    assert objects.read_start(entry, 4) == start


def test_a_folder_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"BP-STORE-URL.*no such folder.*BUNDLE_LANDING"):
        opened(str(tmp_path / "landign"))


def test_a_folder_is_made_on_request(tmp_path: Path) -> None:
    assert opened(str(tmp_path / "a" / "b"), create=True).write_once("c", b"")
    assert (tmp_path / "a" / "b" / "c").exists()


@pytest.mark.parametrize("url", ["gopher://somewhere/x", "s3://"])
def test_a_url_that_nothing_understands_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="BP-STORE-URL"):
        opened(url)


@pytest.mark.parametrize(
    "name", ["it's 100%.csv", "spaces and ünïcode.csv", "a#b?c.csv", "[x]*.csv"]
)
def test_odd_file_names_are_read_as_they_are(name: str, tmp_path: Path) -> None:
    (tmp_path / "corner").mkdir()
    (tmp_path / "corner" / name).write_bytes(b"rows")
    objects = opened(str(tmp_path))
    (entry,) = objects.listed("corner")
    assert objects.read(entry.key) == b"rows"


def test_a_folder_with_odd_characters_can_be_opened(tmp_path: Path) -> None:
    folder = tmp_path / "50% of #1 ü"
    folder.mkdir()
    (folder / "orders.csv").write_bytes(b"rows")
    assert opened(str(folder)).read("orders.csv") == b"rows"
