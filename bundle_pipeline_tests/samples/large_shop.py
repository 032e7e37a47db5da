"""Exports of a shop as large as asked, orders written as they are made: as many as Instacart's set.

``python -m bundle_pipeline_tests.samples.large_shop FILE --orders 3400000`` writes about 9.4 lines
per order over 50,000 variants, popularity falling as in real shops; the same bytes for the same
seed. Nothing in it is associated.
"""

from pathlib import Path
from typing import Annotated, BinaryIO

import numpy as np
import numpy.typing as npt
import polars as pl
import typer

_VARIANT_COUNT = 50_000
_CUSTOMER_COUNT = 200_000
_MEAN_EXTRA_LINES = 8.4
_POPULARITY_EXPONENT = 0.9
_ORDERS_AT_A_TIME = 200_000
_FIRST_ORDER_ID, _FIRST_LINE_ID, _FIRST_VARIANT_ID = 450_000_000, 900_000_000, 40_000_000
_FIRST_PRODUCT_ID, _FIRST_INVENTORY_ID = 50_000_000, 60_000_000
_LOOKS = ("Oak", "Elm", "Iris", "Rust", "Moss", "Coral", "Slate", "Amber", "Ivory", "Pine")
_KINDS = ("Mug", "Lamp", "Bowl", "Scarf", "Chair", "Candle", "Basket", "Kettle", "Towel", "Clock")
_COST_RATE = 0.6
_MOST_STOCK = 500
_FIRST_DAY = np.datetime64("2023-01-01T00:00:00", "s")
_SECONDS_OF_THREE_YEARS = 3 * 365 * 86_400

Integers = npt.NDArray[np.int64]


def write_orders(path: Path, order_count: int, *, seed: int = 1, first_order: int = 0) -> int:
    """Write an order export, and return its lines.

    Args:
        path: File to write.
        order_count: Orders.
        seed: Other seeds, other orders.
        first_order: Number of the first order, from 0: its id, name and time follow from it.
    """
    random = np.random.default_rng([seed, first_order])
    shares = np.cumsum(1 / np.arange(1, _VARIANT_COUNT + 1) ** _POPULARITY_EXPONENT)
    prices = _prices(seed)
    line_count = 0
    with path.open("wb") as file:
        for start in range(first_order, first_order + order_count, _ORDERS_AT_A_TIME):
            orders = np.arange(start, min(start + _ORDERS_AT_A_TIME, first_order + order_count))
            line_count += _write_batch(
                file, orders, shares / shares[-1], prices, random, has_header=start == first_order
            )
    return line_count


def write_products(folder: Path, *, seed: int = 1) -> None:
    """Write the files of products that go with the orders: catalog, variants and inventory.

    Args:
        folder: Where to.
        seed: That of the orders.
    """
    random = np.random.default_rng([seed, _VARIANT_COUNT])
    look, kind = (
        pl.Series(words).gather(random.integers(0, len(words), _VARIANT_COUNT))
        for words in (_LOOKS, _KINDS)
    )
    number = pl.int_range(_VARIANT_COUNT, eager=True)
    price = pl.Series(_prices(seed) / 100)
    products = pl.DataFrame(
        {
            "product_id": number + _FIRST_PRODUCT_ID,
            "variant_id": number + _FIRST_VARIANT_ID,
            "sku": pl.select(pl.format("SKU-{}", number)).to_series(),
            "price": price,
            "cost": (price * _COST_RATE).round(2),
            "inventory_item_id": number + _FIRST_INVENTORY_ID,
        }
    )
    products.with_columns(
        product_title=pl.format("{} {} {}", look, kind, number),
        product_type=kind,
        product_status=pl.lit("active"),
    ).write_csv(folder / "catalog.csv")
    products.with_columns(variant_title=pl.lit("Default Title")).write_csv(folder / "variants.csv")
    products.select(
        "inventory_item_id",
        location_id=pl.lit(1),
        available=pl.Series(random.integers(0, _MOST_STOCK, _VARIANT_COUNT)),
        updated_at=pl.lit("2026-01-01T00:00:00Z"),
    ).write_csv(folder / "inventory.csv")


def _prices(seed: int) -> Integers:
    """Price of each variant in cents."""
    return np.random.default_rng(seed).integers(99, 5_000, _VARIANT_COUNT)


def _write_batch(
    file: BinaryIO,
    orders: Integers,
    shares: npt.NDArray[np.float64],
    prices: Integers,
    random: np.random.Generator,
    *,
    has_header: bool,
) -> int:
    sizes = 1 + random.poisson(_MEAN_EXTRA_LINES, len(orders))
    order = np.repeat(orders, sizes)
    customer = np.repeat(random.integers(0, _CUSTOMER_COUNT, len(orders)), sizes)
    variant = np.searchsorted(shares, random.random(len(order)))
    # An order lists a variant once.
    _, first = np.unique(order * _VARIANT_COUNT + variant, return_index=True)
    first.sort()
    order, customer, variant = order[first], customer[first], variant[first]
    # Lines keep their numbers whatever was written before: no order has 64.
    place = np.arange(len(order)) - np.searchsorted(order, order)
    seconds = order * 27 % _SECONDS_OF_THREE_YEARS
    lines = pl.DataFrame(
        {
            "order": order,
            "customer": customer,
            "variant": variant,
            "line": order * 64 + place,
            "quantity": 1 + random.poisson(0.2, len(order)),
            "price": prices[variant] / 100,
            "time": (_FIRST_DAY + seconds.astype("timedelta64[s]")).astype("datetime64[us]"),
        }
    )
    lines.select(
        order_id=pl.col("order") + _FIRST_ORDER_ID,
        name=pl.format("#{}", pl.col("order") + 1001),
        created_at=pl.col("time").dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
        customer_id=pl.col("customer") + 7_000_000,
        currency=pl.lit("USD"),
        financial_status=pl.lit("paid"),
        line_item_id=pl.col("line") + _FIRST_LINE_ID,
        variant_id=pl.col("variant") + _FIRST_VARIANT_ID,
        sku=pl.format("SKU-{}", "variant"),
        product_title=pl.format("Product number {}", "variant"),
        quantity="quantity",
        unit_price=pl.col("price").round(2),
    ).write_csv(file, include_header=has_header)
    return lines.height


def main(
    path: Annotated[Path, typer.Argument(help="File to write.")],
    orders: Annotated[int, typer.Option(help="Orders.", min=1)] = 3_400_000,
    first: Annotated[int, typer.Option(help="Number of the first order.", min=0)] = 0,
) -> None:
    """Write the export and say how many lines it has."""
    typer.echo(f"{write_orders(path, orders, first_order=first)} lines")


if __name__ == "__main__":
    typer.run(main)
