"""Archives: members are files of their own; what could do harm refuses the archive by name."""

import contextlib
import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.archives import ArchiveLimits, NamedFile, first_member_starts, unpacked
from bundle_pipeline_tests.support.landing import loaded_files, staged_files

ORDERS_1 = "order_id,created_at,variant_id,quantity,price\n1,2025-01-01,a,1,2.50\n"
ORDERS_2 = "order_id;created_at;variant_id;quantity;price\n1;2025-01-01;b;1;3,50\n"


def zipped(*members: tuple[str | zipfile.ZipInfo, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            # A member's time would be that of the test's collection, and part of its name.
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name)
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def refusal_of(content: bytes, limits: ArchiveLimits | None = None) -> InputDataError:
    with pytest.raises(InputDataError) as refused:
        unpacked(content, path="o.zip", place="shop s, o.zip", limits=limits or ArchiveLimits())
    assert refused.value.place == "shop s, o.zip"
    return refused.value


def encrypted(content: bytes) -> bytes:
    # The flag stands 6 bytes into the header before the member and 8 into its entry at the end.
    marked = bytearray(content)
    marked[6] |= 1
    marked[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(marked)


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def test_members_become_files_by_name_and_junk_is_left_out() -> None:
    content = zipped(
        ("b/2.csv", "two"),
        ("a.csv", "one"),
        ("b/", ""),
        ("__MACOSX/._a.csv", "x"),
        (".DS_Store", "x"),
    )
    assert unpacked(content, path="in/o.csv", place="p") == [
        NamedFile("in/o.csv/a.csv", b"one"),
        NamedFile("in/o.csv/b/2.csv", b"two"),
    ]


def test_what_is_no_archive_is_itself() -> None:
    assert unpacked(b"a,b\n", path="o.csv", place="p") == [NamedFile("o.csv", b"a,b\n")]


@pytest.mark.parametrize(
    ("content", "code", "found"),
    [
        (zipped(("../x.csv", "")), "BP-ZIP-PATH", "'../x.csv'"),
        (zipped(("a/../../x.csv", "")), "BP-ZIP-PATH", "'a/../../x.csv'"),
        (zipped(("a\\..\\x.csv", "")), "BP-ZIP-PATH", ".."),
        (zipped(("/etc/x.csv", "")), "BP-ZIP-PATH", "'/etc/x.csv'"),
        (zipped(("C:x.csv", "")), "BP-ZIP-PATH", "'C:x.csv'"),
        (zipped(("x\ny.csv", "")), "BP-ZIP-PATH", "'x\\ny.csv'"),
        (zipped((link("x.csv"), "/etc/passwd")), "BP-ZIP-LINK", "'x.csv'"),
        (encrypted(zipped(("x.csv", "1"))), "BP-ZIP-ENCRYPTED", "password"),
        (zipped(("x.zip", "1")), "BP-ZIP-NESTED", "'x.zip'"),
        (zipped(("x.csv", zipped(("y.csv", "1")))), "BP-ZIP-NESTED", "'x.csv'"),
        (zipped(("x.csv", b"\x1f\x8b...")), "BP-ZIP-NESTED", "'x.csv'"),
        (zipped(("xl/workbook.xml", "")), "BP-ZIP-WORKBOOK", "Excel"),
        (zipped(("__MACOSX/._a.csv", "x")), "BP-ZIP-EMPTY", "without any file"),
        (zipped(), "BP-ZIP-EMPTY", "without any file"),
        (zipped(("x.csv", "a,b\n" * 99))[:-30], "BP-ZIP-DAMAGED", "cut-off"),
        (b"<html>", "BP-ZIP-DAMAGED", "no ZIP archive"),
    ],
)
def test_what_could_do_harm_refuses_the_archive(content: bytes, code: str, found: str) -> None:
    refused = refusal_of(content)
    assert refused.code == code
    assert found in refused.found


def test_a_name_that_is_there_twice_is_refused() -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        content = zipped(("x.csv", "1"), ("x.csv", "2"))
    assert refusal_of(content).code == "BP-ZIP-REPEATED"


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (ArchiveLimits(max_members=2), "BP-ZIP-MEMBERS"),
        (ArchiveLimits(max_bytes=29_999), "BP-ZIP-SIZE"),
        (ArchiveLimits(max_ratio=10, ratio_from_bytes=9_999), "BP-ZIP-RATIO"),
    ],
)
def test_a_bomb_is_refused_before_it_is_unpacked(
    monkeypatch: pytest.MonkeyPatch, limits: ArchiveLimits, code: str
) -> None:
    bomb = zipped(*((f"{number}.csv", "0" * 10_000) for number in range(3)))
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("unpacked"))
    assert refusal_of(bomb, limits).code == code


