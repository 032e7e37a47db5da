"""Order rows of a shop on their way through: simple orders become parts, the others wait as text.

A shop's orders may be more than fit into memory, and most of them follow from their own rows alone
(:mod:`~bundle_pipeline.ingest.simple_orders`). Those are converted block by block as they are read.
The rows of all other orders wait in files, without anybody's name in them, until every file has
been read: what they become depends on each other.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial, reduce
from pathlib import Path
from typing import TypeVar, cast

import numpy as np
import polars as pl

from bundle_pipeline.ingest.currencies import known_code
from bundle_pipeline.ingest.customers import CustomerKeys
from bundle_pipeline.ingest.file_rows import FileRows
from bundle_pipeline.ingest.landed import LandedTable
from bundle_pipeline.ingest.observer import Observation, Observer
from bundle_pipeline.ingest.order_blocks import CURRENCIES, LABELS, OrderBlock
from bundle_pipeline.ingest.order_rows import with_order_ids
from bundle_pipeline.ingest.simple_orders import Hashes, OrdersOfBlock, orders_of_block
from bundle_pipeline.ingest.spreadsheet_scars import (
    SpellingTraces,
    has_commas_in_numbers,
    mended,
    spelling_traces,
)
from bundle_pipeline.ingest.text_blocks import Span, TextBlock
from bundle_pipeline.ingest.values import id_text, label_text
from bundle_pipeline.schemas.orders import OrderLines, Orders
from bundle_pipeline.store.parts import Part, new_origin, no_parts, written_part

# Two blocks on two cores leave a core idle while the next is parsed: a third saves 4 % of the time.
_BLOCKS_AT_A_TIME = 3
# Rows that wait are decided so many at a time: a row takes 2 kB meanwhile, and a correction of one
# order costs as much again as deciding the block that it stood in.
WAITING_ROWS = 65_536

GivenT = TypeVar("GivenT")
ResultT = TypeVar("ResultT")

Spooled = tuple[list[OrderBlock], list[Observation]]


@dataclass(frozen=True)
class OrderSpool:
    """Where order rows wait, and what customers are hashed with."""

    folder: Path
    customers: CustomerKeys
    observer: Observer
    own_patterns: tuple[str, ...] = ()
    """The shop's own regular expressions for lines that sell no product."""

    def plain(self, table: LandedTable) -> Spooled:
        """Spool a file of plain order lines, block by block.

        Raises:
            InputDataError: A block can't be split into rows for certain.
        """
        spooled = list(side_by_side(partial(self._observed, table), enumerate(table.blocks())))
        certain = [block for block in spooled if block is not None]
        blocks = [block for block, _ in certain]
        if len(certain) < len(spooled) or any(map(_proves_comma, blocks)):
            # What its numbers mean shows in the file as a whole.
            return self.rows(table.rows()[1][0])
        return self._with_one_spelling(blocks, blocks), [seen for _, seen in certain]

    def rows(self, rows: FileRows) -> Spooled:
        """Spool rows that are to be looked at as a whole: all of them wait."""
        observed = self.observer.observe("orders", rows.rows, rows.stated_fields)
        text = rows.rows.with_columns(_order=_hash_of_order(with_order_ids(rows.rows)))
        blocks = [
            self._written(
                _all_waiting(share),
                replace(rows, left_out=rows.left_out if not number else rows.left_out.clear()),
                number=number,
                span=None,
            )
            for number, share in enumerate(_shares(text))
        ]
        return blocks, [observed]

    def without(
        self,
        block: OrderBlock,
        contested: Hashes,
        table: LandedTable,
        of_file: Sequence[OrderBlock],
    ) -> OrderBlock:
        """The block anew, with orders that have rows elsewhere too among those that wait.

        Args:
            block: A block with a span.
            contested: Hashes of such orders, sorted.
            table: Its file.
            of_file: All blocks of the file.
        """
        if block.span is None:
            return block
        text = table.block_at(block.span)
        rows = table.rows_of(text)
        anew = self._spooled(rows, text, block.number, contested)
        return self._with_one_spelling([anew], [anew, *of_file])[0]

    def _observed(
        self, table: LandedTable, numbered: tuple[int, TextBlock]
    ) -> tuple[OrderBlock, Observation] | None:
        """The block; None if it has numbers that only the whole file can tell the meaning of."""
        number, block = numbered
        rows = table.rows_of(block)
        if block.has_quotes and has_commas_in_numbers(rows.rows):
            return None
        observed = self.observer.observe("orders", rows.rows, rows.stated_fields)
        return self._spooled(rows, block, number, None), observed

    def _spooled(
        self, rows: FileRows, block: TextBlock, number: int, contested: Hashes | None
    ) -> OrderBlock:
        found = orders_of_block(
            rows.rows,
            goes_on_before=block.span.goes_on_before,
            goes_on_after=block.span.goes_on_after,
            own_patterns=self.own_patterns,
            may_be_scarred=_may_be_scarred(block),
            contested=contested,
        )
        return self._written(found, rows, number=number, span=block.span)

    def _written(
        self, found: OrdersOfBlock, rows: FileRows, *, number: int, span: Span | None
    ) -> OrderBlock:
        orders, lines = no_parts(Orders), no_parts(OrderLines)
        labels, newest = pl.DataFrame(schema=LABELS), None
        currencies = [pl.DataFrame(schema=CURRENCIES)]
        if found.orders.height:
            customers = self.customers.of(found.orders.get_column("_customer"))
            origin = new_origin()
            orders = orders.with_part(
                self.folder, found.orders.with_columns(customer_key=customers), origin=origin
            )
            lines = lines.with_part(self.folder, found.lines, origin=origin)
            labels = labels_of_lines(found.lines)
            newest = cast("datetime", found.orders.get_column("ordered_at").max())
            currencies.append(found.orders.group_by("currency").agg(order_count=pl.len()))
        if found.others.height:
            currencies.append(_currencies(found.others))
        return OrderBlock(
            path=str(rows.path),
            number=number,
            span=span,
            row_count=found.lines.height + found.others.height,
            orders=orders,
            order_lines=lines,
            labels=labels,
            meaning=None,
            waiting=self._waiting(found.others) if found.others.height else None,
            traces=spelling_traces(found.others) if found.others.height and span else None,
            left_out=rows.left_out,
            simple_hashes=found.simple_hashes,
            others=_others(found.others),
            currencies=pl.concat(currencies)
            .group_by("currency", maintain_order=True)
            .agg(pl.col("order_count").sum()),
            newest=newest,
        )

    def _waiting(self, rows: pl.DataFrame) -> Part:
        customers = self.customers.of(rows.get_column("_customer"))
        return written_part(self.folder, "waiting", rows.with_columns(_customer=customers))

    def _with_one_spelling(
        self, blocks: Sequence[OrderBlock], of_file: Sequence[OrderBlock]
    ) -> list[OrderBlock]:
        """Blocks of a file whose waiting rows are in one spelling: that of the whole file."""
        traces = [block.traces for block in of_file if block.traces is not None]
        if not traces:
            return list(blocks)
        together = reduce(lambda seen, more: seen | more, traces)
        # Simple orders have times that aren't serial numbers.
        is_mixed = any(block.orders.files for block in of_file)
        together = replace(together, has_other_times=together.has_other_times or is_mixed)
        return [
            replace(block, waiting=self._respelled(block.waiting, together))
            if block.waiting is not None
            else block
            for block in blocks
        ]

    def _respelled(self, waiting: Part, traces: SpellingTraces) -> Part:
        rows = waiting.scan().collect()
        spelled = mended(rows, traces, delimiter=",")
        return waiting if spelled.equals(rows) else written_part(self.folder, "waiting", spelled)


