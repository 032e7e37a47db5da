"""Order lines made ready for features."""

import polars as pl

from bundle_pipeline.features.sales import Sales
from bundle_pipeline_tests.support.products import catalog_entry, variant
from bundle_pipeline_tests.support.sold import NOW, Sale, shop_sales


def products_of(sales: Sales) -> dict[str, str]:
    return dict(sales.facts.select("variant_id", "product_id").iter_rows())


def test_the_product_of_a_variant_is_what_files_say_else_lines_else_itself() -> None:
    sales = shop_sales(
        Sale("a", product_id="said-by-line"),
        Sale("b", product_id="p2"),
        Sale("b"),
        Sale("b", product_id="p1"),
        Sale("c"),
        variants=[variant("a", product_id="shirt")],
        catalog=[catalog_entry("d", product_id="mug")],
    )
    assert products_of(sales) == {"a": "shirt", "b": "p1", "c": "variant:c", "d": "mug"}


def test_a_line_without_a_variant_counts_for_the_product_it_states() -> None:
    sales = shop_sales(Sale(None, product_id="shirt"), Sale(None), Sale("a", product_id="shirt"))
    assert sales.lines.join(sales.products, on="product").get_column("product_id").to_list() == [
        "shirt",
        "shirt",
    ]
    assert sales.left_out_line_count == 1


def test_lines_in_another_currency_add_no_money_and_are_counted() -> None:
    sales = shop_sales(
        Sale("a", currency="USD"), Sale("a", price=700), variants=[variant("a", currency="EUR")]
    )
    assert sales.currency == "EUR"
    assert sorted(sales.lines.get_column("net_minor").to_list(), key=str) == [700, None]
    assert sales.other_currency_line_count == 1


def test_a_discount_never_exceeds_what_it_is_taken_from() -> None:
    line = shop_sales(Sale("a", quantity=2, price=500, discount=1200)).lines.row(0, named=True)
    assert (line["gross_minor"], line["net_minor"], line["is_discounted"]) == (1000, 0, True)


def test_the_data_clock_is_the_newest_order() -> None:
    sales = shop_sales(Sale("a", 10), Sale("a", 0), Sale("a", 2.5))
    assert sales.as_of == NOW
    assert sales.history_days == 10
    assert sales.lines.get_column("age_days").sort().to_list() == [0, 2, 10]


def test_lines_of_orders_that_do_not_count_are_left_out() -> None:
    sales = shop_sales(Sale("a"))
    assert sales.lines.height == 1
    assert shop_sales().lines.is_empty()
    assert shop_sales().as_of is None


def test_customers_are_numbered_by_key() -> None:
    sales = shop_sales(Sale("a", customer="z"), Sale("a", customer="b"), Sale("a"))
    assert sales.customers.to_list() == ["b", "z"]
    numbers = sales.lines.get_column("customer")
    assert numbers.cast(pl.Int64).sort().to_list() == [None, 0, 1]
