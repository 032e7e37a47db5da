"""Items that sell as if they were no product: suggested with reasons, never left out by it."""

import polars as pl
import pytest

from bundle_pipeline.ingest.non_products import suggested_non_products, with_non_products
from bundle_pipeline_tests.support.frames import order_lines_frame


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("Tip", "tip"),
        ("TIP - 10%", "tip"),
        ("Tip-toe socks", None),
        ("Package Protection", "shipping_protection"),
        ("Sun protection cream", None),
        ("3 Year Extended Warranty", "warranty"),
        ("Gift Card - $50", "gift_card"),
        ("Gift card holder", None),
        ("Gift wrap", "gift_wrap"),
        ("Sample Pack of Coffee", None),
        ("Donation box of oak", None),
        ("Express Shipping Upgrade", "shipping_fee"),
        (None, None),
    ],
)
def test_a_name_tells_a_line_that_sells_no_product(name: str | None, rule: str | None) -> None:
    rows = pl.DataFrame(
        {"line_item_name": [name], "product_title": [None], "sku": [None]},
        schema=dict.fromkeys(("line_item_name", "product_title", "sku"), pl.String),
    )
    assert with_non_products(rows, [])["_non_product"].to_list() == [rule]


def suggested(order_lines: pl.DataFrame) -> pl.DataFrame:
    return suggested_non_products(order_lines.lazy())


def test_cheap_or_unshipped_items_of_many_orders_are_suggested() -> None:
    # p and d are in all of 6 orders, rare in one: p costs 1 % of the rest, d isn't shipped.
    lines = order_lines_frame(["a", "p", "d", "rare"], *[["a", "p", "d"]] * 5).with_columns(
        unit_price_minor=pl.when(pl.col("variant_id").is_in(["p", "rare"]))
        .then(10)
        .otherwise("unit_price_minor"),
        requires_shipping=pl.col("variant_id") != "d",
    )
    found = suggested(lines)
    assert found.select("item", "order_count", "order_rate", "reasons").rows() == [
        ("d", 6, 1.0, ["needs_no_shipping"]),
        ("p", 6, 1.0, ["price_near_zero"]),
    ]


def test_a_shop_that_ships_nothing_has_nothing_suggested_for_it() -> None:
    lines = order_lines_frame(*[["a", "b"]] * 6).with_columns(requires_shipping=pl.lit(value=False))
    assert suggested(lines).is_empty()


def test_an_empty_shop_has_nothing_suggested() -> None:
    assert suggested(order_lines_frame()).is_empty()
