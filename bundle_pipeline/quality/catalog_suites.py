"""What is expected of a shop's variants, stock and catalog as they landed.

These files are optional: where none of a kind landed, its suite passes.
"""

from collections.abc import Iterable

from bundle_pipeline.quality.expectation import MOSTLY, Expectation, blocking, warning
from bundle_pipeline.quality.text_shapes import AMOUNT, WHOLE_NUMBER, one_of_words
from bundle_pipeline.schemas.catalog import PRODUCT_STATUSES

# What exports write for stock that isn't counted or isn't at a place.
NOT_COUNTED = "not_stocked"


def _keys(kind: str) -> Iterable[Expectation]:
    """Every row of variant files and catalog files says which variant of which product it is."""
    for key, meaning in (("variant_id", "variant"), ("product_id", "product")):
        yield blocking(
            f"{kind}_state_{key}s",
            "ExpectColumnToExist",
            {"column": key},
            f"Files of kind {kind} have a column with the {meaning}'s id.",
        )
        yield blocking(
            f"{kind}_{key}_is_mostly_there",
            "ExpectColumnValuesToNotBeNull",
            {"column": key, "mostly": MOSTLY},
            f"At least half of the rows have the {meaning}'s id.",
        )
    yield warning(
        f"{kind}_variant_id_is_unique",
        "ExpectColumnValuesToBeUnique",
        {"column": "variant_id"},
        "No variant id is there twice; of several rows the newest counts.",
    )
    yield warning(
        f"{kind}_sku_is_unique",
        "ExpectColumnValuesToBeUnique",
        {"column": "sku"},
        "No SKU is there twice; order lines that name only a shared SKU can't be resolved.",
    )


def _amounts(kind: str) -> Iterable[Expectation]:
    """Prices and costs in variant files and catalog files."""
    yield blocking(
        f"{kind}_price_is_mostly_an_amount",
        "ExpectColumnValuesToMatchRegex",
        {"column": "price", "regex": AMOUNT, "mostly": MOSTLY},
        "At least half of the stated prices are amounts like 1234.50: no grouping, no currency.",
    )
    yield warning(
        f"{kind}_price_is_above_zero",
        "ExpectColumnValuesToBeBetween",
        {"column": "price", "min_value": 0, "strict_min": True},
        "Every price is above 0.",
    )
    yield warning(
        f"{kind}_compare_at_price_is_an_amount",
        "ExpectColumnValuesToMatchRegex",
        {"column": "compare_at_price", "regex": AMOUNT},
        "Every stated struck-out price is an amount.",
    )
    yield warning(
        f"{kind}_cost_is_an_amount",
        "ExpectColumnValuesToMatchRegex",
        {"column": "cost", "regex": AMOUNT},
        "Every stated cost is an amount.",
    )
    yield warning(
        f"{kind}_cost_is_not_above_price",
        "ExpectColumnPairValuesAToBeGreaterThanB",
        {
            "column_A": "price",
            "column_B": "cost",
            "or_equal": True,
            "ignore_row_if": "either_value_is_missing",
        },
        "Nothing costs the shop more than it is sold for.",
    )


VARIANTS_SUITE: tuple[Expectation, ...] = (
    *_keys("variants"),
    # No blocking check: the catalog may have the prices instead.
    warning(
        "variants_state_prices",
        "ExpectColumnToExist",
        {"column": "price"},
        "Variant files have a column with the price.",
    ),
    *_amounts("variants"),
)

CATALOG_SUITE: tuple[Expectation, ...] = (
    *_keys("catalog"),
    blocking(
        "catalog_states_titles",
        "ExpectColumnToExist",
        {"column": "product_title"},
        "Catalog files have a column with the product's title.",
    ),
    blocking(
        "catalog_states_prices",
        "ExpectColumnToExist",
        {"column": "price"},
        "Catalog files have a column with the price.",
    ),
    *_amounts("catalog"),
    warning(
        "catalog_title_is_on_every_row",
        "ExpectColumnValuesToNotBeNull",
        {"column": "product_title"},
        "Every row has a product title.",
    ),
    warning(
        "catalog_status_is_known",
        "ExpectColumnValuesToMatchRegex",
        {"column": "product_status", "regex": one_of_words(*PRODUCT_STATUSES)},
        "Every product status is active, draft or archived.",
    ),
)

INVENTORY_SUITE: tuple[Expectation, ...] = (
    blocking(
        "inventory_states_stock_keys",
        "ExpectColumnToExist",
        {"column": "inventory_item_id"},
        "Inventory files have a column with the inventory item id.",
    ),
    blocking(
        "inventory_states_stock",
        "ExpectColumnToExist",
        {"column": "available"},
        "Inventory files have a column with the units that can be sold.",
    ),
    blocking(
        "inventory_stock_key_is_mostly_there",
        "ExpectColumnValuesToNotBeNull",
        {"column": "inventory_item_id", "mostly": MOSTLY},
        "At least half of the rows say whose stock it is.",
    ),
    blocking(
        "inventory_stock_is_mostly_a_whole_number",
        "ExpectColumnValuesToMatchRegex",
        {
            "column": "available",
            "regex": f"{WHOLE_NUMBER}|{one_of_words(NOT_COUNTED)}",
            "mostly": MOSTLY,
        },
        "At least half of the stocks are whole numbers, or say that nothing is stocked there.",
    ),
    warning(
        "inventory_stock_is_not_negative",
        "ExpectColumnValuesToBeBetween",
        {"column": "available", "min_value": 0},
        "No stock is below 0; below it more was sold than there was.",
    ),
    warning(
        "inventory_item_is_once_at_each_location",
        "ExpectCompoundColumnsToBeUnique",
        {
            "column_list": ["inventory_item_id", "location_id"],
            "ignore_row_if": "any_value_is_missing",
        },
        "No item is there twice at one location; of several rows the newest counts.",
    ),
)
