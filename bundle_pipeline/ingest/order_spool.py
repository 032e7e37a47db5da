"""Order rows of a shop on their way through: simple orders become parts, the others wait as text.

A shop's orders may be more than fit into memory, and most of them follow from their own rows alone
(:mod:`~bundle_pipeline.ingest.simple_orders`). Those are converted block by block as they are read.
The rows of all other orders wait in files, without anybody's name in them, until every file has
been read: what they become depends on each other.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial, reduce
from itertools import groupby
from pathlib import Path
from typing import cast
from uuid import uuid4

import numpy as np
import polars as pl

from bundle_pipeline.ingest.aliases import FileKind
from bundle_pipeline.ingest.customers import hashed_customers
from bundle_pipeline.ingest.file_rows import FileRows
from bundle_pipeline.ingest.landed import LandedTable
from bundle_pipeline.ingest.order_rows import with_order_ids
from bundle_pipeline.ingest.simple_orders import Hashes, OrdersOfBlock, orders_of_block
from bundle_pipeline.ingest.spreadsheet_scars import (
    SpellingTraces,
    has_commas_in_numbers,
    mended,
    spelling_traces,
)
from bundle_pipeline.ingest.text_blocks import TextBlock
from bundle_pipeline.ingest.values import label_text
from bundle_pipeline.schemas.orders import OrderLines, Orders
from bundle_pipeline.store.parts import Parts, no_parts

# One block is converted while the next is parsed; more would take memory and no less time.
_BLOCKS_AT_A_TIME = 2

Observe = Callable[[FileKind, pl.DataFrame, frozenset[str]], Callable[[], None]]
"""Is shown staged text as it is read: its kind, the rows, and the fields that have a column. What
it gives back is called if the rows count: a file may turn out to be unusable, or be read again."""

_CURRENCIES = {"currency": pl.String, "order_count": pl.UInt32}


@dataclass(frozen=True)
class SpooledBlock:
    """Orders of one block of a file.

    Attributes:
        path: The file.
        row_count: Rows of the block.
        orders: Its simple orders.
        order_lines: Their lines.
        unresolved_count: Those of them that state no variant.
        others: File with the text of all other rows; None if there are none.
        other_count: Those rows.
        traces: How numbers and times are spelled in them.
        left_out: Lines that give no row, as in ``FileRows``.
        simple_hashes: Hash of the id of each simple order.
        other_hashes: Hash of the id of each run of other rows.
        currencies: ``currency`` and ``order_count`` of simple orders.
        newest: Time of the newest simple order.
        nameless: Names of orders of which rows without an id wait.
        count: Lets what was observed of the block count.
        text: The block again; None where all of its rows wait.
    """

    path: str
    row_count: int
    orders: Parts[Orders]
    order_lines: Parts[OrderLines]
    unresolved_count: int
    others: Path | None
    other_count: int
    traces: SpellingTraces | None
    left_out: pl.DataFrame
    simple_hashes: Hashes = field(repr=False)
    other_hashes: Hashes = field(repr=False)
    currencies: pl.DataFrame
    newest: datetime | None
    nameless: pl.Series
    count: Callable[[], None] | None = field(repr=False)
    text: Callable[[], TextBlock] | None = field(repr=False)


@dataclass(frozen=True)
class OrderSpool:
    """Where order rows wait, and the secret that customers are hashed with."""

    folder: Path
    customer_key: bytes
    observe: Observe
    own_patterns: tuple[str, ...] = ()
    """The shop's own regular expressions for lines that sell no product."""

    def plain(self, table: LandedTable) -> list[SpooledBlock]:
        """Spool a file of plain order lines, block by block.

        Raises:
            InputDataError: A block can't be split into rows for certain.
        """
        spooled = list(_side_by_side(partial(self._observed, table), table.blocks()))
        if any(block is None for block in spooled):
            # Numbers with a comma: what they mean shows in the file as a whole.
            return [self.rows(rows) for rows in table.rows()[1]]
        blocks = [block for block in spooled if block is not None]
        for block in blocks:
            if block.count is not None:
                block.count()
        return blocks

    def rows(self, rows: FileRows) -> SpooledBlock:
        """Spool rows that are to be looked at as a whole: all of them wait."""
        ids = with_order_ids(rows.rows).get_column("order_id")
        hashes = ids.fill_null("").hash().unique().to_numpy()
        waiting = OrdersOfBlock(
            pl.DataFrame(), pl.DataFrame(), rows.rows, np.empty(0, np.uint64), hashes
        )
        self.observe("orders", rows.rows, rows.stated_fields)()
        return self._written(waiting, rows, text=None)

    def settled(
        self, blocks: Sequence[SpooledBlock], tables: Mapping[str, LandedTable]
    ) -> list[SpooledBlock]:
        """The blocks, without an order among the simple ones that has rows elsewhere too.

        What waits is then in one spelling per file.

        Args:
            blocks: All blocks of all order files of a shop.
            tables: The files, by path.
        """
        contested = _contested(blocks)
        alone = [
            self._again(block, tables[block.path], contested)
            if np.isin(block.simple_hashes, contested).any()
            else block
            for block in blocks
        ]
        # Blocks of a file follow one another.
        by_file = groupby(alone, key=lambda block: block.path)
        return [block for _, file in by_file for block in self._with_one_spelling(list(file))]

    def _observed(self, table: LandedTable, block: TextBlock) -> SpooledBlock | None:
        """The block; None if it has numbers that only the whole file can tell the meaning of."""
        rows = table.rows_of(block)
        if block.has_quotes and has_commas_in_numbers(rows.rows):
            return None
        count = self.observe("orders", rows.rows, rows.stated_fields)
        return replace(self._spooled(rows, block, None), count=count)

    def _again(self, block: SpooledBlock, table: LandedTable, contested: Hashes) -> SpooledBlock:
        if block.text is None:
            return block
        text = block.text()
        return self._spooled(table.rows_of(text), text, contested)

    def _spooled(self, rows: FileRows, block: TextBlock, contested: Hashes | None) -> SpooledBlock:
        found = orders_of_block(
            rows.rows,
            goes_on_before=block.goes_on_before,
            goes_on_after=block.goes_on_after,
            own_patterns=self.own_patterns,
            may_be_scarred=_may_be_scarred(block.text),
            contested=contested,
        )
        return self._written(found, rows, text=block.again)

    def _written(
        self, found: OrdersOfBlock, rows: FileRows, *, text: Callable[[], TextBlock] | None
    ) -> SpooledBlock:
        orders, lines = no_parts(Orders), no_parts(OrderLines)
        unresolved_count, newest = 0, None
        currencies = pl.DataFrame(schema=_CURRENCIES)
        if found.orders.height:
            customers = hashed_customers(found.orders.get_column("_customer"), self.customer_key)
            orders = orders.with_part(
                self.folder, found.orders.with_columns(customer_key=customers)
            )
            lines = lines.with_part(self.folder, found.lines)
            unresolved_count = found.lines.get_column("variant_id").null_count()
            newest = cast("datetime", found.orders.get_column("ordered_at").max())
            currencies = found.orders.group_by("currency").agg(order_count=pl.len())
        waits = found.others.height > 0
        return SpooledBlock(
            path=str(rows.path),
            row_count=rows.rows.height,
            orders=orders,
            order_lines=lines,
            unresolved_count=unresolved_count,
            others=self._waiting(found.others) if waits else None,
            other_count=found.others.height,
            traces=spelling_traces(found.others) if waits and text is not None else None,
            left_out=rows.left_out,
            simple_hashes=found.simple_hashes,
            other_hashes=found.other_hashes,
            currencies=currencies,
            newest=newest,
            nameless=_nameless(found.others),
            count=None,
            text=text,
        )

    def _waiting(self, rows: pl.DataFrame) -> Path:
        customers = hashed_customers(rows.get_column("_customer"), self.customer_key)
        path = self.folder / f"waiting-{uuid4().hex}.parquet"
        rows.with_columns(_customer=customers).write_parquet(path, compression_level=1)
        return path

    def _with_one_spelling(self, blocks: Sequence[SpooledBlock]) -> list[SpooledBlock]:
        """Blocks of a file whose waiting rows are in one spelling: that of the whole file."""
        traces = [block.traces for block in blocks if block.traces is not None]
        if not traces:
            return list(blocks)
        together = reduce(lambda seen, more: seen | more, traces)
        # Simple orders have times that aren't serial numbers.
        is_mixed = any(block.orders.row_count for block in blocks)
        together = replace(together, has_other_times=together.has_other_times or is_mixed)
        return [
            replace(block, others=_respelled(block.others, together))
            if block.others is not None
            else block
            for block in blocks
        ]


