"""What bytes of a text tell: compiled and in NumPy the same as looking at each of them."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.compiled import Library
from bundle_pipeline.ingest import byte_scans
from bundle_pipeline.ingest.byte_scans import LIBRARY, ByteScan, scanned

_PIECE = 128 * 1024
# Borders of vectors and of pieces of either way.
_LENGTHS = (0, 1, 31, 32, 33, 63, 64, 65, 8128, 8160, 8161, _PIECE - 1, _PIECE, _PIECE + 1)


def _one_by_one(text: bytes, delimiter: str) -> ByteScan:
    sign = ord(delimiter)
    borders = {10, 34, sign}
    padded = b"\n" + text + b"\n"
    outer = any(
        (one == 32 and other in borders) or (other == 32 and one in borders)
        for one, other in pairwise(padded)
    )
    controls = sum(byte < 32 and byte not in {10, sign} for byte in text)
    return ByteScan(
        newline_count=text.count(b"\n"),
        delimiter_count=text.count(delimiter.encode()),
        is_ascii=text.isascii(),
        has_control_bytes=controls > 0,
        has_outer_spaces=outer,
        has_long_lines=max(map(len, text.split(b"\n"))) > _PIECE,
        has_apostrophes=b"'" in text,
        has_pluses=b"+" in text,
    )


@pytest.fixture(params=["compiled", "numpy"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    if request.param == "numpy":
        missing = Library(LIBRARY.source, tmp_path / "missing", "scan_source", ())
        monkeypatch.setattr(byte_scans, "LIBRARY", missing)
    return str(request.param)


@pytest.mark.usefixtures("way")
def test_any_text_is_seen_as_it_is() -> None:
    pieces = st.sampled_from([b"a", b" ", b",", b"\n", b'"', b"'", b"+", b"\t", b"\0", b"\xc3\xa4"])

    @settings(deadline=None)
    @given(
        before=st.sampled_from(_LENGTHS),
        text=st.lists(pieces, max_size=40).map(b"".join),
        after=st.sampled_from(_LENGTHS),
        delimiter=st.sampled_from(",\t;"),
    )
    def check(before: int, text: bytes, after: int, delimiter: str) -> None:
        whole = b"x" * before + text + b"y" * after
        assert scanned(whole, delimiter) == _one_by_one(whole, delimiter)

    check()


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("count", [254, 255, 256, 70_000])
def test_counts_of_equal_bytes_do_not_overflow(count: int) -> None:
    for text in (b"\n" * 32 * count, b"," * 32 * count):
        assert scanned(text, ",") == _one_by_one(text, ",")


def test_the_library_is_there() -> None:
    # Installing compiles it; if this fails, `make install` did not.
    assert LIBRARY.problem() is None


def test_a_library_of_another_source_is_not_used(tmp_path: Path) -> None:
    changed = tmp_path / "byte_counts.c"
    changed.write_bytes(LIBRARY.source.read_bytes() + b"\n")
    other = Library(changed, LIBRARY.binary, LIBRARY.source_name, LIBRARY.functions)
    assert other.problem() == "made from another version of byte_counts.c"