def _proves_comma(block: OrderBlock) -> bool:
    """Whether a number that waits is written with points between thousands.

    Numbers of simple orders have decimal points, and would be missing among the proofs.
    """
    return block.traces is not None and block.traces.decimal.comma


def labels_of_lines(lines: pl.DataFrame) -> pl.DataFrame:
    """What lines that state no variant go by."""
    if not lines.get_column("variant_id").has_nulls():
        return pl.DataFrame(schema=LABELS)
    title = pl.col("title")
    unresolved = lines.filter(pl.col("variant_id").is_null())
    named = unresolved.with_columns(
        variant_id=pl.lit(None, pl.String), product_title=title, line_item_name=title
    )
    return named.select(list(LABELS)).unique(maintain_order=True)


def _may_be_scarred(block: TextBlock) -> bool:
    """Whether it has an apostrophe before a label, or an id in scientific notation."""
    # Files that are spooled by blocks have commas.
    scan = block.scan(",")
    has_exponent = scan.has_pluses and (b"E+" in block.text or b"e+" in block.text)
    return scan.has_apostrophes or has_exponent


def _hash_of_order(rows: pl.DataFrame) -> pl.Series:
    """Of each row with an order id or, in its place, a name; null without either."""
    ids = rows.get_column("order_id")
    return ids.hash().set(ids.is_null(), None)


def _shares(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The rows, in their order, in shares of about ``WAITING_ROWS`` that end with an order."""
    if rows.height <= WAITING_ROWS:
        yield rows
        return
    order = rows.get_column("_order")
    starts = order.ne_missing(order.shift(1)).arg_true().to_numpy()
    wanted = np.arange(WAITING_ROWS, rows.height, WAITING_ROWS)
    places = np.searchsorted(starts, wanted)
    ends = np.unique(np.append(starts[places[places < len(starts)]], rows.height))
    start = 0
    for end in ends.tolist():
        yield rows.slice(start, end - start)
        start = end


def _all_waiting(rows: pl.DataFrame) -> OrdersOfBlock:
    nothing = np.empty(0, np.uint64)
    return OrdersOfBlock(pl.DataFrame(), pl.DataFrame(), rows, nothing)


def _others(waiting: pl.DataFrame) -> pl.DataFrame:
    name = label_text(pl.col("order_name"))
    return (
        waiting.lazy()
        .select(
            order="_order",
            name=pl.when(name.is_not_null()).then(name.hash()),
            is_nameless=pl.col("order_id").is_null() & name.is_not_null(),
        )
        .unique()
        .sort("order", "name", "is_nameless")
        .collect()
    )


def _currencies(waiting: pl.DataFrame) -> pl.DataFrame:
    """How many orders state which currency."""
    stated = waiting.select(
        order=pl.coalesce(id_text(pl.col("order_id")), "order_name"),
        currency=known_code(pl.col("customer_currency")),
    )
    return stated.drop_nulls().unique().group_by("currency").agg(order_count=pl.len())


def side_by_side(
    convert: Callable[[GivenT], ResultT], blocks: Iterable[GivenT]
) -> Iterator[ResultT]:
    """Results in order; no more blocks are held than are worked on."""
    running: deque[Future[ResultT]] = deque()
    with ThreadPoolExecutor(_BLOCKS_AT_A_TIME) as threads:
        for block in blocks:
            running.append(threads.submit(convert, block))
            if len(running) > _BLOCKS_AT_A_TIME:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()
