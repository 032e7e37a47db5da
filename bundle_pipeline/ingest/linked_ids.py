"""Derived ids give way to real ones where another file of the shop has the variant with its id.

A product export names a variant by handle and options; a file with ids, or orders with ids, may
have the same variant. They are one if they share handle and options, else a SKU, else the full
title, and nothing else on either side has that label.
"""

from collections.abc import Mapping

import polars as pl

from bundle_pipeline.ingest.aliases import FileKind
from bundle_pipeline.ingest.derived_ids import derived_variant_id, full_title, is_derived
from bundle_pipeline.ingest.values import id_text

# Best first.
_LABELS = ("handle", "sku", "title")
_PRODUCT_KINDS: tuple[FileKind, ...] = ("catalog", "variants")


def order_labels(rows: pl.LazyFrame) -> pl.DataFrame:
    """The distinct variants that orders name by id, with what else they say of them.

    Args:
        rows: Staged text of orders with ids.
    """
    titled = full_title(pl.col("product_title"), pl.col("variant_title"))
    return (
        rows.filter(pl.col("variant_id").is_not_null())
        .select(
            "variant_id",
            "product_id",
            "sku",
            title=pl.when(pl.col("variant_title").is_not_null()).then(titled),
        )
        .unique()
        .sort("variant_id", "sku", "title", "product_id")
        .collect()
    )


def has_derived_ids(tables: Mapping[FileKind, pl.DataFrame]) -> bool:
    """Whether any file names its variants by handle and options."""
    return not _derived(tables).is_empty()


def with_linked_ids(
    tables: Mapping[FileKind, pl.DataFrame], orders: pl.DataFrame
) -> dict[FileKind, pl.DataFrame]:
    """The product and stock tables with real ids in place of derived ones, where they are known.

    A stock key that no file states stays the derived one, also for the variant with the real id.

    Args:
        tables: Staged text by kind, with real and derived ids.
        orders: :func:`order_labels`.
    """
    derived = _derived(tables)
    if derived.is_empty():
        return dict(tables)
    known = _known(tables, orders)
    links = _links(derived, known)
    products = _product_links(tables, links)
    linked: dict[FileKind, pl.DataFrame] = {
        kind: _with_linked_offers(tables[kind], links, products) for kind in _PRODUCT_KINDS
    }
    return {**tables, **linked, "inventory": _with_linked_stock(tables["inventory"], links)}


def _derived(tables: Mapping[FileKind, pl.DataFrame]) -> pl.DataFrame:
    """Derived ids with their labels: ``derived_id``, ``handle``, ``sku``, ``title``."""
    offers = [_labelled(tables[kind]).drop("product_id", "item") for kind in _PRODUCT_KINDS]
    stock = tables["inventory"].select(
        variant_id="inventory_item_id",
        sku="sku",
        title=pl.lit(None, pl.String),
        handle="inventory_item_id",
    )
    return (
        pl.concat([*offers, stock], how="diagonal")
        .filter(is_derived(pl.col("variant_id")))
        .rename({"variant_id": "derived_id"})
        .with_columns(handle="derived_id")
        .unique(maintain_order=True)
    )


def _known(tables: Mapping[FileKind, pl.DataFrame], orders: pl.DataFrame) -> pl.DataFrame:
    """Real ids with their labels: ``variant_id``, ``product_id``, ``item`` and those above."""
    offers = [_labelled(tables[kind]) for kind in _PRODUCT_KINDS]
    is_real = ~is_derived(pl.col("variant_id"))
    return pl.concat([*offers, orders], how="diagonal").filter(is_real)


def _labelled(rows: pl.DataFrame) -> pl.DataFrame:
    variant_title = pl.col("variant_title")
    return rows.select(
        "sku",
        variant_id=id_text(pl.col("variant_id")),
        product_id=id_text(pl.col("product_id")),
        item=id_text(pl.col("inventory_item_id")),
        handle=derived_variant_id(pl.col("handle"), variant_title),
        title=full_title(pl.col("product_title"), variant_title),
    )


def _links(derived: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """One to one: ``derived_id``, ``variant_id``, ``product_id`` and ``item`` (its stock key)."""
    by_label = [_linked_by(label, derived, known) for label in _LABELS]
    links = (
        pl.concat(by_label)
        .unique("derived_id", keep="first", maintain_order=True)
        .unique("variant_id", keep="first", maintain_order=True)
    )
    facts = known.group_by("variant_id", maintain_order=True).agg(
        pl.col("product_id", "item").first(ignore_nulls=True)
    )
    return links.join(facts, on="variant_id", how="left", validate="1:1").with_columns(
        item=pl.coalesce("item", "derived_id")
    )


def _linked_by(label: str, derived: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    left = _told_apart_by(label, derived.select("derived_id", label))
    right = _told_apart_by(label, known.select("variant_id", label))
    return (
        left.join(right, on=label, validate="1:1")
        .sort("derived_id", label)
        .select("derived_id", "variant_id")
    )


def _told_apart_by(label: str, named: pl.DataFrame) -> pl.DataFrame:
    return named.drop_nulls().unique().filter(pl.len().over(label) == 1)


def _product_links(tables: Mapping[FileKind, pl.DataFrame], links: pl.DataFrame) -> pl.DataFrame:
    """``product_id`` of derived variants and ``_product``, the real id of the same product.

    One linked variant tells it for its siblings too, such as one that was added since.
    """
    linked = links.drop_nulls("product_id").select(variant_id="derived_id", _product="product_id")
    pairs = [
        tables[kind].select("variant_id", "product_id").join(linked, on="variant_id")
        for kind in _PRODUCT_KINDS
    ]
    return (
        pl.concat(pairs)
        .select("product_id", "_product")
        .drop_nulls()
        .unique()
        .filter(pl.len().over("product_id") == 1)
    )


def _with_linked_offers(
    rows: pl.DataFrame, links: pl.DataFrame, products: pl.DataFrame
) -> pl.DataFrame:
    real = links.select(variant_id="derived_id", _variant="variant_id")
    items = links.select("variant_id", _item="item")
    was_derived = is_derived(pl.col("variant_id"))
    return (
        _joined(rows, real, "variant_id")
        .pipe(_joined, products, "product_id")
        .with_columns(
            product_id=pl.when(was_derived)
            .then(pl.coalesce("_product", "product_id"))
            .otherwise("product_id"),
            variant_id=pl.coalesce("_variant", id_text(pl.col("variant_id"))),
        )
        .pipe(_joined, items, "variant_id")
        .with_columns(inventory_item_id=pl.coalesce("_item", "inventory_item_id"))
        .select(rows.columns)
    )


def _with_linked_stock(rows: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    items = links.select(inventory_item_id="derived_id", _item="item")
    linked = _joined(rows, items, "inventory_item_id")
    key = pl.coalesce("_item", "inventory_item_id")
    return linked.with_columns(inventory_item_id=key).select(rows.columns)


def _joined(rows: pl.DataFrame, facts: pl.DataFrame, key: str) -> pl.DataFrame:
    return rows.join(facts, on=key, how="left", validate="m:1", maintain_order="left")
