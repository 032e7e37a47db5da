"""What is expected of a shop's events as they landed; the suite passes where none did."""

from bundle_pipeline.quality.expectation import MOSTLY, Expectation, blocking, warning
from bundle_pipeline.quality.text_shapes import DATE

EVENTS_SUITE: tuple[Expectation, ...] = (
    blocking(
        "events_state_what_happened",
        "ExpectColumnToExist",
        {"column": "event_type"},
        "Event files have a column with the type of the event.",
    ),
    blocking(
        "events_state_when_it_happened",
        "ExpectColumnToExist",
        {"column": "occurred_at"},
        "Event files have a column with the time of the event.",
    ),
    blocking(
        "events_state_what_it_was_about",
        "ExpectColumnToExist",
        {"column": "event_item"},
        "Event files have a column with the product id, the variant id or the SKU.",
    ),
    blocking(
        "event_type_is_mostly_there",
        "ExpectColumnValuesToNotBeNull",
        {"column": "event_type", "mostly": MOSTLY},
        "At least half of the rows say what happened.",
    ),
    blocking(
        "event_time_is_mostly_a_date",
        "ExpectColumnValuesToMatchRegex",
        {"column": "occurred_at", "regex": DATE, "mostly": MOSTLY},
        "At least half of the times look like 2026-01-31 or 31/1/2026.",
    ),
    warning(
        "event_mostly_names_its_product",
        "ExpectColumnValuesToNotBeNull",
        {"column": "event_item", "mostly": MOSTLY},
        "At least half of the rows have a product id, a variant id or a SKU.",
    ),
)
