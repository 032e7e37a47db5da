"""What is expected of a shop's order lines as they landed."""

from bundle_pipeline.money import known_currencies
from bundle_pipeline.quality.expectation import MOSTLY, Expectation, blocking, warning
from bundle_pipeline.quality.text_shapes import (
    AMOUNT,
    DATE,
    WHOLE_NUMBER,
    one_of_words,
)

# Beyond it a quantity is more often a barcode in the wrong column than a sale.
LARGEST_PLAUSIBLE_QUANTITY = 10_000

FINANCIAL_STATUSES = (
    "authorized",
    "cancelled",
    "expired",
    "failed",
    "paid",
    "partially_paid",
    "partially_refunded",
    "pending",
    "refunded",
    "voided",
)

_STATED = (
    blocking(
        "orders_state_an_order_key",
        "ExpectColumnToExist",
        {"column": "order_key"},
        "Order files have a column with the order's id or name.",
    ),
    blocking(
        "orders_state_what_was_sold",
        "ExpectColumnToExist",
        {"column": "item_key"},
        "Order files have a column with the variant id or the SKU of each line.",
    ),
    blocking(
        "orders_state_when_they_were_placed",
        "ExpectColumnToExist",
        {"column": "created_at"},
        "Order files have a column with the time of the order.",
    ),
    blocking(
        "orders_state_quantities",
        "ExpectColumnToExist",
        {"column": "line_item_quantity"},
        "Order files have a column with the units of each line.",
    ),
    blocking(
        "orders_state_unit_prices",
        "ExpectColumnToExist",
        {"column": "original_unit_price"},
        "Order files have a column with the unit price of each line.",
    ),
)

_FILLED_IN = (
    blocking(
        "order_key_is_mostly_there",
        "ExpectColumnValuesToNotBeNull",
        {"column": "order_key", "mostly": MOSTLY},
        "At least half of the lines say which order they belong to.",
    ),
    blocking(
        "order_line_mostly_names_its_item",
        "ExpectColumnValuesToNotBeNull",
        {"column": "item_name", "mostly": MOSTLY},
        "At least half of the lines have a variant id, a SKU or a title.",
    ),
)

_READABLE = (
    blocking(
        "order_date_is_mostly_a_date",
        "ExpectColumnValuesToMatchRegex",
        {"column": "order_date", "regex": DATE, "mostly": MOSTLY},
        "At least half of the order dates look like 2026-01-31 or 31/1/2026.",
    ),
    blocking(
        "order_quantity_is_mostly_a_whole_number",
        "ExpectColumnValuesToMatchRegex",
        {"column": "line_item_quantity", "regex": WHOLE_NUMBER, "mostly": MOSTLY},
        "At least half of the quantities are whole numbers.",
    ),
    blocking(
        "order_unit_price_is_mostly_an_amount",
        "ExpectColumnValuesToMatchRegex",
        {"column": "original_unit_price", "regex": AMOUNT, "mostly": MOSTLY},
        "At least half of the unit prices are amounts like 1234.50: no grouping, no currency.",
    ),
)

_PLAUSIBLE = (
    warning(
        "orders_have_rows",
        "ExpectTableRowCountToBeBetween",
        {"min_value": 1},
        "There is at least one order line; without any there is no evidence yet.",
    ),
    warning(
        "order_quantity_is_plausible",
        "ExpectColumnValuesToBeBetween",
        {
            "column": "line_item_quantity",
            "min_value": 1,
            "max_value": LARGEST_PLAUSIBLE_QUANTITY,
        },
        "Every quantity lies between 1 and 10,000; returns and edits are excluded, and counted.",
    ),
    warning(
        "order_currency_is_known",
        "ExpectColumnValuesToBeInSet",
        {"column": "customer_currency", "value_set": known_currencies()},
        "Every currency is an ISO 4217 code.",
    ),
    warning(
        "order_currency_is_one",
        "ExpectColumnUniqueValueCountToBeBetween",
        {"column": "customer_currency", "max_value": 1},
        "All orders are in one currency; amounts in others are left out of sums.",
    ),
    warning(
        "order_financial_status_is_known",
        "ExpectColumnValuesToMatchRegex",
        {"column": "financial_status", "regex": one_of_words(*FINANCIAL_STATUSES)},
        "Every financial status is one that the exclusion rules know.",
    ),
)

ORDERS_SUITE: tuple[Expectation, ...] = (*_STATED, *_FILLED_IN, *_READABLE, *_PLAUSIBLE)
