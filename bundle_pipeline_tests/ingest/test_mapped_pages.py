"""What was read of a mapped file is no memory of ours any more, and reads the same again."""

import re
import sys
from mmap import ACCESS_READ, mmap
from pathlib import Path

import pytest

from bundle_pipeline.ingest.mapped_pages import release


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_released_pages_are_not_resident_and_read_the_same(tmp_path: Path) -> None:
    content = bytes(range(256)) * 64 * 1024
    path = tmp_path / "file"
    path.write_bytes(content)
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as mapped:
        assert mapped[:] == content
        before = _resident_file_kib()
        release(mapped, 5, len(mapped))
        assert before - _resident_file_kib() > len(content) // 1024 // 2
        assert mapped[:] == content


def test_bytes_have_nothing_to_release() -> None:
    release(b"text", 0, 4)


def _resident_file_kib() -> int:
    status = Path("/proc/self/status").read_text("utf-8")
    found = re.search(r"RssFile:\s+([0-9]+) kB", status)
    assert found is not None
    return int(found[1])
