"""Event rows: views, additions to carts and searches, each of one product."""

from collections.abc import Mapping, Sequence

import dataframely as dy
import polars as pl

from bundle_pipeline.ingest.outcomes import (
    Rule,
    excluded,
    is_undecided,
    quarantined,
    superseded,
    undecided,
    verdicts,
)
from bundle_pipeline.ingest.values import id_text, is_lost_id, utc_times, word
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.events import EVENT_TYPES, Events

# What trackers call them. What else they record (checkouts, payments, pages without a product) is
# left out: orders say what was bought.
_SPELLINGS: Mapping[str, Sequence[str]] = {
    "view": ("view", "view_item", "product_view", "product_viewed", "viewed_product"),
    "cart": (
        *("cart", "add_to_cart", "addtocart", "added_to_cart", "cart_add"),
        *("product_added_to_cart", "product_added"),
    ),
    "search": ("search", "search_click", "search_clicked", "search_submitted", "product_searched"),
}
_TYPES = {spelling: name for name in EVENT_TYPES for spelling in _SPELLINGS[name]}
# What an event says, where no id tells it from others.
_CONTENT = ("event_type", "occurred_at", "product_id", "variant_id", "visitor_key")


def load_events(
    rows: pl.DataFrame, by_sku: pl.DataFrame
) -> tuple[dy.DataFrame[Events], pl.DataFrame]:
    """Convert event rows; an event that a later export repeats is there once.

    Events without an id are told apart by what they say. Of several that say the same in one file,
    as two views in a second do where nobody says whose, the first stays the first in an export that
    overlaps with it.

    Args:
        rows: Staged text of the kind, earliest first; ``_customer`` is a hash.
        by_sku: ``label`` and ``variant_id``, of SKUs that mean one variant.

    Returns:
        The events, and what became of each row (:func:`verdicts`).
    """
    judged = (
        undecided(rows, "events")
        .pipe(_with_values, by_sku)
        .pipe(excluded, _unused())
        .pipe(quarantined, _unusable())
        .pipe(excluded, [Rule("event_without_product", _names_nothing())])
        .pipe(_with_ids)
        .pipe(superseded, "event_id")
    )
    events = judged.filter(is_undecided()).sort("event_id")
    return declared(Events, events), verdicts(judged, "events")


def _with_values(rows: pl.DataFrame, by_sku: pl.DataFrame) -> pl.DataFrame:
    of_sku = by_sku.rename({"label": "sku", "variant_id": "_of_sku"})
    return (
        rows.join(of_sku, on="sku", how="left", validate="m:1", maintain_order="left")
        .rename({"occurred_at": "_stated_time"})
        .with_columns(
            _stated_type=word(pl.col("event_type")),
            occurred_at=utc_times(rows.get_column("occurred_at")),
            product_id=id_text(pl.col("product_id")),
            variant_id=pl.coalesce(id_text(pl.col("variant_id")), "_of_sku"),
            visitor_key="_customer",
        )
        .with_columns(event_type=pl.col("_stated_type").replace_strict(_TYPES, default=None))
    )


def _names_nothing() -> pl.Expr:
    """Searches for words alone, and SKUs that mean no variant or several."""
    return pl.col("product_id").is_null() & pl.col("variant_id").is_null()


def _unused() -> list[Rule]:
    is_other = pl.col("_stated_type").is_not_null() & pl.col("event_type").is_null()
    return [Rule("event_type_not_used", is_other)]


def _unusable() -> list[Rule]:
    ids = ("product_id", "variant_id")
    return [
        Rule("id_lost_its_digits", pl.any_horizontal(is_lost_id(pl.col(name)) for name in ids)),
        Rule("event_type_missing", pl.col("_stated_type").is_null()),
        Rule("occurred_at_missing", pl.col("_stated_time").is_null()),
        Rule("occurred_at_not_a_time", pl.col("occurred_at").is_null()),
    ]


def _with_ids(rows: pl.DataFrame) -> pl.DataFrame:
    number = pl.int_range(1, pl.len() + 1).over("_path", *_CONTENT)
    says = pl.concat_str(
        *(pl.col(name).cast(pl.String).fill_null("-") for name in _CONTENT), number, separator=" "
    )
    return rows.with_columns(event_id=pl.coalesce(id_text(pl.col("event_id")), says))
