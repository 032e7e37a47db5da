"""Sales of a shop for tests, written as what was bought how long ago.

``shop_sales(Sale("a", 3), Sale("b", 0))`` is a shop whose newest order, and so its data clock, is
``NOW``, with an order of variant a three days before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from bundle_pipeline.features.sales import Sales, gathered_sales
from bundle_pipeline.schemas.base import FrameT, checked
from bundle_pipeline.schemas.orders import OrderLines, Orders
from bundle_pipeline_tests.support.products import (
    Row,
    catalog_frame,
    inventory_frame,
    variants_frame,
)

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Sale:
    """One order line; an order of its own unless ``order`` names one."""

    variant_id: str | None
    days_ago: float = 0.0
    quantity: int = 1
    price: int = 1000
    discount: int = 0
    customer: str | None = None
    order: str | None = None
    refunded: int | None = None
    """Of the whole order."""
    currency: str = "EUR"
    product_id: str | None = None
    title: str | None = None
    is_bundle_component: bool = False


@dataclass(frozen=True)
class SoldShop:
    """The frames of a shop."""

    orders: pl.DataFrame
    order_lines: pl.DataFrame
    variants: pl.DataFrame
    catalog: pl.DataFrame
    inventory: pl.DataFrame

    def sales(self) -> Sales:
        """What features are measured on."""
        return gathered_sales(
            orders=self.orders,
            order_lines=self.order_lines.lazy(),
            variants=self.variants,
            catalog=self.catalog,
            inventory=self.inventory,
        )


def sold_shop(
    *sales: Sale,
    variants: Sequence[Row] = (),
    catalog: Sequence[Row] = (),
    inventory: Sequence[Row] = (),
) -> SoldShop:
    """A shop with these sales and files."""
    named = [(sale.order or f"order-{place:04}", sale) for place, sale in enumerate(sales)]
    lines: dict[str, list[Sale]] = {}
    for order, sale in named:
        lines.setdefault(order, []).append(sale)
    return SoldShop(
        orders=_frame(Orders, [_order(order, held[0]) for order, held in lines.items()]),
        order_lines=_frame(
            OrderLines,
            [
                _line(order, number, sale)
                for order, held in lines.items()
                for number, sale in enumerate(held, start=1)
            ],
        ),
        variants=variants_frame(*variants),
        catalog=catalog_frame(*catalog),
        inventory=inventory_frame(*inventory),
    )


def shop_sales(*sales: Sale, **files: Sequence[Row]) -> Sales:
    """Sales of :func:`sold_shop`."""
    return sold_shop(*sales, **files).sales()


def _order(order: str, sale: Sale) -> Row:
    return {
        "order_id": order,
        "ordered_at": NOW - timedelta(days=sale.days_ago),
        "currency": sale.currency,
        "customer_key": sale.customer,
        "refunded_minor": sale.refunded,
    }


def _line(order: str, number: int, sale: Sale) -> Row:
    return {
        "order_id": order,
        "line_number": number,
        "variant_id": sale.variant_id,
        "resolved_by": "variant_id" if sale.variant_id else "unresolved",
        "product_id": sale.product_id,
        "title": sale.title,
        "quantity": sale.quantity,
        "unit_price_minor": sale.price,
        "line_discount_minor": sale.discount,
        "discount_allocated": False,
        "is_bundle_component": sale.is_bundle_component,
        "currency": sale.currency,
    }


def _frame(schema: type[FrameT], rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    return checked(schema, pl.DataFrame(rows, schema=schema.create_empty().schema))
