"""Blocks of orders to frames: what waited is decided, and joins what was simple.

What an order becomes depends on its own rows, on the settings, the shop's currency, and on what the
labels of its lines mean. Where none of these has changed, what was decided before still holds.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TypeGuard, cast

import polars as pl

from bundle_pipeline.ingest.identity import Identities, with_identity
from bundle_pipeline.ingest.linked_ids import order_labels
from bundle_pipeline.ingest.order_blocks import CURRENCIES, LABELS, OrderBlock
from bundle_pipeline.ingest.order_places import Unit
from bundle_pipeline.ingest.order_rows import with_order_ids
from bundle_pipeline.ingest.orders import load_orders
from bundle_pipeline.ingest.outcomes import Outcomes, no_outcomes, outcomes_of
from bundle_pipeline.ingest.params import IngestParams
from bundle_pipeline.ingest.values import id_text
from bundle_pipeline.schemas.orders import OrderLines, Orders
from bundle_pipeline.store.parts import Parts, new_origin, no_parts


@dataclass(frozen=True)
class Decision:
    """What the orders of a unit became.

    Attributes:
        signature: Of the unit, see :class:`Unit`.
        labels: What their lines go by: distinct ``LABELS``.
        meaning: What decided them beside their rows.
        orders: The orders.
        order_lines: Their lines.
        outcomes: What became of each of their rows.
        newest: Time of the newest of them.
    """

    signature: str
    labels: pl.DataFrame = field(repr=False)
    meaning: str
    orders: Parts[Orders]
    order_lines: Parts[OrderLines]
    outcomes: Outcomes
    newest: datetime | None


@dataclass(frozen=True)
class Judge:
    """What decides orders beside their rows.

    Attributes:
        params: Which orders and lines are left out.
        currency: The shop's currency, for orders that state none.
        known: What the shop's variants go by.
        folder: Where parts go.
    """

    params: IngestParams
    currency: str
    known: Identities
    folder: Path

    def with_variants(self, block: OrderBlock) -> OrderBlock:
        """The block with the variants of its simple lines, where what they state tells them."""
        if block.labels.is_empty():
            return block
        meant = self._meant(block.labels)
        meaning = _digest(meant)
        if block.meaning == meaning:
            return block
        if block.meaning is None and not meant.get_column("variant_id").count():
            return replace(block, meaning=meaning)
        lines = no_parts(OrderLines)
        is_stated = pl.col("resolved_by") == "variant_id"
        for part in block.order_lines.files:
            stated = part.scan().collect()
            named = stated.with_columns(
                variant_id=pl.when(is_stated).then("variant_id"),
                product_title="title",
                line_item_name="title",
            )
            lines = lines.with_part(
                self.folder,
                with_identity(named, self.known).select(stated.columns),
                origin=part.origin,
            )
        return replace(block, order_lines=lines, meaning=meaning)

    def decided(
        self, unit: Unit, blocks: Sequence[OrderBlock], before: Decision | None
    ) -> Decision:
        """What the orders of a unit become.

        Args:
            unit: The orders.
            blocks: All blocks of the shop.
            before: What was decided of them in an earlier run, if anything.
        """
        if self._still_holds(before, unit):
            return before
        rows = with_order_ids(_rows_of(unit, blocks))
        labels = self._labels(rows)
        loaded = load_orders(rows, self.params, currency=self.currency, known=self.known)
        newest = loaded.orders.get_column("ordered_at").max()
        origin = new_origin()
        return Decision(
            signature=unit.signature,
            labels=labels,
            meaning=self._meaning(labels),
            orders=no_parts(Orders).with_part(self.folder, loaded.orders, origin=origin),
            order_lines=no_parts(OrderLines).with_part(
                self.folder, loaded.order_lines, origin=origin
            ),
            outcomes=outcomes_of(loaded.verdicts),
            newest=cast("datetime | None", newest),
        )

    def _still_holds(self, before: Decision | None, unit: Unit) -> TypeGuard[Decision]:
        return (
            before is not None
            and before.signature == unit.signature
            and before.meaning == self._meaning(before.labels)
        )

    def _labels(self, rows: pl.DataFrame) -> pl.DataFrame:
        # A variant that is stated stays as it is, unless its product's status matters.
        if not self.params.needs_product_statuses:
            rows = rows.filter(pl.col("variant_id").is_null())
        return rows.select(list(LABELS)).unique().sort(list(LABELS))

    def _meaning(self, labels: pl.DataFrame) -> str:
        return _digest(
            self._meant(labels), self.currency, self.params.model_dump_json(), *labels.columns
        )

    def _meant(self, labels: pl.DataFrame) -> pl.DataFrame:
        return with_identity(labels, self.known).select(
            "variant_id", "resolved_by", "_product_status"
        )


@dataclass(frozen=True)
class LoadedOrders:
    """Orders of a shop.

    Attributes:
        orders: All of them.
        order_lines: Their lines.
        outcomes: What became of each of their rows.
        as_of: Time of the newest order; None without orders.
    """

    orders: Parts[Orders]
    order_lines: Parts[OrderLines]
    outcomes: Outcomes
    as_of: datetime | None


def currency_of_orders(blocks: Sequence[OrderBlock], *, default: str) -> str:
    """The currency of most orders; the first in the alphabet among equals.

    Args:
        blocks: All blocks.
        default: Where no order states one that is known.
    """
    counted = (
        pl.concat([pl.DataFrame(schema=CURRENCIES), *(block.currencies for block in blocks)])
        .group_by("currency")
        .agg(pl.col("order_count").sum())
        .sort(["order_count", "currency"], descending=[True, False])
    )
    return str(counted.item(0, "currency")) if counted.height else default


def labels_of_orders(blocks: Sequence[OrderBlock]) -> pl.DataFrame:
    """What orders say of the variants that they name by id: :func:`order_labels`."""
    names = ("variant_id", "product_id", "sku", "product_title", "variant_title")
    plain = id_text(pl.col("variant_id", "product_id"))
    rows = [
        block.waiting.scan().select(names).with_columns(plain)
        for block in blocks
        if block.waiting is not None
    ]
    rows += [
        part.scan().with_columns(product_title="title").select(names)
        for block in blocks
        for part in block.order_lines.files
    ]
    nothing = pl.LazyFrame(schema=dict.fromkeys(names, pl.String))
    return order_labels(pl.concat([nothing, *rows]))


def loaded_orders(blocks: Sequence[OrderBlock], decisions: Sequence[Decision]) -> LoadedOrders:
    """Simple orders and decided ones together.

    Args:
        blocks: All blocks of the shop, with the variants of their lines.
        decisions: Of all units.
    """
    times = [entry.newest for entry in (*blocks, *decisions) if entry.newest is not None]
    simple: dict[str, int] = {}
    for block in blocks:
        simple[block.path] = simple.get(block.path, 0) + block.order_lines.row_count
    return LoadedOrders(
        orders=no_parts(Orders).joined(*(entry.orders for entry in (*blocks, *decisions))),
        order_lines=no_parts(OrderLines).joined(
            *(entry.order_lines for entry in (*blocks, *decisions))
        ),
        outcomes=_loaded(simple).joined(*(decision.outcomes for decision in decisions)),
        as_of=max(times, default=None),
    )


def _loaded(counts: Mapping[str, int]) -> Outcomes:
    """Outcomes of lines that were loaded without a verdict of their own."""
    counted = pl.DataFrame(
        {"path": list(counts), "row_count": list(counts.values())},
        schema={"path": pl.String, "row_count": pl.Int64},
    )
    loaded = counted.filter(pl.col("row_count") > 0).select(
        "path", kind=pl.lit("orders"), row_count="row_count"
    )
    return replace(no_outcomes(), loaded=loaded)


def _rows_of(unit: Unit, blocks: Sequence[OrderBlock]) -> pl.DataFrame:
    """Rows of a unit's orders from all their places, in the order of files and lines."""
    found: list[pl.DataFrame] = []
    for index, orders in unit.orders.items():
        waiting = blocks[index].waiting
        if waiting is not None:
            is_owned = pl.col("_order").is_in(orders.implode(), nulls_equal=True)
            found.append(waiting.scan().filter(is_owned).collect())
    return pl.concat(found)


def _digest(meant: pl.DataFrame, *said: str) -> str:
    digest = hashlib.sha256("\0".join(said).encode())
    for column in meant.iter_columns():
        digest.update(column.hash().to_numpy().tobytes())
    return digest.hexdigest()
