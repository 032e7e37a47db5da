"""The lake and the landing zone in a bucket of a real S3 server."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bundle_pipeline.errors import ConfigError, InputDataError, TransientError
from bundle_pipeline.schemas.mining import ItemCounts
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.store.lake import Lake
from bundle_pipeline.store.manifest import publish, published, published_document
from bundle_pipeline.store.objects import Objects, opened
from bundle_pipeline_tests.support.lakes import mark_of, marked_frame, origin
from bundle_pipeline_tests.support.s3_server import S3Server

CORNER = shop_id("corner")
MARKET = shop_id("market")


@pytest.fixture
def bucket(bucket_url: str) -> Objects:
    return opened(bucket_url)


def test_an_object_is_written_once(bucket: Objects) -> None:
    assert bucket.write_once("a/b.txt", b"first")
    assert not bucket.write_once("a/b.txt", b"second")
    assert bucket.read("a/b.txt") == b"first"
    assert bucket.read("a/c.txt") is None


def test_of_sixteen_who_create_an_object_at_once_one_wins(bucket: Objects) -> None:
    with ThreadPoolExecutor(16) as pool:
        won = list(pool.map(lambda mark: bucket.write_once("a", b"%d" % mark), range(16)))
    assert won.count(True) == 1
    assert bucket.read("a") == b"%d" % won.index(True)


def test_objects_below_a_prefix_are_listed_by_key_over_many_pages(bucket_url: str) -> None:
    objects = opened(f"{bucket_url}/land ing/ä")
    names = [f"corner/{number:04}.csv" for number in range(1500)]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda name: objects.write_once(name, b"x"), names))
    objects.write_once("corner-2/a#b %?.csv", b"")
    assert [entry.key for entry in objects.listed("corner")] == names
    assert objects.folders() == ["corner", "corner-2"]
    walked = [entry.key for entry in objects.walked()]
    assert sorted(walked) == sorted([*names, "corner-2/a#b %?.csv"])
    for cut in (0, 999, 1499):
        assert [entry.key for entry in objects.walked(after=walked[cut])] == walked[cut + 1 :]


@pytest.mark.parametrize(("content", "start"), [(b"", b""), (b"abc", b"abc"), (b"abcdef", b"abcd")])
def test_the_start_of_an_object_may_be_all_of_it(
    bucket: Objects, content: bytes, start: bytes
) -> None:
    bucket.write_once("file", content)
    (entry,) = bucket.listed("")
    assert bucket.read_start(entry, 4) == start


def test_frames_of_several_shops_come_back_per_version(bucket_url: str) -> None:
    lake = Lake(f"{bucket_url}/lake")
    for shop, mark in ((CORNER, 1), (MARKET, 2), (CORNER, 3)):
        lake.write(ItemCounts, shop, marked_frame(mark), origin=origin())
    marks = [mark_of(lake.read(ItemCounts, shop)) for shop in (CORNER, MARKET)]
    assert marks == [3, 2]
    assert mark_of(lake.read(ItemCounts, CORNER, version=0)) == 1
    assert lake.version(ItemCounts) == 2


def test_a_frame_that_was_never_written_is_missing(bucket_url: str) -> None:
    with pytest.raises(InputDataError, match="BP-STORE-MISSING"):
        Lake(bucket_url).read(ItemCounts, CORNER)


def test_writers_at_once_commit_or_are_told_to_try_again(bucket_url: str) -> None:
    def write(mark: int) -> int | None:
        shop = shop_id(f"shop-{mark % 2}")
        try:
            return Lake(bucket_url).write(ItemCounts, shop, marked_frame(mark), origin=origin())
        except TransientError:
            return None

    with ThreadPoolExecutor(4) as pool:
        versions = list(pool.map(write, range(1, 5)))
    committed = {
        version: mark for mark, version in enumerate(versions, start=1) if version is not None
    }
    assert sorted(committed) == list(range(len(committed)))
    for parity in (0, 1):
        last = max(version for version, mark in committed.items() if mark % 2 == parity)
        read = Lake(bucket_url).read(ItemCounts, shop_id(f"shop-{parity}"))
        assert mark_of(read) == committed[last]


def test_the_newest_manifest_is_current(bucket: Objects) -> None:
    for content in (b"one", b"two"):
        publish(bucket, CORNER, {"x.json": content}, origin=origin(), table_versions={})
    current = published(bucket, CORNER)
    assert current is not None
    assert current.sequence == 2
    assert published_document(bucket, current, "x.json") == b"two"


def test_a_wrong_secret_is_refused_by_action_and_place(
    bucket_url: str, s3: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert s3.endpoint
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    objects = opened(f"{bucket_url}/in")
    with pytest.raises(ConfigError, match=r"BP-STORE-DENIED s3://.*/in/: .*403 .* to list"):
        list(objects.listed(""))
    with pytest.raises(ConfigError, match=r"BP-STORE-DENIED .*/in/a: .*to read"):
        objects.read("a")
    with pytest.raises(ConfigError, match=r"BP-STORE-DENIED .*/in/a: .*to write"):
        objects.write_once("a", b"")
    with pytest.raises(ConfigError, match="BP-STORE-DENIED"):
        Lake(bucket_url).write(ItemCounts, CORNER, marked_frame(1), origin=origin())


@pytest.mark.usefixtures("s3")
def test_a_bucket_that_is_not_there_is_refused() -> None:
    objects = opened("s3://no-such-bucket/in")
    with pytest.raises(ConfigError, match=r"BP-STORE-ADDRESS.*404 NoSuchBucket"):
        list(objects.walked())
    with pytest.raises(ConfigError, match=r"BP-STORE-ADDRESS.*404 NoSuchBucket"):
        objects.read("a")


def test_an_object_that_changes_after_it_was_listed_is_noticed(bucket: Objects) -> None:
    bucket.write_once("a", b"first")
    (entry,) = bucket.listed("")
    bucket.delete("a")
    with pytest.raises(TransientError, match=r"BP-STORE-CHANGED.*/a"):
        bucket.read_listed(entry)
    bucket.write_once("a", b"again")
    with pytest.raises(TransientError, match="BP-STORE-CHANGED"):
        bucket.read_start(entry, 3)
