"""Items that sell as if they were no product: suggested with reasons, never left out by it."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from bundle_pipeline.ingest.line_totals import line_totals
from bundle_pipeline.ingest.non_products import suggested_non_products, with_non_products
from bundle_pipeline.schemas.orders import OrderLines
from bundle_pipeline.store.parts import no_parts
from bundle_pipeline_tests.support.frames import order_lines_frame

Suggested = Callable[[pl.DataFrame], pl.DataFrame]


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


@pytest.fixture
def suggested(tmp_path: Path) -> Suggested:
    def suggest(order_lines: pl.DataFrame) -> pl.DataFrame:
        totals = line_totals(no_parts(OrderLines).with_part(tmp_path, order_lines))
        order_count = order_lines.get_column("order_id").n_unique()
        return suggested_non_products(order_lines.lazy(), totals, order_count=order_count)

    return suggest


def test_cheap_or_unshipped_items_of_many_orders_are_suggested(suggested: Suggested) -> None:
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


def test_a_shop_that_ships_nothing_has_nothing_suggested_for_it(suggested: Suggested) -> None:
    lines = order_lines_frame(*[["a", "b"]] * 6).with_columns(requires_shipping=pl.lit(value=False))
    assert suggested(lines).is_empty()


def test_an_item_is_near_zero_by_half_of_its_lines(suggested: Suggested) -> None:
    # Of the six lines of p three, then two, cost 1 % of the rest.
    lines = order_lines_frame(*[["a", "b", "p"]] * 6)
    is_p, order = pl.col("variant_id") == "p", pl.col("order_id").rank("dense")
    for cheap_count, found in ((3, ["p"]), (2, [])):
        cheap = pl.when(is_p & (order <= cheap_count)).then(10).otherwise("unit_price_minor")
        assert suggested(lines.with_columns(unit_price_minor=cheap))["item"].to_list() == found


def test_an_empty_shop_has_nothing_suggested(suggested: Suggested) -> None:
    assert suggested(order_lines_frame()).is_empty()
