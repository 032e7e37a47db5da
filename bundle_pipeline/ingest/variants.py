"""Variant rows: what is sold."""

import dataframely as dy
import polars as pl

from bundle_pipeline.ingest.offers import (
    log_unread_amounts,
    offer_rules,
    with_fields_of_other_files,
    with_offer,
)
from bundle_pipeline.ingest.outcomes import (
    is_undecided,
    quarantined,
    superseded,
    undecided,
    verdicts,
)
from bundle_pipeline.ingest.snapshots import is_current
from bundle_pipeline.ingest.values import stated, utc_times
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.catalog import Catalog, Variants


def load_variants(
    rows: pl.DataFrame, catalog: dy.DataFrame[Catalog], *, currency: str
) -> tuple[dy.DataFrame[Variants], pl.DataFrame]:
    """Convert variant rows.

    Args:
        rows: Staged text of the kind with :func:`with_outdated`, earliest first.
        catalog: Where a variant's row states no price, the one here counts: some exports have
            prices in the catalog only.
        currency: The shop's currency.

    Returns:
        The variants, and what became of each row (:func:`verdicts`).
    """
    judged = (
        undecided(rows, "variants")
        .pipe(with_fields_of_other_files)
        .pipe(with_offer, currency=currency)
        .pipe(_with_catalog_price, catalog)
        .pipe(quarantined, offer_rules(price=pl.col("price")))
        .pipe(superseded, "variant_id")
        .with_columns(is_current=is_current("variant_id"))
    )
    log_unread_amounts(judged)
    return _variants(judged.filter(is_undecided())), verdicts(judged, "variants")


def _with_catalog_price(rows: pl.DataFrame, catalog: pl.DataFrame) -> pl.DataFrame:
    listed = catalog.select("variant_id", _listed_minor="price_minor")
    joined = rows.join(listed, on="variant_id", how="left", validate="m:1", maintain_order="left")
    missing = stated(pl.col("price")).is_null()
    price = pl.when(missing).then("_listed_minor").otherwise("price_minor")
    return joined.with_columns(price_minor=price)


def _variants(rows: pl.DataFrame) -> dy.DataFrame[Variants]:
    variants = rows.with_columns(
        product_type=stated(pl.col("product_type")),
        vendor=stated(pl.col("vendor")),
        created_at=utc_times(rows.get_column("created_at")),
    )
    return declared(Variants, variants.sort("variant_id"))
