"""Publishing: all documents of a run become current at once, or none does."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bundle_pipeline.errors import ConfigError, InputDataError, TransientError
from bundle_pipeline.schemas.shop_id import shop_id
from bundle_pipeline.store.manifest import Manifest, publish, published, published_document
from bundle_pipeline.store.objects import Objects, opened
from bundle_pipeline_tests.support.lakes import origin

CORNER = shop_id("corner")
MARKET = shop_id("market")


@pytest.fixture(name="lake")
def _lake(tmp_path: Path) -> Objects:
    return opened(str(tmp_path))


def _publish(
    lake: Objects, content: bytes, *, run_id: str = "run", is_preview: bool = False
) -> Manifest:
    return publish(
        lake,
        CORNER,
        {"bundles.json": content, "report.html": b"<p>" + content},
        origin=origin(run_id),
        table_versions={"ranked_bundles": 7, "baskets": 3},
        is_preview=is_preview,
    )


def test_a_preview_gives_way_to_a_full_result_and_never_takes_its_place(lake: Objects) -> None:
    first = _publish(lake, b"look", is_preview=True)
    second = _publish(lake, b"another look", is_preview=True)
    full = _publish(lake, b"full")
    assert [each.is_preview for each in (first, second, full)] == [True, True, False]
    with pytest.raises(ConfigError, match="BP-PREVIEW-LATE"):
        _publish(lake, b"late look", is_preview=True)
    assert published(lake, CORNER) == full


def test_a_manifest_of_a_release_without_previews_is_a_full_one(lake: Objects) -> None:
    full = _publish(lake, b"full")
    older = full.model_dump(exclude={"is_preview"})
    assert not Manifest.model_validate(older).is_preview


def test_nothing_is_published_at_first(lake: Objects) -> None:
    assert published(lake, CORNER) is None


def test_the_newest_manifest_is_current(lake: Objects) -> None:
    first = _publish(lake, b"one")
    second = _publish(lake, b"two")
    assert (first.sequence, second.sequence) == (1, 2)
    assert published(lake, CORNER) == second
    assert published_document(lake, second, "bundles.json") == b"two"


def test_documents_of_an_older_manifest_stay_readable(lake: Objects) -> None:
    first = _publish(lake, b"one")
    _publish(lake, b"two")
    assert published_document(lake, first, "bundles.json") == b"one"


def test_the_tenth_manifest_is_newer_than_the_ninth(lake: Objects) -> None:
    for _ in range(10):
        _publish(lake, b"same")
    newest = published(lake, CORNER)
    assert newest is not None
    assert newest.sequence == 10


def test_equal_documents_are_stored_once(lake: Objects) -> None:
    assert _publish(lake, b"same").files == _publish(lake, b"same").files


def test_shops_are_published_apart(lake: Objects) -> None:
    _publish(lake, b"one")
    assert published(lake, MARKET) is None


def test_a_shop_whose_id_starts_like_another_is_published_apart(lake: Objects) -> None:
    _publish(lake, b"one")
    assert published(lake, shop_id("corner-2")) is None
    assert published(lake, shop_id("corn")) is None


def test_the_manifest_names_the_origin_and_the_versions(lake: Objects) -> None:
    manifest = _publish(lake, b"one", run_id="run-7")
    assert (manifest.run_id, manifest.settings_hash) == ("run-7", "0123456789abcdef")
    assert list(manifest.table_versions.items()) == [("baskets", 3), ("ranked_bundles", 7)]


def _reader(between: Callable[[], object], lake: Objects) -> Objects:
    """A lake where something happens between reading the newest manifest and writing one."""

    class Interrupted(Objects):
        def write_once(self, key: str, content: bytes) -> bool:
            if "/manifests/" in key:
                between()
            return super().write_once(key, content)

    return Interrupted(lake.url, lake._store)  # noqa: SLF001 there is no other way to get between


def test_of_two_publishers_at_once_one_loses_and_changes_nothing(lake: Objects) -> None:
    overtaken = _reader(lambda: _publish(lake, b"faster", run_id="fast"), lake)
    with pytest.raises(TransientError, match=r"BP-STORE-CONFLICT.*00000001\.json.*run the shop"):
        _publish(overtaken, b"slower", run_id="slow")
    current = published(lake, CORNER)
    assert current is not None
    assert (current.run_id, current.sequence) == ("fast", 1)
    assert published_document(lake, current, "bundles.json") == b"faster"


def test_a_publisher_that_dies_before_its_manifest_changes_nothing(lake: Objects) -> None:
    first = _publish(lake, b"one")

    def die() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _publish(_reader(die, lake), b"two")
    assert published(lake, CORNER) == first
    assert _publish(lake, b"two").sequence == 2


def test_an_altered_document_is_refused(lake: Objects, tmp_path: Path) -> None:
    manifest = _publish(lake, b"one")
    (tmp_path / manifest.files["bundles.json"].key).write_bytes(b"One")
    with pytest.raises(InputDataError, match=r"BP-STORE-DOCUMENT.*another hash.*manifest 1"):
        published_document(lake, manifest, "bundles.json")


def test_a_document_that_is_gone_is_refused(lake: Objects, tmp_path: Path) -> None:
    manifest = _publish(lake, b"one")
    (tmp_path / manifest.files["bundles.json"].key).unlink()
    with pytest.raises(InputDataError, match=r"BP-STORE-DOCUMENT.*no such object"):
        published_document(lake, manifest, "bundles.json")


def test_publishing_again_over_a_torn_document_is_refused(lake: Objects, tmp_path: Path) -> None:
    manifest = _publish(lake, b"one")
    (tmp_path / manifest.files["bundles.json"].key).write_bytes(b"")
    with pytest.raises(InputDataError, match="BP-STORE-DOCUMENT"):
        _publish(lake, b"one")


@pytest.mark.parametrize("content", [b"", b"{", b'{"shop_id": "corner"}'])
def test_a_manifest_that_is_no_manifest_is_refused(
    content: bytes, lake: Objects, tmp_path: Path
) -> None:
    _publish(lake, b"one")
    (tmp_path / "published/corner/manifests/00000001.json").write_bytes(content)
    with pytest.raises(InputDataError, match=r"BP-STORE-MANIFEST.*00000001"):
        published(lake, CORNER)


def test_a_manifest_is_a_value(lake: Objects) -> None:
    manifest = _publish(lake, b"one")
    with pytest.raises(ValueError, match="frozen"):
        manifest.sequence = 9  # pyright: ignore[reportAttributeAccessIssue] that is the test
    assert replace(origin(), run_id="x") != origin()
