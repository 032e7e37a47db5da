"""Orders and lines: values by hand, facts of an order, later rows, exclusions, variants by SKU."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bundle_pipeline.errors import InputDataError
from bundle_pipeline.ingest.params import IngestParams
from bundle_pipeline_tests.support.landing import ReadShop, csv_text, loaded_files

HEADER = ["order_id", "created_at", "line_item_id", "variant_id", "quantity", "price", "currency"]


def orders_csv(*rows: str, more: str = "") -> str:
    """Rows given as words: order, line, variant, quantity, price, currency, then more columns."""
    cells = (row.split() for row in rows)
    return csv_text(
        [*HEADER, *more.split()],
        *(
            [order, "2025-01-01", *("" if cell == "-" else cell for cell in rest)]
            for order, *rest in cells
        ),
    )


def load(folder: Path, text: str, **params: object) -> ReadShop:
    given = IngestParams.model_validate({"max_quarantined_rate": 1.0, **params})
    return loaded_files(folder, {"orders.csv": text}, params=given)


def reasons(shop: ReadShop) -> dict[str, int]:
    listed = [reason for file in shop.ingest_ledger["reasons"] for reason in file]
    return {reason["reason"]: reason["row_count"] for reason in listed}


def test_snake_case_headers_load_real_quantity_price_and_time(tmp_path: Path) -> None:
    text = csv_text(
        ["order_id", "created_at", "sku", "line_item_quantity", "original_unit_price"],
        ["1", "2024-05-06T07:08:09+02:00", "000123", "3", "12.5"],
    )
    shop = load(tmp_path, text)
    line = shop.order_lines.row(0, named=True)
    assert (line["quantity"], line["unit_price_minor"], line["sku"]) == (3, 1250, "000123")
    assert shop.orders["ordered_at"].item() == datetime(2024, 5, 6, 5, 8, 9, tzinfo=UTC)
    assert shop.as_of == datetime(2024, 5, 6, 5, 8, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("price", "currency", "minor"),
    [
        ("12.5", "EUR", 1250),
        ("980", "JPY", 980),
        ("980.00", "JPY", 980),
        ("1.234", "KWD", 1234),
        ("12", "KWD", 12_000),
        ("35.829999999999998", "usd", 3583),
        ("0", "EUR", 0),
        ("1E2", "EUR", 10_000),
        ("25075", "EUR", 2_507_500),
        ("1,234.50", "EUR", 123_450),
        ("12,50", "EUR", 1250),
        ("\u20ac12.50", "EUR", 1250),
        ("12,50\u20ac", "EUR", 1250),
        ("$12.50", "CAD", 1250),
        ("'12.50", "EUR", 1250),
    ],
)
def test_money_is_whole_minor_units_of_its_currency(
    tmp_path: Path, price: str, currency: str, minor: int
) -> None:
    shop = load(tmp_path, orders_csv(f"1 1 v 1 {price} {currency}"))
    assert shop.order_lines["unit_price_minor"].to_list() == [minor]
    assert shop.orders["currency"].to_list() == [currency.upper()]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("- 1 v 1 1.00 EUR", "order_id_missing"),
        ("1 1 v - 1.00 EUR", "quantity_missing"),
        ("1 1 v two 1.00 EUR", "quantity_not_a_number"),
        ("1 1 v 1.5 1.00 EUR", "quantity_not_a_number"),
        ("1 1 v 1000001 1.00 EUR", "quantity_too_large"),
        ("1 1 v 1 - EUR", "price_missing"),
        ("1 1 v 1 N/A EUR", "price_missing"),
        ("1 1 v 1 free EUR", "price_not_a_number"),
        ("1 1 v 1 1,234 EUR", "price_not_a_number"),
        ("1 1 v 1 $1.00 EUR", "price_not_a_number"),
        ("1 1 v 1 -1.00 EUR", "price_negative"),
        ("1 1 v 1 4006381333931.00 EUR", "price_too_large"),
        ("1 1 v 1 1.00 ZZZ", "currency_unknown"),
        ("1 1 v 1 1.00 XAU", "currency_unknown"),
    ],
)
def test_a_row_without_a_usable_value_is_quarantined_and_never_guessed(
    tmp_path: Path, row: str, reason: str
) -> None:
    text = orders_csv(row).replace("\n-,", "\n,")
    shop = load(tmp_path, text)
    assert shop.order_lines.is_empty()
    assert shop.quarantine["reason"].to_list() == [reason]
    assert shop.quarantine["line_number"].to_list() == [2]


@pytest.mark.parametrize("time", ["yesterday", "2025-02-30", "01/13/2025 25:00:00"])
def test_an_order_time_that_can_t_be_read_is_quarantined(tmp_path: Path, time: str) -> None:
    shop = load(tmp_path, orders_csv("1 1 v 1 1 EUR").replace("2025-01-01", time))
    assert shop.quarantine["reason"].to_list() == ["ordered_at_not_a_time"]
    assert shop.as_of is None


def test_facts_of_an_order_may_stand_on_any_one_of_its_rows(tmp_path: Path) -> None:
    text = csv_text(
        [*HEADER, "name", "financial_status", "total", "customer_id"],
        ["1", "", "l1", "a", "1", "2", "", "", "", "", ""],
        ["1", "2025-01-02", "l2", "b", "1", "3", "JPY", "#1", "PAID", "5", "c"],
    )
    shop = load(tmp_path, text)
    order = shop.orders.row(0, named=True)
    assert order["ordered_at"] == datetime(2025, 1, 2, tzinfo=UTC)
    assert (order["order_name"], order["financial_status"]) == ("#1", "paid")
    assert (order["total_minor"], order["currency"]) == (5, "JPY")
    assert order["customer_key"] is not None
    assert shop.order_lines["unit_price_minor"].to_list() == [2, 3]


def test_an_order_without_any_time_is_quarantined(tmp_path: Path) -> None:
    shop = load(tmp_path, orders_csv("1 1 v 1 1 EUR", "1 2 w 1 1 EUR").replace("2025-01-01", ""))
    assert reasons(shop) == {"ordered_at_missing": 2}


def test_an_order_has_one_currency(tmp_path: Path) -> None:
    shop = load(tmp_path, orders_csv("1 1 v 1 1 EUR", "1 2 w 1 1 USD", "1 3 x 1 1 -"))
    assert reasons(shop) == {"currency_differs_within_order": 1}
    assert shop.order_lines["currency"].to_list() == ["EUR", "EUR"]


def test_the_shop_s_currency_is_that_of_most_orders_not_of_most_lines(tmp_path: Path) -> None:
    rows = ["1 1 v 1 1 USD", "1 2 v 1 1 USD", "1 3 v 1 1 USD", "2 4 v 1 1 EUR", "3 5 v 1 1 EUR"]
    assert load(tmp_path, orders_csv(*rows, "4 6 v 1 1 -")).currency == "EUR"


def test_currencies_of_equally_many_orders_go_by_the_alphabet(tmp_path: Path) -> None:
    assert load(tmp_path, orders_csv("1 1 v 1 1 USD", "2 2 v 1 1 EUR")).currency == "EUR"


def test_the_default_currency_counts_where_no_order_states_one(tmp_path: Path) -> None:
    shop = load(tmp_path, orders_csv("1 1 v 1 1 -"), default_currency="KWD")
    assert shop.currency == "KWD"
    assert shop.order_lines["unit_price_minor"].to_list() == [1000]


def test_an_order_without_an_id_goes_by_its_name(tmp_path: Path) -> None:
    text = csv_text(["name", "date", "sku", "qty", "price"], ["#1001", "2025-01-01", "a", "1", "1"])
    assert load(tmp_path, text).orders["order_id"].to_list() == ["#1001"]


def test_ids_with_and_without_their_prefix_are_the_same(tmp_path: Path) -> None:
    text = orders_csv(
        "gid://shopify/Order/7 gid://shopify/LineItem/1 gid://shopify/ProductVariant/9 1 1 EUR",
        "7 2 9 1 1 EUR",
    )
    shop = load(tmp_path, text)
    assert shop.orders["order_id"].to_list() == ["7"]
    assert shop.order_lines["variant_id"].to_list() == ["9", "9"]


def test_discounts_are_stated_or_follow_from_the_line_total(tmp_path: Path) -> None:
    text = orders_csv(
        "1 1 v 2 10 EUR 3 -",
        "1 2 v 2 10 EUR - 17.50",
        "1 3 v 2 10 EUR - 21",
        "1 4 v 2 10 EUR - -",
        "1 5 v 2 10 EUR -3 -",
        "1 6 v 2 10 EUR 21 -",
        "1 7 v 2 10 EUR some -",
        more="line_discount discounted_total",
    )
    shop = load(tmp_path, text)
    assert shop.order_lines["line_discount_minor"].to_list() == [300, 250, 0, 0]
    assert shop.quarantine["reason"].to_list() == [
        "line_discount_negative",
        "line_discount_above_line",
        "line_discount_not_a_number",
    ]


def test_a_later_row_of_the_same_line_replaces_the_earlier_one(tmp_path: Path) -> None:
    files = {
        "1.csv": orders_csv("1 1 v 1 1 EUR", "1 1 v 2 1 EUR", "1 2 w 1 1 EUR"),
        "2.csv": orders_csv("1 1 v 3 1 EUR", "2 1 v 1 1 EUR"),
    }
    shop = loaded_files(tmp_path, files)
    assert shop.order_lines["quantity"].to_list() == [1, 3, 1]
    assert shop.order_lines["line_number"].to_list() == [1, 2, 1]
    assert shop.ingest_ledger["superseded_count"].to_list() == [2, 0]


def test_a_later_row_that_can_t_be_used_replaces_nothing(tmp_path: Path) -> None:
    shop = load(tmp_path, orders_csv("1 1 v 5 1 EUR", "1 1 v many 1 EUR"))
    assert shop.order_lines["quantity"].to_list() == [5]


def test_lines_without_an_id_may_repeat_in_a_file_but_not_in_a_second_delivery(
    tmp_path: Path,
) -> None:
    text = orders_csv("1 - v 1 1 EUR", "1 - v 1 1 EUR", "1 - w 1 1 EUR")
    assert load(tmp_path / "once", text).order_lines.height == 3
    twice = loaded_files(tmp_path / "twice", {"1.csv": text, "2.csv": text})
    assert twice.order_lines.height == 3
    assert twice.ingest_ledger["superseded_count"].to_list() == [3, 0]


def test_a_later_delivery_s_status_holds_for_the_whole_order(tmp_path: Path) -> None:
    files = {
        "1.csv": orders_csv("1 1 v 1 1 EUR paid", "1 2 w 1 1 EUR paid", more="financial_status"),
        "2.csv": orders_csv("1 2 w 1 1 EUR voided", more="financial_status"),
    }
    shop = loaded_files(tmp_path, files)
    assert shop.orders.is_empty()
    assert shop.ingest_ledger["excluded_count"].to_list() == [1, 1]


SWITCHED = {
    "exclude_voided_orders": ("VOIDED - -", "voided_order"),
    "exclude_refunded_orders": ("Refunded - -", "refunded_order"),
    "exclude_returned_orders": ("paid yes -", "returned_order"),
    "exclude_gift_cards": ("paid - True", "gift_card"),
}


@pytest.mark.parametrize("switch", sorted(SWITCHED))
def test_an_exclusion_has_a_name_a_count_and_a_switch(tmp_path: Path, switch: str) -> None:
    cells, rule = SWITCHED[switch]
    more = "financial_status returned is_gift_card"
    text = orders_csv(f"1 1 v 1 1 EUR {cells}", "2 2 v 1 1 EUR paid no false", more=more)
    assert reasons(load(tmp_path / "on", text)) == {rule: 1}
    off = load(tmp_path / "off", text, **{switch: False})
    assert reasons(off) == {}
    assert off.orders.height == 2


def test_partly_refunded_and_pending_orders_are_sales(tmp_path: Path) -> None:
    text = orders_csv(
        "1 1 v 1 1 EUR PARTIALLY_REFUNDED", "2 2 v 1 1 EUR PENDING", more="financial_status"
    )
    shop = load(tmp_path, text)
    assert shop.orders["financial_status"].to_list() == ["partially_refunded", "pending"]


@pytest.mark.parametrize("quantity", ["0", "-2"])
def test_lines_of_no_units_are_excluded(tmp_path: Path, quantity: str) -> None:
    shop = load(tmp_path, orders_csv(f"1 1 v {quantity} 1 EUR"))
    assert reasons(shop) == {"non_positive_quantity": 1}
    assert shop.orders.is_empty()


def test_blank_rows_are_excluded_by_name(tmp_path: Path) -> None:
    shop = load(tmp_path, orders_csv("1 1 v 1 1 EUR") + "," * 6 + "\n")
    assert reasons(shop) == {"blank_row": 1}


def test_a_variant_follows_from_a_sku_that_only_one_variant_has(tmp_path: Path) -> None:
    orders = csv_text(
        ["order_id", "created_at", "line_item_id", "variant_id", "sku", "quantity", "price"],
        *(
            ["1", "2025-01-01", str(line), variant, sku, "1", "1"]
            for line, (variant, sku) in enumerate(
                [("", "one"), ("", "shared"), ("", "nowhere"), ("", ""), ("99", "one")]
            )
        ),
    )
    variants = csv_text(
        ["variant_id", "product_id", "inventory_item_id", "title", "price", "sku"],
        ["v1", "p", "i1", "t", "1", "one"],
        ["v2", "p", "i2", "t", "1", "shared"],
        ["v3", "p", "i3", "t", "1", "shared"],
    )
    shop = loaded_files(tmp_path, {"orders.csv": orders, "variants.csv": variants})
    assert shop.order_lines["variant_id"].to_list() == ["v1", None, None, None, "99"]


def test_thousands_of_orders_load(tmp_path: Path) -> None:
    rows = [f"{order} {order}-{line} v{line} 1 1 EUR" for order in range(3000) for line in (1, 2)]
    shop = load(tmp_path, orders_csv(*rows))
    assert shop.orders.height == 3000
    assert shop.order_lines.height == 6000


def test_two_shops_with_the_same_ids_don_t_meet(tmp_path: Path) -> None:
    here = loaded_files(tmp_path, {"o.csv": orders_csv("1 1 v 1 1 EUR")}, shop="shop")
    there = loaded_files(tmp_path, {"o.csv": orders_csv("1 1 w 2 3 USD")}, shop="shop2")
    again = loaded_files(tmp_path, {}, shop="shop")
    assert there.order_lines["variant_id"].to_list() == ["w"]
    for name in ("orders", "order_lines", "variants", "quarantine", "ingest_ledger"):
        assert getattr(here, name).equals(getattr(again, name))
    assert (here.currency, here.as_of) == (again.currency, again.as_of)


def test_no_orders_is_an_empty_shop_with_all_its_columns(tmp_path: Path) -> None:
    shop = load(tmp_path, orders_csv(), default_currency="CHF")
    assert (shop.orders.height, shop.order_lines.height, shop.currency) == (0, 0, "CHF")
    assert shop.as_of is None


def test_the_order_of_rows_changes_nothing_but_the_position_of_lines(tmp_path: Path) -> None:
    rows = [f"{order} {order}-{line} v{line} {line} 2.50 EUR" for order in "312" for line in (1, 2)]
    forward = load(tmp_path / "forward", orders_csv(*rows))
    backward = load(tmp_path / "backward", orders_csv(*reversed(rows)))
    assert forward.orders.equals(backward.orders)
    by_line = [shop.order_lines.drop("line_number").sort("line_id") for shop in (forward, backward)]
    assert by_line[0].equals(by_line[1])


def test_a_shop_fails_where_too_many_rows_of_a_file_can_t_be_used(tmp_path: Path) -> None:
    rows = ["1 1 v 1 1 EUR", "1 2 v x 1 EUR", "1 3 v y 1 EUR"]
    with pytest.raises(InputDataError, match="BP-INGEST-QUARANTINED") as refused:
        load(tmp_path, orders_csv(*rows), max_quarantined_rate=0.5)
    for named in ("orders.csv line 3", "2 of 3 rows", "quantity_not_a_number", "50%"):
        assert named in str(refused.value)
    assert load(tmp_path, orders_csv(*rows), max_quarantined_rate=0.7).order_lines.height == 1
