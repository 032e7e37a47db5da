"""Order rows of a shop on their way through: simple orders become parts, the others wait as text.

A shop's orders may be more than fit into memory, and most of them follow from their own rows alone
(:mod:`~bundle_pipeline.ingest.simple_orders`). Those are converted block by block as they are read.
The rows of all other orders wait in files, without anybody's name in them, until every file has
been read: what they become depends on each other.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import cast
from uuid import uuid4

import numpy as np
import polars as pl

from bundle_pipeline.ingest.customers import hashed_customers
from bundle_pipeline.ingest.simple_orders import Hashes, OrdersOfBlock, orders_of_block
from bundle_pipeline.ingest.text_blocks import TextBlock
from bundle_pipeline.schemas.orders import OrderLines, Orders
from bundle_pipeline.store.parts import Parts, no_parts

# One block is converted while the next is parsed; more would take memory and no less time.
_BLOCKS_AT_A_TIME = 2

ReadBlock = Callable[[TextBlock], pl.DataFrame]
"""Rows of a block of order rows: staged text, ``_path``, ``_line_number`` and ``_customer``."""


@dataclass(frozen=True)
class SpooledBlock:
    """Orders of one block of a file.

    Attributes:
        orders: Its simple orders.
        order_lines: Their lines.
        unresolved_count: Those of them that state no variant.
        others: File with the text of all other rows; None if there are none.
        other_count: Those rows.
        simple_hashes: Hash of the id of each simple order.
        other_hashes: Hash of the id of each run of other rows.
        currencies: ``currency`` and ``order_count`` of simple orders.
        newest: Time of the newest simple order.
        again: Reads the block again and converts it, without orders of these hashes among the
            simple ones.
    """

    orders: Parts[Orders]
    order_lines: Parts[OrderLines]
    unresolved_count: int
    others: Path | None
    other_count: int
    simple_hashes: Hashes = field(repr=False)
    other_hashes: Hashes = field(repr=False)
    currencies: pl.DataFrame
    newest: datetime | None
    again: Callable[[Hashes], "SpooledBlock"] = field(repr=False)


@dataclass(frozen=True)
class OrderSpool:
    """Where order rows wait, and the secret that customers are hashed with."""

    folder: Path
    customer_key: bytes

    def blocks(
        self, blocks: Iterable[TextBlock], read: ReadBlock, text_again: Callable[[int], TextBlock]
    ) -> list[SpooledBlock]:
        """Spool a file block by block.

        Args:
            blocks: Its blocks.
            read: Reads one of them.
            text_again: The block with a number, from 0.

        Raises:
            InputDataError: A block can't be read.
        """

        def spooled(numbered: tuple[int, TextBlock]) -> SpooledBlock:
            number, block = numbered

            def again(contested: Hashes) -> SpooledBlock:
                text = text_again(number)
                return self._spooled(read(text), text, contested, again)

            return self._spooled(read(block), block, None, again)

        return list(_side_by_side(spooled, enumerate(blocks)))

    def rows(self, rows: pl.DataFrame) -> SpooledBlock:
        """Spool rows that don't stand in their file as orders do: all of them wait."""
        nothing = np.empty(0, np.uint64)
        waiting = OrdersOfBlock(pl.DataFrame(), pl.DataFrame(), rows, nothing, nothing)

        def again(_contested: Hashes) -> SpooledBlock:
            return block

        hashes = rows.get_column("order_id").fill_null("").hash().unique().to_numpy()
        block = self._written(replace(waiting, other_hashes=hashes), again)
        return block

    def _spooled(
        self,
        rows: pl.DataFrame,
        block: TextBlock,
        contested: Hashes | None,
        again: Callable[[Hashes], SpooledBlock],
    ) -> SpooledBlock:
        found = orders_of_block(
            rows,
            goes_on_before=block.goes_on_before,
            goes_on_after=block.goes_on_after,
            contested=contested,
        )
        return self._written(found, again)

    def _written(
        self, found: OrdersOfBlock, again: Callable[[Hashes], SpooledBlock]
    ) -> SpooledBlock:
        orders, lines = no_parts(Orders), no_parts(OrderLines)
        unresolved_count, newest = 0, None
        currencies = pl.DataFrame(schema={"currency": pl.String, "order_count": pl.UInt32})
        if found.orders.height:
            customers = hashed_customers(found.orders.get_column("_customer"), self.customer_key)
            orders = orders.with_part(
                self.folder, found.orders.with_columns(customer_key=customers)
            )
            lines = lines.with_part(self.folder, found.lines)
            unresolved_count = found.lines.get_column("variant_id").null_count()
            newest = cast("datetime", found.orders.get_column("ordered_at").max())
            currencies = found.orders.group_by("currency").agg(order_count=pl.len())
        return SpooledBlock(
            orders=orders,
            order_lines=lines,
            unresolved_count=unresolved_count,
            others=self._waiting(found.others),
            other_count=found.others.height,
            simple_hashes=found.simple_hashes,
            other_hashes=found.other_hashes,
            currencies=currencies,
            newest=newest,
            again=again,
        )

    def _waiting(self, rows: pl.DataFrame) -> Path | None:
        if rows.is_empty():
            return None
        customers = hashed_customers(rows.get_column("_customer"), self.customer_key)
        path = self.folder / f"waiting-{uuid4().hex}.parquet"
        rows.with_columns(_customer=customers).write_parquet(path, compression_level=1)
        return path


def settled(blocks: Sequence[SpooledBlock]) -> list[SpooledBlock]:
    """The blocks, without an order among the simple ones that has rows in another place too.

    Args:
        blocks: All blocks of all order files of a shop.
    """
    places = np.concatenate(
        [np.empty(0, np.uint64)]
        + [hashes for block in blocks for hashes in (block.simple_hashes, block.other_hashes)]
    )
    places.sort()
    contested = np.unique(places[1:][places[1:] == places[:-1]])
    if not len(contested):
        return list(blocks)
    return [
        block.again(contested) if np.isin(block.simple_hashes, contested).any() else block
        for block in blocks
    ]


def _side_by_side(
    convert: Callable[[tuple[int, TextBlock]], SpooledBlock],
    blocks: Iterable[tuple[int, TextBlock]],
) -> Iterator[SpooledBlock]:
    """Results in order; no more blocks are held than are worked on."""
    running: deque[Future[SpooledBlock]] = deque()
    with ThreadPoolExecutor(_BLOCKS_AT_A_TIME) as threads:
        for block in blocks:
            running.append(threads.submit(convert, block))
            if len(running) > _BLOCKS_AT_A_TIME:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()
