"""Catalog rows: what the product page of each variant says."""

import dataframely as dy
import polars as pl

from bundle_pipeline.ingest.offers import (
    log_unread_amounts,
    offer_rules,
    with_fields_of_other_files,
    with_offer,
)
from bundle_pipeline.ingest.outcomes import (
    Rule,
    is_undecided,
    quarantined,
    superseded,
    undecided,
    verdicts,
)
from bundle_pipeline.ingest.snapshots import is_current
from bundle_pipeline.ingest.values import stated, utc_times, whole_number, word
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.catalog import PRODUCT_STATUSES, Catalog

# What a product is taken to be where its status isn't stated.
_DEFAULT_STATUS = "active"
# What exports write for stock that isn't tracked.
_UNTRACKED = -1


def load_catalog(
    rows: pl.DataFrame, *, currency: str
) -> tuple[dy.DataFrame[Catalog], pl.DataFrame]:
    """Convert catalog rows.

    Args:
        rows: Staged text of the kind with :func:`with_outdated`, earliest first.
        currency: The shop's currency.

    Returns:
        The catalog, and what became of each row (:func:`verdicts`).
    """
    status_unknown = ~pl.col("_status").is_in(PRODUCT_STATUSES)
    judged = (
        undecided(rows, "catalog")
        .pipe(with_fields_of_other_files)
        .pipe(with_offer, currency=currency)
        .with_columns(_status=word(pl.col("product_status")).fill_null(_DEFAULT_STATUS))
        .pipe(
            quarantined,
            [
                *offer_rules(price=pl.col("price")),
                Rule("product_title_missing", pl.col("product_title").is_null()),
                Rule("product_status_unknown", status_unknown),
            ],
        )
        .pipe(superseded, "variant_id")
        .with_columns(is_current=is_current("variant_id"))
    )
    log_unread_amounts(judged)
    return _catalog(judged.filter(is_undecided())), verdicts(judged, "catalog")


def _catalog(rows: pl.DataFrame) -> dy.DataFrame[Catalog]:
    available = whole_number(pl.col("available_total"))
    tags = pl.col("tags").fill_null("").str.split(",").list.eval(pl.element().str.strip_chars())
    catalog = rows.with_columns(
        product_type=stated(pl.col("product_type")),
        vendor=stated(pl.col("vendor")),
        tags=tags.list.eval(pl.element().filter(pl.element() != "").unique().sort()),
        product_status="_status",
        available_count=pl.when(available != _UNTRACKED).then(available),
        product_created_at=utc_times(rows.get_column("product_created_at")),
        product_published_at=utc_times(rows.get_column("product_published_at")),
    )
    return declared(Catalog, catalog.sort("variant_id"))