def test_an_archive_at_its_limits_is_read() -> None:
    content = zipped(*((f"{number}.csv", "0" * 10_000) for number in range(3)))
    limits = ArchiveLimits(max_members=3, max_bytes=30_000, max_ratio=10, ratio_from_bytes=10_000)
    assert len(unpacked(content, path="o", place="p", limits=limits)) == 3


def test_a_member_larger_than_it_states_is_refused_without_unpacking_all_of_it() -> None:
    content = bytearray(zipped(("x.csv", "0" * 1_000_000)))
    entry = content.index(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = struct.pack("<I", 10)
    assert refusal_of(bytes(content)).code == "BP-ZIP-DAMAGED"


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 255), st.integers(0, 10_000))
def test_a_damaged_archive_is_read_or_refused(at: int, value: int, cut: int) -> None:
    content = bytearray(zipped(("a.csv", ORDERS_1), ("b.csv", ORDERS_2)))
    content[at % len(content)] = value
    damaged = bytes(content[: len(content) - cut % 40])
    first_member_starts(damaged, max_bytes=100)
    # Any other exception fails the test.
    with contextlib.suppress(InputDataError):
        assert unpacked(damaged, path="o", place="p")


@pytest.mark.parametrize("name", ["orders.zip", "orders.csv"])
def test_an_order_split_over_members_is_one_order(tmp_path: Path, name: str) -> None:
    content = zipped(("1.csv", ORDERS_1), ("2.csv", ORDERS_2), ("readme.txt", 'not a "table'))
    shop = loaded_files(tmp_path, {name: content})
    assert shop.orders["order_id"].to_list() == ["1"]
    assert shop.order_lines["unit_price_minor"].to_list() == [250, 350]
    ledger = shop.ingest_ledger.select("path", "kind", "row_count", "byte_count").rows()
    assert ledger == [
        (f"{name}/1.csv", "orders", 1, len(ORDERS_1)),
        (f"{name}/2.csv", "orders", 1, len(ORDERS_2)),
        (f"{name}/readme.txt", None, 0, 12),
    ]


def test_a_bad_member_is_named_with_its_archive(tmp_path: Path) -> None:
    content = zipped(("1.csv", ORDERS_1), ("2.csv", ORDERS_2 + '2;"'))
    staged = staged_files(tmp_path, {"orders.zip": content})
    with pytest.raises(InputDataError, match="BP-CSV-QUOTE") as refused:
        staged.raise_for_structure()
    assert refused.value.place == "shop shop, orders.zip/2.csv line 3"


def test_a_workbook_is_left_by_its_name_and_refused_by_its_content(tmp_path: Path) -> None:
    workbook = zipped(("xl/workbook.xml", "<x/>"))
    staged = staged_files(tmp_path, {"1.csv": ORDERS_1, "orders.xlsx": workbook})
    staged.raise_for_structure()
    assert staged.files[1].problem is not None
    assert "export it as CSV" in staged.files[1].problem.remedy
    refused = staged_files(tmp_path, {"orders.csv": workbook})
    with pytest.raises(InputDataError, match=r"BP-ZIP-WORKBOOK .*export it as CSV"):
        refused.raise_for_structure()
