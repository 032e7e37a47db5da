"""Objects below a folder."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bundle_pipeline.errors import ConfigError, InputDataError
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


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A file that is no shop's, beside the landing zone."""
    file = tmp_path / "outside.csv"
    file.write_bytes(b"nobody's business")
    (tmp_path / "landing" / "corner").mkdir(parents=True)
    (tmp_path / "landing" / "corner" / "orders.csv").write_bytes(b"rows")
    (tmp_path / "landing" / "books").mkdir()
    (tmp_path / "landing" / "books" / "orders.csv").write_bytes(b"rows")
    return file


def _link_to_a_file(shop: Path, outside: Path) -> None:
    (shop / "more.csv").symlink_to(outside)


def _link_to_a_folder(shop: Path, outside: Path) -> None:
    (shop / "sub").mkdir()
    (shop / "sub" / "more.csv").symlink_to(outside.parent)


def _link_to_itself(shop: Path, _: Path) -> None:
    (shop / "more.csv").symlink_to(shop)


def _link_to_nothing(shop: Path, _: Path) -> None:
    (shop / "more.csv").symlink_to(shop / "nothing")


def _control_character(shop: Path, _: Path) -> None:
    (shop / "mo\nre.csv").write_bytes(b"rows")


def _folder_with_one(shop: Path, _: Path) -> None:
    (shop / "mo\tre").mkdir()


def _other_encoding(shop: Path, _: Path) -> None:
    (shop / "mo\udcffre.csv").write_bytes(b"rows")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_link_to_a_file, "BP-LANDING-LINK"),
        (_link_to_a_folder, "BP-LANDING-LINK"),
        (_link_to_itself, "BP-LANDING-LINK"),
        (_link_to_nothing, "BP-LANDING-LINK"),
        (_control_character, "BP-LANDING-NAME"),
        (_folder_with_one, "BP-LANDING-NAME"),
        (_other_encoding, "BP-LANDING-NAME"),
    ],
)
def test_what_is_no_object_refuses_its_folder_and_no_other(
    spoil: Callable[[Path, Path], None], code: str, outside: Path
) -> None:
    landing = outside.parent / "landing"
    spoil(landing / "corner", outside)
    objects = opened(str(landing))
    with pytest.raises(InputDataError) as refused:
        objects.landed("corner")
    assert refused.value.code == code
    assert refused.value.place == "shop corner"
    assert [entry.key for entry in objects.landed("books")] == ["books/orders.csv"]
    assert [entry.key for entry in objects.walked()] == ["books/orders.csv"]


def test_the_folder_of_a_shop_may_be_a_link(outside: Path) -> None:
    landing = outside.parent / "landing"
    (landing / "corner").rename(outside.parent / "elsewhere")
    (landing / "corner").symlink_to(outside.parent / "elsewhere")
    assert [entry.key for entry in opened(str(landing)).landed("corner")] == ["corner/orders.csv"]


def test_a_folder_with_an_impossible_name_is_no_shop(outside: Path) -> None:
    landing = outside.parent / "landing"
    (landing / "a\nb").mkdir()
    assert opened(str(landing)).folders() == ["books", "corner"]


def test_folders_are_walked_in_the_order_of_keys(tmp_path: Path) -> None:
    objects = opened(str(tmp_path))
    keys = ["a-b/1", "a-b/2", "a.b/1", "a/1", "a/b/1", "ab/1"]
    for key in keys:
        objects.write_once(key, b"")
    assert [entry.key for entry in objects.walked()] == keys
    assert [entry.key for entry in objects.walked(after="a-b/1")] == keys[1:]
    assert objects.landed("nobody") == []


def test_a_file_of_the_same_disk_is_stored_without_a_copy(tmp_path: Path) -> None:
    file = tmp_path / "part.parquet"
    file.write_bytes(b"rows")
    (tmp_path / "lake").mkdir()
    objects = opened(str(tmp_path / "lake"))
    objects.upload("shop/part.parquet", file)
    stored = tmp_path / "lake" / "shop" / "part.parquet"
    assert stored.samefile(file)
    file.unlink()
    assert stored.read_bytes() == b"rows"


def test_what_is_there_already_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "lake").mkdir()
    objects = opened(str(tmp_path / "lake"))
    for content in (b"old", b"new"):
        file = tmp_path / content.decode()
        file.write_bytes(content)
        objects.upload("part.parquet", file)
    assert (tmp_path / "lake" / "part.parquet").read_bytes() == b"new"
    assert (tmp_path / "old").read_bytes() == b"old"
