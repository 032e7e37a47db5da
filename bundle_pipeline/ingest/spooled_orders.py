"""Spooled orders to frames: what waited is decided, and joins what was simple."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import cast

import polars as pl

from bundle_pipeline.ingest.currencies import known_code
from bundle_pipeline.ingest.identity import Identities, with_identity
from bundle_pipeline.ingest.linked_ids import order_labels
from bundle_pipeline.ingest.order_rows import with_order_ids
from bundle_pipeline.ingest.order_spool import SpooledBlock
from bundle_pipeline.ingest.orders import load_orders
from bundle_pipeline.ingest.outcomes import no_verdicts
from bundle_pipeline.ingest.params import IngestParams
from bundle_pipeline.ingest.values import id_text
from bundle_pipeline.schemas.orders import OrderLines, Orders
from bundle_pipeline.store.parts import Parts, no_parts

# Deciding a row takes about 2 kB.
_ROWS_AT_A_TIME = 500_000


@dataclass(frozen=True)
class LoadedOrders:
    """Orders of a shop.

    Attributes:
        orders: All of them.
        order_lines: Their lines.
        unresolved_count: Lines whose variant isn't known.
        simple_counts: Rows of each file, by path, that were loaded without a verdict of their own.
        verdicts: What became of each of the other rows.
        as_of: Time of the newest order; None without orders.
    """

    orders: Parts[Orders]
    order_lines: Parts[OrderLines]
    unresolved_count: int
    simple_counts: Mapping[str, int]
    verdicts: pl.DataFrame
    as_of: datetime | None


def currency_of_orders(blocks: Sequence[SpooledBlock], *, default: str) -> str:
    """The currency of most orders; the first in the alphabet among equals.

    Args:
        blocks: All settled blocks.
        default: Where no order states one that is known.
    """
    waiting = [
        pl.scan_parquet(block.others)
        .select(
            order=pl.coalesce(id_text(pl.col("order_id")), "order_name"),
            currency=known_code(pl.col("customer_currency")),
        )
        .drop_nulls()
        for block in blocks
        if block.others is not None
    ]
    counts = [block.currencies.lazy() for block in blocks]
    if waiting:
        distinct = pl.concat(waiting).unique()
        counts.append(distinct.group_by("currency").agg(order_count=pl.len()))
    if not counts:
        return default
    counted = (
        pl.concat(counts)
        .group_by("currency")
        .agg(pl.col("order_count").sum())
        .sort(["order_count", "currency"], descending=[True, False])
        .collect()
    )
    return str(counted.item(0, "currency")) if counted.height else default


def labels_of_orders(blocks: Sequence[SpooledBlock]) -> pl.DataFrame:
    """What orders say of the variants that they name by id: :func:`order_labels`."""
    names = ("variant_id", "product_id", "sku", "product_title", "variant_title")
    plain = id_text(pl.col("variant_id", "product_id"))
    rows = [
        pl.scan_parquet(block.others).select(names).with_columns(plain)
        for block in blocks
        if block.others is not None
    ]
    rows += [
        pl.scan_parquet(path).with_columns(product_title="title").select(names)
        for block in blocks
        for path in block.order_lines.paths
    ]
    nothing = pl.LazyFrame(schema=dict.fromkeys(names, pl.String))
    return order_labels(pl.concat([nothing, *rows]))


def load_spooled_orders(
    blocks: Sequence[SpooledBlock],
    params: IngestParams,
    *,
    currency: str,
    known: Identities,
    folder: Path,
) -> LoadedOrders:
    """Decide the rows that waited, and put all orders together.

    Args:
        blocks: All settled blocks of the shop, earliest file first.
        params: Which orders and lines are left out.
        currency: The shop's currency, for orders that state none.
        known: What the shop's variants go by.
        folder: Where parts go.
    """
    orders, lines = no_parts(Orders), no_parts(OrderLines)
    unresolved_count = 0
    simple_counts: dict[str, int] = {}
    for block in blocks:
        found = _resolved(block, known, folder)
        simple_counts[block.path] = simple_counts.get(block.path, 0) + block.order_lines.row_count
        orders, lines = orders.joined(block.orders), lines.joined(found.order_lines)
        unresolved_count += found.unresolved_count
    newest = [block.newest for block in blocks if block.newest is not None]
    verdicts = [no_verdicts()]
    for rows in _waiting(blocks):
        decided = load_orders(rows, params, currency=currency, known=known)
        orders = orders.with_part(folder, decided.orders)
        lines = lines.with_part(folder, decided.order_lines)
        unresolved_count += decided.order_lines.get_column("variant_id").null_count()
        verdicts.append(decided.verdicts)
        if decided.orders.height:
            newest.append(cast("datetime", decided.orders.get_column("ordered_at").max()))
    return LoadedOrders(
        orders=orders,
        order_lines=lines,
        unresolved_count=unresolved_count,
        simple_counts=simple_counts,
        verdicts=pl.concat(verdicts),
        as_of=max(newest, default=None),
    )


def _resolved(block: SpooledBlock, known: Identities, folder: Path) -> SpooledBlock:
    """The block with the variants of its lines, where what they state tells them."""
    if not block.unresolved_count:
        return block
    lines, unresolved_count = no_parts(OrderLines), 0
    for part in block.order_lines.frames():
        named = part.with_columns(product_title="title", line_item_name="title")
        resolved = with_identity(named, known).select(part.columns)
        unresolved_count += resolved.get_column("variant_id").null_count()
        lines = lines.with_part(folder, resolved)
    return replace(block, order_lines=lines, unresolved_count=unresolved_count)


def _waiting(blocks: Sequence[SpooledBlock]) -> Iterator[pl.DataFrame]:
    """Rows that waited, in the order of files and lines; all rows of an order come at once."""
    paths = [block.others for block in blocks if block.others is not None]
    row_count = sum(block.other_count for block in blocks)
    if not row_count:
        return
    share_count = -(-row_count // _ROWS_AT_A_TIME)
    rows = pl.concat([pl.scan_parquet(path) for path in paths])
    if share_count == 1:
        yield with_order_ids(rows.collect())
        return
    # Rows without an id go by their order's name, which all of its rows then have.
    is_named = any(len(block.nameless) for block in blocks)
    keys = ("order_name", "order_id") if is_named else ("order_id", "order_name")
    share = pl.coalesce(id_text(pl.col(key)) for key in keys).fill_null("").hash() % share_count
    for number in range(share_count):
        yield with_order_ids(rows.filter(share == number).collect())
