"""What a header says: spellings of the shop's own, dialects, exports of no use, first bytes."""

import gzip
from pathlib import Path

import pytest
from pydantic import ValidationError

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.params import IngestParams
from bundle_pipeline.ingest.recognition import recognised
from bundle_pipeline.ingest.sniffing import sniffed_kinds
from bundle_pipeline_tests.support.landing import csv_text, observed_text, staged_files

GERMAN = ["Bestellung", "created_at", "Artikelnummer", "quantity", "price", "Laune"]
EXTRA = {"orders": {"order_id": ("bestellung",), "sku": ("Artikel-Nummer", "ArtikelNummer")}}
ADMIN = ["Name", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price"]
PLACE = "shop s, o.csv"


def test_a_shop_s_own_spellings_tell_a_file_that_nothing_else_tells() -> None:
    what = recognised(GERMAN, extra=EXTRA, place=PLACE)
    assert (what.kind, what.columns["order_id"], what.columns["sku"]) == ("orders", (0,), (2,))
    assert what.unmapped == ("Laune",)
    with pytest.raises(InputDataError, match="BP-CSV-UNKNOWN"):
        recognised(GERMAN, extra={}, place=PLACE)


def test_a_known_spelling_comes_before_the_shop_s_own() -> None:
    header = [*GERMAN, "sku"]
    what = recognised(header, extra=EXTRA, place=PLACE)
    assert what.columns["sku"] == (6, 2)


def test_a_dialect_can_be_respelled_too() -> None:
    header = ["Nom", *ADMIN[1:]]
    what = recognised(header, extra={"shopify_orders": {"order_name": ("nom",)}}, place=PLACE)
    assert what.dialect is not None
    assert what.columns["order_name"] == (0,)


def test_spellings_of_a_setting_reach_the_rows(tmp_path: Path) -> None:
    text = csv_text(GERMAN, ["1", "2025-01-01", "a", "1", "2.00", "gut"])
    staged_files(tmp_path, {"o.csv": text})
    params = IngestParams.model_validate({"extra_aliases": EXTRA})
    seen = observed_text(tmp_path, tmp_path / "spool", params=params)
    assert seen.table("orders").select("order_id", "sku").rows() == [("1", "a")]


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"extra_aliases": {"parcels": {}}}, "parcels"),
        ({"extra_aliases": {"orders": {"mood": ["x"]}}}, "mood"),
        ({"non_product_patterns": ["("]}, "regular expression"),
    ],
)
def test_settings_about_what_there_is_none_of_are_refused(
    settings: dict[str, object], named: str
) -> None:
    with pytest.raises(ValidationError, match=named):
        IngestParams.model_validate(settings)


def test_headers_of_a_dialect_that_nothing_knows_are_listed() -> None:
    what = recognised([*ADMIN, "Notes", "Loyalty points"], extra={}, place=PLACE)
    assert what.unmapped == ("Loyalty points",)


def test_an_export_of_no_use_is_named_with_what_to_export_instead() -> None:
    with pytest.raises(InputDataError, match="BP-FILE-EXPORT") as refused:
        recognised(["Date", "Order #", "Product(s)", "Items sold"], extra={}, place=PLACE)
    assert "WooCommerce Analytics" in str(refused.value)
    assert "one row per item" in str(refused.value)


def test_orders_are_told_by_the_first_bytes_of_a_file() -> None:
    admin = (",".join(ADMIN) + "\n#1,2026").encode()
    bulk = (
        b'{"id": "gid://shopify/Order/1", "createdAt": "2026"}\n'
        b'{"id": "gid://shopify/LineItem/1", "quantity": 1, "__parentId": "1"}\n{"id": "cut'
    )
    assert sniffed_kinds(admin, "o.csv") == {"orders"}
    assert sniffed_kinds(gzip.compress(admin)[:-3], "o.csv.gz") == {"orders"}
    assert sniffed_kinds(bulk, "o.jsonl") == {"orders"}
    assert "orders" not in sniffed_kinds(b"id,name\n1,2", "o.csv")
    assert "orders" not in sniffed_kinds(b"", "o.csv")
