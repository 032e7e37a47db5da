"""Landed tables for tests: clean text by canonical field, and ways to spoil exactly one thing."""

from collections.abc import Callable

import polars as pl

Defect = Callable[[pl.DataFrame], pl.DataFrame]


def clean_table(kind: str, *, row_count: int = 40) -> pl.DataFrame:
    """Rows of a kind without a defect; row 7 of orders is line 7 of its own order, and so on."""
    number = pl.int_range(row_count).cast(pl.String)
    fields: dict[str, pl.Expr | str | None] = {
        field: pl.format(text, number) if text is not None and "{}" in text else text
        for field, text in _CLEAN[kind].items()
    }
    return pl.select(
        value.alias(field)
        if isinstance(value, pl.Expr)
        else pl.repeat(value, row_count, dtype=pl.String).alias(field)
        for field, value in fields.items()
    )


def last_row(field: str, text: str | None) -> Defect:
    """The last row has this text."""
    return _where(pl.int_range(pl.len()) == pl.len() - 1, field, text)


def every_row(field: str, text: str | None) -> Defect:
    """All rows have this text."""
    return _where(pl.lit(value=True), field, text)


def unstated(*fields: str) -> Defect:
    """No file has a column for these fields."""
    return lambda table: table.drop(fields)


def repeated_last_row() -> Defect:
    """The last row is there twice."""
    return lambda table: pl.concat([table, table.tail(1)])


def no_rows() -> Defect:
    """A header and nothing below it."""
    return lambda table: table.clear()


def _where(chosen: pl.Expr, field: str, text: str | None) -> Defect:
    spoilt = pl.when(chosen).then(pl.lit(text, pl.String)).otherwise(pl.col(field)).alias(field)
    return lambda table: table.with_columns(spoilt)


_CLEAN: dict[str, dict[str, str | None]] = {
    "orders": {
        "order_id": "gid://shopify/Order/{}",
        "order_name": "#{}",
        "created_at": "2025-08-22T12:26:39-00:00",
        "customer_currency": "EUR",
        "line_item_id": "{}",
        "variant_id": "gid://shopify/ProductVariant/{}",
        "sku": "SKU-{}",
        "line_item_name": "Tee {}",
        "line_item_quantity": "2",
        "original_unit_price": "12.50",
        "line_discount": "0.00",
        "total": "25.00",
        "financial_status": "PAID",
        "fulfillment_status": "Partially fulfilled",
    },
    "variants": {
        "variant_id": "{}",
        "product_id": "1{}",
        "inventory_item_id": "2{}",
        "sku": "SKU-{}",
        "variant_title": "Black / M",
        "price": "38.64",
        "compare_at_price": None,
        "cost": "18.75",
        "created_at": "2025-07-30T09:23:42.871238Z",
    },
    "inventory": {
        "inventory_item_id": "2{}",
        "location_id": "1",
        "available": "64",
        "updated_at": "2025-09-14 12:26:39",
    },
    "catalog": {
        "product_id": "1{}",
        "variant_id": "{}",
        "product_title": "Performance Tee",
        "inventory_item_id": "2{}",
        "product_status": "active",
        "sku": "SKU-{}",
        "price": "1234.50",
        "compare_at_price": "1500",
        "cost": "800",
        "available_total": "12",
        "product_created_at": "2025-07-30",
        "product_published_at": "30/07/2025 10:00:00",
    },
    "events": {
        "event_id": "{}",
        "event_type": "product_viewed",
        "occurred_at": "2025-08-22T12:26:39Z",
        "product_id": "1{}",
        "variant_id": "{}",
        "sku": "SKU-{}",
    },
}
