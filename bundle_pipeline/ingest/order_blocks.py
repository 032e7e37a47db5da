"""Orders of one block of a landed file: simple ones as parts, all others as text that waits."""

from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from bundle_pipeline.ingest.simple_orders import Hashes
from bundle_pipeline.ingest.spreadsheet_scars import SpellingTraces
from bundle_pipeline.ingest.text_blocks import Span
from bundle_pipeline.schemas.orders import OrderLines, Orders
from bundle_pipeline.store.parts import Part, Parts

OTHERS = {"order": pl.UInt64, "name": pl.UInt64, "is_nameless": pl.Boolean}
CURRENCIES = {"currency": pl.String, "order_count": pl.UInt32}
LABELS: dict[str, type[pl.String]] = dict.fromkeys(
    ["variant_id", "sku", "product_title", "variant_title", "line_item_name"], pl.String
)


@dataclass(frozen=True)
class OrderBlock:
    """Orders of one block of a file.

    Attributes:
        path: The file.
        number: Which block of it, from 0.
        span: Where it stands in the file's text; None if it can't be read by itself: all of its
            rows wait.
        row_count: Its rows.
        orders: Its simple orders.
        order_lines: Their lines.
        labels: What the lines that state no variant go by: distinct ``LABELS``.
        meaning: What the labels meant when the lines were resolved; None if they weren't yet.
        waiting: The text of all other rows, with ``_order``: the hash of the order's id, null if it
            has none. None if there are no others.
        traces: How numbers and times are spelled in them; None if they were mended with their file.
        left_out: Lines that give no row, as in ``FileRows``.
        simple_hashes: Hash of the id of each simple order.
        others: The other orders, distinct: hash of the id, hash of the name if there is one, and
            whether rows without an id go by it.
        currencies: ``currency`` and ``order_count`` of all orders that state one.
        newest: Time of the newest simple order.
    """

    path: str
    number: int
    span: Span | None
    row_count: int
    orders: Parts[Orders]
    order_lines: Parts[OrderLines]
    labels: pl.DataFrame = field(repr=False)
    meaning: str | None
    waiting: Part | None
    traces: SpellingTraces | None
    left_out: pl.DataFrame = field(repr=False)
    simple_hashes: Hashes = field(repr=False)
    others: pl.DataFrame = field(repr=False)
    currencies: pl.DataFrame = field(repr=False)
    newest: datetime | None

    @property
    def waiting_count(self) -> int:
        """Rows that wait."""
        return self.waiting.row_count if self.waiting else 0
