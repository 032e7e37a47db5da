from bundle_pipeline.features.product_pages import product_pages, products_of_variants
from bundle_pipeline_tests.support.frames import shuffled
from bundle_pipeline_tests.support.products import (
    catalog_entry,
    catalog_frame,
    variant,
    variants_frame,
)

CATALOG = catalog_frame(
    catalog_entry("1", product_id="p", product_title="Shirt", variant_title="Black / M", sku="S1",
                  tags=["new"], price_minor=2000, vendor=" "),
    catalog_entry("2", product_id="p", product_title="Shirt", variant_title="Black / L", sku="S2",
                  tags=["new", "linen"], price_minor=1800),
    catalog_entry("3", product_id="old", product_status="archived"),
    catalog_entry("4", product_id="gone", is_current=False),
)  # fmt: skip
VARIANTS = variants_frame(
    variant("1", product_id="p", vendor="Acme", product_title="Shirt (old)"),
    variant("3", product_id="old", product_title="Old"),
    variant("5", product_id="q", product_title="Hat", variant_title="Default Title", sku=None),
)


def test_a_product_is_one_row_with_what_either_file_says_of_it() -> None:
    first, second = product_pages(CATALOG, VARIANTS).to_dicts()
    assert first == {
        "product_id": "p",
        "title": "Shirt",
        "vendor": "Acme",
        "product_type": None,
        "tags": ["linen", "new"],
        "currency": "EUR",
        "price_minor": 1000,
        "skus": ["S1", "S2", "SKU-1"],
        "options": ["black / l", "black / m"],
    }
    assert (second["product_id"], second["title"], second["skus"], second["options"]) == (
        "q", "Hat", [], [],
    )  # fmt: skip


def test_the_order_of_rows_does_not_matter() -> None:
    again = product_pages(shuffled(CATALOG, 1), shuffled(VARIANTS, 2))
    assert again.equals(product_pages(CATALOG, VARIANTS))


def test_no_products_are_no_rows() -> None:
    assert product_pages(catalog_frame(), variants_frame()).is_empty()


def test_every_variant_has_its_product_sold_any_more_or_not() -> None:
    assert products_of_variants(CATALOG, VARIANTS).rows() == [
        ("1", "p"), ("2", "p"), ("3", "old"), ("4", "gone"), ("5", "q"),
    ]  # fmt: skip
