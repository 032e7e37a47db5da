"""Which variant an order line means: its own variant id, else its SKU, else its title.

Many exports of orders state no ids. A label resolves a line only if it means one variant; what no
label resolves stays unresolved and is counted. A stated id is kept as it is, also one that no file
knows: that of a product deleted since.
"""

from dataclasses import dataclass

import polars as pl

from bundle_pipeline.ingest.derived_ids import full_title
from bundle_pipeline.ingest.line_totals import LineTotals


@dataclass(frozen=True)
class Identities:
    """What a shop's variants go by.

    Attributes:
        by_sku: ``label`` and ``variant_id``, of SKUs that mean one variant.
        by_title: The same for titles as order lines have them: ``Tee - Black / M``, and ``Tee``
            where a product has one variant only.
        ambiguous_skus: ``sku`` and ``variant_ids``, of SKUs that several variants have.
        statuses: ``variant_id`` and ``product_status`` of every variant; null if unknown.
    """

    by_sku: pl.DataFrame
    by_title: pl.DataFrame
    ambiguous_skus: pl.DataFrame
    statuses: pl.DataFrame


def identities(variants: pl.DataFrame, catalog: pl.DataFrame) -> Identities:
    """What each variant goes by.

    A closed variant keeps a label only where no current one has it: a product that was made anew
    takes its SKU with it.

    Args:
        variants: ``Variants``.
        catalog: ``Catalog``.
    """
    shared = ("variant_id", "product_id", "sku", "product_title", "variant_title", "is_current")
    named = pl.concat([variants.select(shared), catalog.select(shared)])
    by_sku = _meanings(named, pl.col("sku"))
    full = full_title(pl.col("product_title"), pl.col("variant_title"))
    is_only_one = pl.col("variant_id").n_unique().over("product_id") == 1
    titles = [
        _labelled(named, full),
        _labelled(named.filter(is_only_one), pl.col("product_title")),
    ]
    return Identities(
        by_sku=_unambiguous(by_sku),
        by_title=_unambiguous(_with_meanings(pl.concat(titles))),
        ambiguous_skus=by_sku.filter(pl.col("variant_ids").list.len() > 1)
        .rename({"label": "sku"})
        .sort("sku"),
        statuses=named.select("variant_id")
        .unique()
        .join(
            catalog.select("variant_id", "product_status"),
            on="variant_id",
            how="left",
            validate="1:1",
        ),
    )


def with_identity(rows: pl.DataFrame, known: Identities) -> pl.DataFrame:
    """Resolve order rows: fills ``variant_id``, adds ``resolved_by`` and ``_product_status``.

    Args:
        rows: Order rows with ``variant_id``, ``sku``, ``product_title``, ``variant_title`` and
            ``line_item_name``; in any order, as many at a time as one likes.
        known: What the shop's variants go by.

    Returns:
        The same rows in the same order. ``resolved_by`` is ``variant_id``, ``sku``, ``title`` or
        ``unresolved``; where it is the last, ``variant_id`` is null.
    """
    has_variant_title = pl.col("variant_title").is_not_null()
    full = full_title(pl.col("product_title"), pl.col("variant_title"))
    resolved = rows.with_columns(_full_title=pl.when(has_variant_title).then(full))
    for label, meanings, name in (
        ("sku", known.by_sku, "_by_sku"),
        ("_full_title", known.by_title, "_by_full_title"),
        ("line_item_name", known.by_title, "_by_name"),
    ):
        resolved = _looked_up(resolved, label, meanings.rename({"variant_id": name}))
    by_title = pl.coalesce("_by_full_title", "_by_name")
    steps = (("variant_id", pl.col("variant_id")), ("sku", pl.col("_by_sku")), ("title", by_title))
    how = pl.coalesce(
        *(pl.when(variant.is_not_null()).then(pl.lit(step)) for step, variant in steps),
        pl.lit("unresolved"),
    )
    return (
        resolved.with_columns(
            resolved_by=how, variant_id=pl.coalesce(variant for _, variant in steps)
        )
        .drop("_full_title", "_by_sku", "_by_full_title", "_by_name")
        .join(
            known.statuses.rename({"product_status": "_product_status"}),
            on="variant_id",
            how="left",
            validate="m:1",
            maintain_order="left",
        )
    )


def unknown_variants(totals: LineTotals, known: Identities) -> pl.DataFrame:
    """Variants in orders that no file of products knows: deleted since, or not exported.

    Args:
        totals: Of all order lines.
        known: What the shop's variants go by.

    Returns:
        ``variant_id`` and ``line_count``, those with most lines first.
    """
    of_variants = totals.items.filter("is_variant")
    sold = of_variants.group_by(variant_id="item").agg(pl.col("line_count").sum())
    unknown = sold.join(known.statuses, on="variant_id", how="anti")
    return unknown.sort("line_count", "variant_id", descending=[True, False])


def _looked_up(rows: pl.DataFrame, label: str, meanings: pl.DataFrame) -> pl.DataFrame:
    return rows.join(
        meanings, left_on=label, right_on="label", how="left", validate="m:1", maintain_order="left"
    )


def _meanings(named: pl.DataFrame, label: pl.Expr) -> pl.DataFrame:
    return _with_meanings(_labelled(named, label))


def _labelled(named: pl.DataFrame, label: pl.Expr) -> pl.DataFrame:
    return named.select("variant_id", "is_current", label=label).drop_nulls("label")


def _with_meanings(labelled: pl.DataFrame) -> pl.DataFrame:
    """``label`` and ``variant_ids``, sorted: its current variants, or else its closed ones."""
    is_meant = pl.col("is_current") | ~pl.col("is_current").any()
    return labelled.group_by("label").agg(
        variant_ids=pl.col("variant_id").filter(is_meant).unique().sort()
    )


def _unambiguous(meanings: pl.DataFrame) -> pl.DataFrame:
    single = meanings.filter(pl.col("variant_ids").list.len() == 1)
    return single.select("label", variant_id=pl.col("variant_ids").list.first())
