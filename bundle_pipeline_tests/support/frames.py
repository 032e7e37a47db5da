"""Frames small enough to check by eye: ``baskets_frame("bm", "bm", "b", "t")``."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar, cast

import dataframely as dy
import polars as pl

from bundle_pipeline.schemas.base import UTC_TIMESTAMP, checked
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline.schemas.orders import OrderLines, Orders

FIRST_ORDER_AT = datetime(2024, 1, 1, tzinfo=UTC)
BETWEEN_ORDERS = timedelta(hours=1)

TableT = TypeVar("TableT", bound=pl.DataFrame)

# A basket is text, one letter for each variant ("bm"), or a sequence of longer ids.
Basket = str | Sequence[str]


def order_id(number: int) -> str:
    """Id of the order at a position, from 1; sorts as the position does."""
    return f"o{number:07}"


def baskets_frame(
    *baskets: Basket,
    customers: Sequence[str | None] | None = None,
    ordered_at: Sequence[datetime] | None = None,
) -> dy.DataFrame[Baskets]:
    """Baskets of a shop, one order an hour in the order given.

    Args:
        baskets: Variants of each order; an order without variants has no basket.
        customers: Customer of each order; None: all unknown.
        ordered_at: Time of each order; None: an hour apart.
    """
    frame = (
        _orders(len(baskets), customers=customers, ordered_at=ordered_at)
        .with_columns(
            variant_ids=pl.Series(
                [sorted(set(basket)) for basket in baskets], dtype=pl.List(pl.String)
            ),
            unit_count=pl.Series([len(basket) for basket in baskets], dtype=pl.Int64),
        )
        .filter(pl.col("variant_ids").list.len() > 0)
    )
    return checked(Baskets, frame)


def orders_frame(
    order_count: int,
    *,
    customers: Sequence[str | None] | None = None,
    ordered_at: Sequence[datetime] | None = None,
    currency: str = "EUR",
) -> dy.DataFrame[Orders]:
    """Paid orders named ``order_id(1)`` and on, one an hour."""
    empty = pl.lit(None, dtype=pl.String)
    frame = _orders(order_count, customers=customers, ordered_at=ordered_at).with_columns(
        order_name=empty,
        currency=pl.lit(currency),
        financial_status=pl.lit("paid"),
        fulfillment_status=empty,
        total_minor=pl.lit(None, dtype=pl.Int64),
        refunded_minor=pl.lit(None, dtype=pl.Int64),
        discount_codes=empty,
        payment_method=empty,
        source=empty,
    )
    return checked(Orders, frame)


def order_lines_frame(
    *orders: Sequence[str | None],
    quantity: int = 1,
    unit_price_minor: int = 1000,
    currency: str = "EUR",
) -> dy.DataFrame[OrderLines]:
    """Lines of the orders ``order_id(1)`` and on: a line for each variant, repeats included.

    Args:
        orders: Variants of each order, line by line; None is a variant that isn't resolved.
        quantity: Units on every line.
        unit_price_minor: Price of one unit on every line.
        currency: Of every line.
    """
    empty = pl.lit(None, dtype=pl.String)
    frame = (
        pl.DataFrame(
            {
                "order_id": [order_id(i + 1) for i in range(len(orders))],
                "variant_id": [list(lines) for lines in orders],
            },
            schema={"order_id": pl.String, "variant_id": pl.List(pl.String)},
        )
        .filter(pl.col("variant_id").list.len() > 0)
        .explode("variant_id")
        .with_columns(
            line_number=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("order_id"),
            line_id=empty,
            product_id=empty,
            resolved_by=pl.when(pl.col("variant_id").is_null())
            .then(pl.lit("unresolved"))
            .otherwise(pl.lit("variant_id")),
            sku=empty,
            title=empty,
            variant_title=empty,
            quantity=pl.lit(quantity, dtype=pl.Int64),
            unit_price_minor=pl.lit(unit_price_minor, dtype=pl.Int64),
            compare_at_price_minor=pl.lit(None, dtype=pl.Int64),
            line_discount_minor=pl.lit(0, dtype=pl.Int64),
            discount_allocated=pl.lit(value=False),
            is_bundle_component=pl.lit(value=False),
            requires_shipping=pl.lit(None, dtype=pl.Boolean),
            currency=pl.lit(currency),
        )
    )
    return checked(OrderLines, frame)


def shuffled(frame: TableT, seed: int) -> TableT:
    """The same rows in another order."""
    return cast("TableT", frame.sample(fraction=1.0, shuffle=True, seed=seed))


def _orders(
    order_count: int,
    *,
    customers: Sequence[str | None] | None,
    ordered_at: Sequence[datetime] | None,
) -> pl.DataFrame:
    times = ordered_at or [FIRST_ORDER_AT + i * BETWEEN_ORDERS for i in range(order_count)]
    return pl.DataFrame(
        {
            "order_id": [order_id(i + 1) for i in range(order_count)],
            "ordered_at": list(times),
            "customer_key": list(customers or [None] * order_count),
        },
        schema={"order_id": pl.String, "ordered_at": UTC_TIMESTAMP, "customer_key": pl.String},
    )
