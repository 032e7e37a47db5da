"""The clean orders of ``corner-shop``: itemsets planted on purpose, and everyday items around them.

Every order is drawn on its own: at most one planted itemset, then a few items by popularity. What
was planted is recorded, so that tests can ask whether the pipeline finds it, and only it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

CURRENCY = "EUR"
FIRST_ORDER_AT = datetime(2026, 1, 5, 8, tzinfo=UTC)
# Twelve weeks in the first export, then sixty orders more in a delta.
BASE_ORDER_COUNT = 1300
DELTA_ORDER_COUNT = 60
_ORDER_DISTANCE = timedelta(minutes=93)
_FIRST_ORDER = 1001
_FIRST_LINE = 700_001

# Items bought besides a planted itemset: chance of 0, 1, 2 ... of them.
_OTHER_COUNT_CHANCES = (0.30, 0.35, 0.20, 0.10, 0.05)
# Units per line: chance of 1, 2, 3.
_QUANTITY_CHANCES = (0.78, 0.17, 0.05)


@dataclass(frozen=True)
class Planted:
    """An itemset that is put into a share of the orders, and what should become of it."""

    name: str
    skus: tuple[str, ...]
    share: float
    expectation: str
    """``sellable``, or why it can't be sold: ``out_of_stock``, ``draft``, ``same_product``,
    ``faded``."""
    until: float = 1.0
    """Only the first orders, up to this share of all, have it."""
    apart_share: float = 0.0
    """Share of the later orders that have one of its items: they still sell, but apart. Without
    that nobody could tell that the itemset has faded."""


PLANTED = (
    Planted("pasta and sauce", ("PAS-SPA-500", "PAS-SAU-400"), 0.075, "sellable"),
    Planted("coffee and filters", ("COF-ESP-250", "00042"), 0.06, "sellable"),
    Planted("chips and dip", ("CHI-TOR-200", "CHI-SAL-300"), 0.055, "sellable"),
    Planted("gin and tonic", ("1E5", "NA"), 0.05, "sellable"),
    Planted("charcoal and firelighters", ("BBQ-CHA-3", "BBQ-FIR-32"), 0.045, "sellable"),
    Planted("shampoo and conditioner", ("BAT-SHA-250", "BAT-CON-200"), 0.045, "sellable"),
    Planted("dog food and treats", ("PET-DOG-800", "PET-TRE-100"), 0.04, "sellable"),
    Planted("burger evening", ("BBQ-BUN-4", "BBQ-PAT-4", "BBQ-CHE-200"), 0.06, "sellable"),
    Planted("birthday cake", ("BAK-CAK-450", "BAK-CAN-24"), 0.045, "out_of_stock"),
    Planted("easter", ("DAI-EGG-10", "SEA-EGG-KIT"), 0.04, "draft"),
    Planted("two candles", ("CAN-PIL-RED", "CAN-PIL-WHI"), 0.035, "same_product"),
    Planted(
        "winter evening",
        ("SEA-WIN-1", "SEA-CIN-10"),
        0.07,
        "faded",
        until=0.6,
        apart_share=0.25,
    ),
)


@dataclass(frozen=True)
class Line:
    """One order line as text, as an export writes it."""

    order_id: str
    line_id: str
    variant_id: str | None
    sku: str | None
    ordered_at: str
    quantity: str
    unit_price: str
    currency: str = CURRENCY
    status: str = "PAID"
    discount: str = "0.00"


@dataclass(frozen=True)
class _Shelf:
    """What can be drawn: articles by SKU, and the chance of each everyday one."""

    by_sku: dict[str, dict[str, str]]
    everyday: list[str]
    chances: np.ndarray


def clean_orders(articles: pl.DataFrame, *, seed: int) -> list[list[Line]]:
    """The lines of each order, oldest order first.

    Args:
        articles: One row per variant, with ``variant_id``, ``sku``, ``price`` and ``popularity``,
            all text.
        seed: Of NumPy's ``RandomState``, whose stream is frozen.
    """
    draws = np.random.RandomState(seed)
    shelf = _shelf(articles)
    order_count = BASE_ORDER_COUNT + DELTA_ORDER_COUNT
    orders: list[list[Line]] = []
    next_line = _FIRST_LINE
    for number in range(order_count):
        skus = _drawn_skus(draws, shelf, progress=number / order_count)
        units = 1 + draws.choice(len(_QUANTITY_CHANCES), size=len(skus), p=_QUANTITY_CHANCES)
        orders.append(
            [
                _line(number, next_line + place, shelf.by_sku[sku], quantity=int(units[place]))
                for place, sku in enumerate(skus)
            ]
        )
        next_line += len(skus)
    return orders


def _shelf(articles: pl.DataFrame) -> _Shelf:
    # A SKU that two variants share can't be told apart by its label: such lines come as dirt only.
    everyday = articles.filter(~pl.col("sku").is_duplicated(), pl.col("popularity") != "0")
    weight = everyday.get_column("popularity").cast(pl.Float64).to_numpy()
    by_sku = {article["sku"]: article for article in articles.to_dicts()}
    return _Shelf(by_sku, everyday.get_column("sku").to_list(), weight / weight.sum())


def _drawn_skus(draws: np.random.RandomState, shelf: _Shelf, *, progress: float) -> list[str]:
    planted = _planted_skus(draws.random_sample(), progress=progress)
    other_count = int(draws.choice(len(_OTHER_COUNT_CHANCES), p=_OTHER_COUNT_CHANCES))
    # An order holds at least one item.
    wanted = max(other_count, 0 if planted else 1)
    others = draws.choice(len(shelf.everyday), size=wanted, replace=False, p=shelf.chances)
    return [*planted, *(sku for sku in (shelf.everyday[i] for i in others) if sku not in planted)]


def _planted_skus(draw: float, *, progress: float) -> tuple[str, ...]:
    for planted in PLANTED:
        is_over = progress >= planted.until
        share = planted.apart_share if is_over else planted.share
        if draw < share:
            one = int(draw / share * len(planted.skus))
            return (planted.skus[one],) if is_over else planted.skus
        draw -= share
    return ()


def _line(order: int, line: int, article: dict[str, str], *, quantity: int) -> Line:
    ordered_at = FIRST_ORDER_AT + order * _ORDER_DISTANCE
    return Line(
        order_id=str(_FIRST_ORDER + order),
        line_id=str(line),
        variant_id=article["variant_id"],
        sku=article["sku"],
        ordered_at=f"{ordered_at:%Y-%m-%dT%H:%M:%SZ}",
        quantity=str(quantity),
        unit_price=article["price"],
    )
