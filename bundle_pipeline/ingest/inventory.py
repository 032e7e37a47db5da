"""Inventory rows: units of each variant at each location."""

import dataframely as dy
import polars as pl

from bundle_pipeline.ingest.derived_ids import DEFAULT_LOCATION
from bundle_pipeline.ingest.outcomes import (
    Rule,
    is_undecided,
    quarantined,
    replaced,
    superseded,
    undecided,
    verdicts,
)
from bundle_pipeline.ingest.snapshots import is_current
from bundle_pipeline.ingest.values import id_text, is_lost_id, stated, utc_times, whole_number
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.catalog import Inventory

# What exports write where an item isn't kept at a location. It is none there, which is not the same
# as untracked: untracked stock can always be sold.
_NOT_STOCKED = "not stocked"


def load_inventory(rows: pl.DataFrame) -> tuple[dy.DataFrame[Inventory], pl.DataFrame]:
    """Convert inventory rows; of several counts of one item at one location the newest stays.

    A product export states the units of an item in all: where another file counts them by location,
    they would count twice.

    Args:
        rows: Staged text of the kind with :func:`with_outdated`, earliest first.

    Returns:
        The inventory, and what became of each row (:func:`verdicts`).
    """
    judged = (
        undecided(rows, "inventory")
        .pipe(_with_values)
        .sort("_counted_at", nulls_last=False, maintain_order=True)
        .pipe(quarantined, _rules())
        .pipe(superseded, "inventory_item_id", "location_id")
        .with_columns(is_current=is_current("inventory_item_id", "location_id"))
        .pipe(replaced, [Rule("counted_by_location", _is_total_of_locations())])
    )
    inventory = judged.filter(is_undecided()).with_columns(updated_at="_counted_at")
    in_order = inventory.sort("inventory_item_id", "location_id")
    return declared(Inventory, in_order), verdicts(judged, "inventory")


def _with_values(rows: pl.DataFrame) -> pl.DataFrame:
    # A file that names no location at all has no such column, or a wholly empty one.
    has_locations = pl.col("location_id").is_not_null().any().over("_path")
    location = pl.when(has_locations).then("location_id").otherwise(pl.lit(DEFAULT_LOCATION))
    not_stocked = pl.col("available").str.to_lowercase() == _NOT_STOCKED
    count = whole_number(pl.col("available"))
    return rows.with_columns(
        inventory_item_id=id_text(pl.col("inventory_item_id")),
        location_id=id_text(location),
        available_count=pl.when(not_stocked).then(pl.lit(0, dtype=pl.Int64)).otherwise(count),
        _counted_at=utc_times(rows.get_column("updated_at")),
    )


def _is_total_of_locations() -> pl.Expr:
    has_place = pl.col("location_id") != DEFAULT_LOCATION
    is_located = has_place & pl.col("is_current") & is_undecided()
    return ~has_place & is_located.any().over("inventory_item_id")


def _rules() -> list[Rule]:
    unread = stated(pl.col("available")).is_not_null() & pl.col("available_count").is_null()
    ids = (pl.col("inventory_item_id"), pl.col("location_id"))
    return [
        Rule("id_lost_its_digits", pl.any_horizontal(is_lost_id(column) for column in ids)),
        Rule("inventory_item_id_missing", pl.col("inventory_item_id").is_null()),
        Rule("location_id_missing", pl.col("location_id").is_null()),
        Rule("available_not_a_number", unread),
    ]
