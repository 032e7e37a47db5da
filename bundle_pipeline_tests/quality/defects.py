"""For each expectation, the one thing that makes it fail."""

from bundle_pipeline_tests.support.landed import (
    Defect,
    every_row,
    last_row,
    no_rows,
    repeated_last_row,
    unstated,
)


def _sold_items(kind: str) -> dict[tuple[str, str], Defect]:
    return {
        (kind, f"{kind}_state_variant_ids"): unstated("variant_id"),
        (kind, f"{kind}_state_product_ids"): unstated("product_id"),
        (kind, f"{kind}_variant_id_is_mostly_there"): every_row("variant_id", None),
        (kind, f"{kind}_product_id_is_mostly_there"): every_row("product_id", None),
        (kind, f"{kind}_variant_id_is_unique"): repeated_last_row(),
        (kind, f"{kind}_sku_is_unique"): repeated_last_row(),
        (kind, f"{kind}_price_is_mostly_an_amount"): every_row("price", "on request"),
        (kind, f"{kind}_price_is_above_zero"): last_row("price", "0.00"),
        (kind, f"{kind}_compare_at_price_is_an_amount"): last_row("compare_at_price", "none"),
        (kind, f"{kind}_cost_is_an_amount"): last_row("cost", "unknown"),
        (kind, f"{kind}_cost_is_not_above_price"): last_row("cost", "9999.00"),
    }


DEFECTS: dict[tuple[str, str], Defect] = {
    ("orders", "orders_state_an_order_key"): unstated("order_id", "order_name"),
    ("orders", "orders_state_what_was_sold"): unstated("variant_id", "sku"),
    ("orders", "orders_state_when_they_were_placed"): unstated("created_at"),
    ("orders", "orders_state_quantities"): unstated("line_item_quantity"),
    ("orders", "orders_state_unit_prices"): unstated("original_unit_price"),
    ("orders", "order_key_is_mostly_there"): lambda table: table.pipe(
        every_row("order_id", None)
    ).pipe(every_row("order_name", None)),
    ("orders", "order_line_mostly_names_its_item"): lambda table: (
        table.pipe(every_row("variant_id", None))
        .pipe(every_row("sku", None))
        .pipe(every_row("line_item_name", None))
    ),
    ("orders", "order_date_is_mostly_a_date"): every_row("created_at", "yesterday"),
    ("orders", "order_quantity_is_mostly_a_whole_number"): every_row("line_item_quantity", "1.5"),
    ("orders", "order_unit_price_is_mostly_an_amount"): every_row("original_unit_price", "free"),
    ("orders", "orders_have_rows"): no_rows(),
    ("orders", "order_quantity_is_plausible"): last_row("line_item_quantity", "-1"),
    ("orders", "order_currency_is_known"): last_row("customer_currency", "XXQ"),
    ("orders", "order_currency_is_one"): last_row("customer_currency", "USD"),
    ("orders", "order_financial_status_is_known"): last_row("financial_status", "disputed"),
    **_sold_items("variants"),
    ("variants", "variants_state_prices"): unstated("price"),
    ("inventory", "inventory_states_stock_keys"): unstated("inventory_item_id"),
    ("inventory", "inventory_states_stock"): unstated("available"),
    ("inventory", "inventory_stock_key_is_mostly_there"): every_row("inventory_item_id", None),
    ("inventory", "inventory_stock_is_mostly_a_whole_number"): every_row("available", "many"),
    ("inventory", "inventory_stock_is_not_negative"): last_row("available", "-4"),
    ("inventory", "inventory_item_is_once_at_each_location"): repeated_last_row(),
    **_sold_items("catalog"),
    ("catalog", "catalog_states_titles"): unstated("product_title"),
    ("catalog", "catalog_states_prices"): unstated("price"),
    ("catalog", "catalog_title_is_on_every_row"): last_row("product_title", None),
    ("catalog", "catalog_status_is_known"): last_row("product_status", "retired"),
    ("events", "events_state_what_happened"): unstated("event_type"),
    ("events", "events_state_when_it_happened"): unstated("occurred_at"),
    ("events", "events_state_what_it_was_about"): unstated("product_id", "variant_id", "sku"),
    ("events", "event_type_is_mostly_there"): every_row("event_type", None),
    ("events", "event_time_is_mostly_a_date"): every_row("occurred_at", "this morning"),
    ("events", "event_mostly_names_its_product"): lambda table: (
        table.pipe(every_row("product_id", None))
        .pipe(every_row("variant_id", None))
        .pipe(every_row("sku", None))
    ),
}