def _may_be_scarred(text: bytes) -> bool:
    """Whether it has an apostrophe before a label, or an id in scientific notation.

    Single bytes are found ten times as fast as pairs.
    """
    return b"'" in text or (b"+" in text and (b"E+" in text or b"e+" in text))


def _nameless(others: pl.DataFrame) -> pl.Series:
    if others.is_empty():
        return pl.Series("order_name", [], dtype=pl.String)
    without_id = others.filter(pl.col("order_id").is_null())
    names = without_id.select(label_text(pl.col("order_name"))).to_series()
    return names.drop_nulls().unique()


def _hashes_of_names(blocks: Sequence[SpooledBlock]) -> Hashes:
    """Hashes of simple orders whose name rows without an id go by."""
    names = pl.concat([block.nameless for block in blocks]).unique()
    if names.is_empty():
        return np.empty(0, np.uint64)
    named = [
        orders.filter(pl.col("order_name").is_in(names.implode())).get_column("order_id")
        for block in blocks
        for orders in block.orders.frames()
    ]
    return pl.concat([pl.Series("order_id", [], dtype=pl.String), *named]).hash().to_numpy()


def _respelled(path: Path, traces: SpellingTraces) -> Path:
    rows = mended(pl.read_parquet(path), traces, delimiter=",")
    rows.write_parquet(path, compression_level=1)
    return path


def _contested(blocks: Sequence[SpooledBlock]) -> Hashes:
    """Hashes of orders that have rows in several places."""
    if not blocks:
        return np.empty(0, np.uint64)
    places = np.concatenate(
        [np.empty(0, np.uint64)]
        + [hashes for block in blocks for hashes in (block.simple_hashes, block.other_hashes)]
    )
    places.sort()
    repeated = places[1:][places[1:] == places[:-1]]
    return np.unique(np.concatenate([repeated, _hashes_of_names(blocks)]))


def _side_by_side(
    convert: Callable[[TextBlock], SpooledBlock | None], blocks: Iterable[TextBlock]
) -> Iterator[SpooledBlock | None]:
    """Results in order; no more blocks are held than are worked on."""
    running: deque[Future[SpooledBlock | None]] = deque()
    with ThreadPoolExecutor(_BLOCKS_AT_A_TIME) as threads:
        for block in blocks:
            running.append(threads.submit(convert, block))
            if len(running) > _BLOCKS_AT_A_TIME:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()
