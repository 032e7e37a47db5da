"""What the files say of a variant."""

from datetime import UTC, datetime

import polars as pl

from bundle_pipeline.products.item_facts import item_facts, shop_currency
from bundle_pipeline_tests.support.products import (
    Row,
    catalog_entry,
    catalog_frame,
    inventory_frame,
    stocked,
    variant,
    variants_frame,
)

CREATED = datetime(2026, 1, 1, tzinfo=UTC)
PUBLISHED = datetime(2026, 1, 20, tzinfo=UTC)


def facts_of(*, own: Row | None = None, page: Row | None = None) -> Row:
    found = item_facts(
        pl.Series(["a"]),
        variants=variants_frame(*([variant("a", **own)] if own is not None else [])),
        catalog=catalog_frame(*([catalog_entry("a", **page)] if page is not None else [])),
        inventory=inventory_frame(stocked("a", 7)),
        currency="EUR",
    )
    return found.row(0, named=True)


def test_titles_come_from_the_page_and_money_from_the_variant() -> None:
    found = facts_of(
        own={"product_title": "Own", "price_minor": 900, "vendor": "Acme"},
        page={"product_title": "Page", "price_minor": 800, "tags": ["red"], "vendor": "Other"},
    )
    assert (found["title"], found["unit_price_minor"], found["vendor"]) == ("Page", 900, "Acme")
    assert (found["tags"], found["available_count"]) == (["red"], 7)


def test_a_launch_is_the_publication_else_the_creation() -> None:
    page = {"product_published_at": PUBLISHED, "product_created_at": CREATED}
    assert facts_of(page=page)["launched_at"] == PUBLISHED
    assert facts_of(own={"created_at": CREATED}, page={})["launched_at"] == CREATED
    assert facts_of(page={})["launched_at"] is None


def test_an_amount_in_another_currency_is_unknown() -> None:
    found = facts_of(own={"currency": "USD", "compare_at_price_minor": 1500})
    assert (found["unit_price_minor"], found["compare_at_price_minor"]) == (None, None)


def test_what_no_file_knows_is_null_and_on_sale() -> None:
    found = facts_of()
    assert found.pop("variant_id") == "a"
    assert found.pop("is_off_sale") is False
    assert set(found.values()) == {None}


def test_the_currency_is_that_of_most_rows_of_the_first_frame_with_rows() -> None:
    mixed = variants_frame(variant("a", currency="USD"), variant("b"), variant("c"))
    assert shop_currency(variants_frame(), mixed) == "EUR"
    assert shop_currency(variants_frame()) is None
