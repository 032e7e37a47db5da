"""The kind of a file is told by its first bytes, in every form that is read."""

import gzip
import io
import zipfile

import pytest

from bundle_pipeline.ingest.sniffing import sniffed_kinds

ORDERS = "orderId,lineItemId,variantId,createdAt,lineItemQuantity,originalUnitPrice\r\n" + (
    "1,2,3,2025-01-01,1,2\r\n" * 9000
)
STOCK = "inventory_item_id,location_id,available,updated_at\r\n"


def zipped(*members: tuple[str, str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, text in members:
            archive.writestr(zipfile.ZipInfo(name), text, method)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        f"\ufeff{ORDERS}".encode(),
        ORDERS.replace(",", ";").encode(),
        ORDERS.replace(",", "\t").encode("utf-16"),
        f"sep=|\r\n{ORDERS.replace(',', '|')}".encode(),
        ORDERS.encode("utf-16-be"),
        gzip.compress(ORDERS.encode()),
        zipped(("1.csv", ORDERS)),
        zipped(("1.csv", ORDERS), method=zipfile.ZIP_STORED),
        zipped(("0.csv", STOCK), ("__MACOSX/x", "x"), ("1.tsv", ORDERS)),
    ],
)
@pytest.mark.parametrize("path", ["catalog.csv", "STUFF.TSV", "a/b.txt"])
def test_orders_are_told_by_their_first_bytes(content: bytes, path: str) -> None:
    assert "orders" in sniffed_kinds(content[:500], path)


def test_an_archive_without_orders_in_sight_is_its_first_kind() -> None:
    assert sniffed_kinds(zipped(("x.pdf", ORDERS), ("s.csv", STOCK)), "o.zip") == {"inventory"}


@pytest.mark.parametrize(
    ("content", "path"),
    [
        (ORDERS.encode(), "orders.xlsx"),
        (b"", "orders.csv"),
        (b"\x1f\x8b\xff\xff\xff", "orders.csv.gz"),
        (b"\x89PNG\r\n\x1a\n\x00", "orders.csv"),
        (b"PK\x03\x04", "orders.zip"),
        (zipped(("1.csv", ORDERS))[:35], "orders.zip"),
        (zipped(("1.csv", ORDERS), method=zipfile.ZIP_BZIP2), "orders.zip"),
    ],
)
def test_nothing_is_told_from_other_formats_or_damaged_bytes(content: bytes, path: str) -> None:
    assert not sniffed_kinds(content, path)
