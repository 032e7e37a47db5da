"""Why a row can't be used: stable codes, each with what was found, expected, and what to do.

Fields go by their canonical names, as in ``aliases.yaml``; a file may spell its headers otherwise.
"""

_MEND_ROW = "correct the row in the shop and export again"
_MEND_EXPORT = "export the file again without editing it"

_FOUND_EXPECTED = {
    "wrong_field_count": ("more or fewer cells than headers", f"one for each; {_MEND_EXPORT}"),
    "broken_quoting": (
        "text after a closing quote",
        f"a delimiter or the row's end; {_MEND_EXPORT}",
    ),
    "unreadable_row": ("a row that can't be split into cells", f"CSV; {_MEND_EXPORT}"),
    "json_not_valid": ("a line that is no JSON object", f"one object per line; {_MEND_EXPORT}"),
    "id_lost_its_digits": (
        "an id like 9.23436E+11, whose digits a spreadsheet has rounded away",
        "the whole id; the file went through a spreadsheet, export it again without opening it",
    ),
    "order_id_missing": ("neither order_id nor name", f"one of them; {_MEND_ROW}"),
    "order_head_missing": (
        "an item whose order isn't there: neither its first row nor its own object",
        "the order in the same file or another one; export the whole time again, all files of it",
    ),
    "ordered_at_missing": ("no created_at in any row of the order", f"one; {_MEND_ROW}"),
    "ordered_at_not_a_time": (
        "a created_at that can't be read as a time",
        "one like 2024-01-31T10:11:12Z; write the year first, since 1/2/2024 has two readings",
    ),
    "currency_unknown": ("a currency that isn't in ISO 4217", f"a code like EUR; {_MEND_ROW}"),
    "currency_differs_within_order": (
        "another currency than in the order's other rows",
        f"one currency per order; {_MEND_ROW}",
    ),
    "quantity_missing": ("no line_item_quantity", f"a whole number; {_MEND_ROW}"),
    "quantity_not_a_number": (
        "a line_item_quantity that is no whole number of at most 9 digits",
        f"one like 2; {_MEND_ROW}",
    ),
    "quantity_too_large": ("a line_item_quantity above a million", f"less; {_MEND_ROW}"),
    "price_missing": ("no price (original_unit_price)", f"an amount like 12.50; {_MEND_ROW}"),
    "price_not_a_number": (
        "a price (original_unit_price) that can't be read, has two readings in this file (1,234) "
        "or the sign of another currency than the row's",
        "an amount like 1234.50, or with decimal commas throughout a file that proves them by one "
        "like 12,50; export it in that form",
    ),
    "price_negative": ("a price (original_unit_price) below 0", f"0 or more; {_MEND_ROW}"),
    "price_too_large": ("a price (original_unit_price) beyond any shop's", f"less; {_MEND_ROW}"),
    "line_discount_not_a_number": (
        "a line_discount that can't be read",
        f"an amount like 1.50, or nothing; {_MEND_ROW}",
    ),
    "line_discount_negative": ("a line_discount below 0", f"0 or more; {_MEND_ROW}"),
    "line_discount_above_line": (
        "a line_discount above unit price times quantity",
        f"the money off the whole line; {_MEND_ROW}",
    ),
    "variant_id_missing": ("no variant_id", f"one; {_MEND_ROW}"),
    "product_id_missing": ("no product_id", f"one; {_MEND_ROW}"),
    "handle_missing": ("no handle", f"the product's handle on each row; {_MEND_EXPORT}"),
    "product_title_missing": ("no product_title", f"one; {_MEND_ROW}"),
    "product_status_unknown": (
        "an unknown product_status",
        f"active, draft, archived or unlisted, or nothing; {_MEND_ROW}",
    ),
    "inventory_item_id_missing": ("no inventory_item_id", f"one; {_MEND_ROW}"),
    "location_id_missing": ("no location_id", f"one, as in the file's other rows; {_MEND_ROW}"),
    "available_not_a_number": (
        "a value of available that is no whole number",
        f"one like 12, 'not stocked', or nothing where stock isn't tracked; {_MEND_ROW}",
    ),
    "event_type_missing": ("no event_type", f"one, such as view; {_MEND_EXPORT}"),
    "occurred_at_missing": ("no occurred_at", f"when it happened; {_MEND_EXPORT}"),
    "occurred_at_not_a_time": (
        "an occurred_at that can't be read as a time",
        "one like 2024-01-31T10:11:12Z; write the year first, since 1/2/2024 has two readings",
    ),
}

QUARANTINE_HINTS = {
    reason: f"found {found}; expected {expected}"
    for reason, (found, expected) in _FOUND_EXPECTED.items()
}
