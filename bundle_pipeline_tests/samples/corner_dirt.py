"""The dirt of ``corner-shop``: every way an export goes wrong, with exact counts.

A :class:`Dirt` names rows that were added to a file (or changed in it) and what should become of
them. Dirty rows never change which planted itemsets an order holds, apart from orders that are
voided or refunded.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bundle_pipeline_tests.samples.corner_orders import Line

Orders = Sequence[Sequence[Line]]
Outcome = Literal["loaded", "superseded", "excluded", "quarantined"]

DELETED_VARIANT = "29999"
_GIFT_CARD = ("20041", "GIFT-25", "25.00")
_SHARED_SKU = ("SOAP-100", "2.40")
# Line ids of rows that no clean order has.
_FIRST_DIRTY_LINE = 990_001

# Which orders of the first export (by position) are touched later; none of them twice.
_SKU_ONLY_ORDERS = range(100, 108)
_CORRECTED_ORDERS = range(300, 305)
_LATER_VOIDED_ORDER = 900
_REDELIVERED_ORDER_COUNT = 12
_CORRECTED_QUANTITY = "7"

# Which orders of the delta are no sale.
_VOIDED_ORDERS = (5, 17)
_REFUNDED_ORDERS = (9, 33)
_GIFT_CARD_ORDERS = (2, 20, 41)
_DISCOUNTED_ORDERS = (3, 11, 28)


@dataclass(frozen=True)
class Dirt:
    """Rows of one file that are dirty in one way."""

    kind: str
    outcome: Outcome
    lines: tuple[Line, ...]


def with_sku_only_lines(base: Orders) -> tuple[list[list[Line]], Dirt]:
    """The first export with some lines that name their variant by SKU alone."""
    orders = [list(order) for order in base]
    for position in _SKU_ONLY_ORDERS:
        orders[position][0] = replace(orders[position][0], variant_id=None)
    changed = tuple(orders[position][0] for position in _SKU_ONLY_ORDERS)
    return orders, Dirt("sku_only", "loaded", changed)


def dirt_of_base(base: Orders) -> list[Dirt]:
    """Rows to add to the first export: each stands beside a clean line of the same order."""
    dirty_ids = map(str, range(_FIRST_DIRTY_LINE, _FIRST_DIRTY_LINE + 1000))
    beside = (replace(order[0], line_id=next(dirty_ids)) for order in base[500:])

    def rows(count: int, **changes: str | None) -> tuple[Line, ...]:
        return tuple(replace(next(beside), **changes) for _ in range(count))

    gone = {"variant_id": DELETED_VARIANT, "sku": "OLD-001"}
    shared = {"variant_id": None, "sku": _SHARED_SKU[0], "unit_price": _SHARED_SKU[1]}
    return [
        Dirt("repeated_row", "superseded", tuple(order[0] for order in base[200:204])),
        Dirt("quantity_zero", "excluded", rows(3, quantity="0")),
        Dirt("quantity_negative", "excluded", rows(2, quantity="-1")),
        Dirt("quantity_not_a_number", "quarantined", rows(2, quantity="two")),
        Dirt("price_not_a_number", "quarantined", rows(3, unit_price="free")),
        Dirt("time_unreadable", "quarantined", rows(1, ordered_at="yesterday")),
        Dirt("time_impossible", "quarantined", rows(1, ordered_at="2026-13-45T00:00:00Z")),
        Dirt("currency_unknown", "quarantined", rows(1, currency="ZZZ")),
        Dirt("item_missing", "loaded", rows(1, variant_id=None, sku=None)),
        Dirt("too_many_fields", "quarantined", rows(2)),
        Dirt("sku_ambiguous", "loaded", rows(3, **shared)),
        Dirt("variant_deleted", "loaded", rows(4, **gone)),
    ]


def delivered_again(base: Orders) -> list[Dirt]:
    """Orders of the first export that the delta holds again: as they were, corrected, or voided."""
    unchanged = [line for order in base[-_REDELIVERED_ORDER_COUNT:] for line in order]
    corrected = [base[position][0] for position in _CORRECTED_ORDERS]
    beside = [line for position in _CORRECTED_ORDERS for line in base[position][1:]]
    return [
        Dirt("redelivered_line", "superseded", (*unchanged, *beside)),
        Dirt(
            "corrected_line",
            "superseded",
            tuple(replace(line, quantity=_CORRECTED_QUANTITY) for line in corrected),
        ),
        Dirt("later_voided_line", "excluded", tuple(_marked(base[_LATER_VOIDED_ORDER], "VOIDED"))),
    ]


def with_unsold_orders(delta: Orders) -> tuple[list[list[Line]], list[Dirt]]:
    """The delta with voided and refunded orders, gift cards, and some discounts."""
    orders = [list(order) for order in delta]
    for position in _DISCOUNTED_ORDERS:
        orders[position][0] = replace(orders[position][0], discount="0.50")
    for position in _VOIDED_ORDERS:
        orders[position] = list(_marked(orders[position], "VOIDED"))
    for position in _REFUNDED_ORDERS:
        orders[position] = list(_marked(orders[position], "REFUNDED"))
    gift_cards = [
        _gift_card(orders[position], line_id=str(_FIRST_DIRTY_LINE + 5000 + position))
        for position in _GIFT_CARD_ORDERS
    ]
    dirt = [
        Dirt("voided_line", "excluded", _lines_of(orders, _VOIDED_ORDERS)),
        Dirt("refunded_line", "excluded", _lines_of(orders, _REFUNDED_ORDERS)),
        Dirt("gift_card_line", "excluded", tuple(gift_cards)),
    ]
    for position, gift_card in zip(_GIFT_CARD_ORDERS, gift_cards, strict=True):
        orders[position].append(gift_card)
    return orders, dirt


def _marked(order: Sequence[Line], status: str) -> Iterator[Line]:
    return (replace(line, status=status) for line in order)


def _lines_of(orders: Orders, positions: Sequence[int]) -> tuple[Line, ...]:
    return tuple(line for position in positions for line in orders[position])


def _gift_card(order: Sequence[Line], *, line_id: str) -> Line:
    variant_id, sku, price = _GIFT_CARD
    return replace(
        order[0],
        line_id=line_id,
        variant_id=variant_id,
        sku=sku,
        unit_price=price,
        quantity="1",
        discount="0.00",
    )
