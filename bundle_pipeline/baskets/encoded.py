"""Counted baskets as integer arrays, in order of time: what counting works on.

They are opened from the stored parts, one part at a time, so that text never is in memory for more
than a part: a line takes 4 bytes, and 8 while lines are put in order. What depends on the whole
shop is decided here: which orders are of the chosen segment, which baskets are too large to count,
and the numbers of variants, customers and baskets.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import numpy.typing as npt
import polars as pl

from bundle_pipeline.baskets.codes import Codes, SmallCodes, ranges
from bundle_pipeline.baskets.segments import (
    SegmentSummary,
    in_segment,
    summarize_segments,
    wholesale_orders,
)
from bundle_pipeline.baskets.size_limit import BasketParams, basket_size_limit
from bundle_pipeline.schemas.base import UTC_TIMESTAMP
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline.store.parts import Parts

UNKNOWN_CUSTOMER = -1

# Lines that are put in order at a time: 60 MB meanwhile.
_LINES_AT_A_TIME = 4_000_000
_ORDERS = {
    "order_id": pl.String,
    "ordered_at": UTC_TIMESTAMP,
    "customer": pl.Int32,
    "basket_size": pl.Int32,
    "unit_count": pl.Int64,
}


@dataclass(frozen=True)
class Capped:
    """What the limit on the size of baskets leaves out of a shop."""

    size_limit: int
    """Most distinct variants of a counted basket."""
    basket_count: int = 0
    """Baskets above it."""
    line_count: int = 0
    """Their distinct variants, added up."""


@dataclass(frozen=True)
class EncodedBaskets:
    """Counted baskets, one after the other, each with its variants in ascending order.

    Baskets are numbered from 0 by (time, order id), variants from 0 by id.
    """

    variant_ids: pl.Series
    """Id of each variant."""
    orders: pl.DataFrame
    """``order_id`` and ``ordered_at`` of each basket."""
    start: Codes
    """First line of each basket, and the number of lines."""
    variant: SmallCodes
    """Variant of each line."""
    customer: SmallCodes
    """Customer of each basket, numbered; ``UNKNOWN_CUSTOMER`` where not known."""
    is_ordered_in_time: bool
    """Whether the shop's order times differ at all; some exports state one time for all orders."""
    capped: Capped
    """What isn't in here; of a part of the baskets, what isn't in all of them."""
    segments: SegmentSummary | None
    """Orders of either segment, whether they are in here or not; None if none are told apart."""

    @property
    def basket_count(self) -> int:
        """Number of baskets."""
        return self.start.size - 1

    @property
    def line_count(self) -> int:
        """Distinct variants of all baskets, added up."""
        return self.variant.size

    @property
    def variant_count(self) -> int:
        """Number of variants; those of a part of the baskets are those of all."""
        return self.variant_ids.len()

    @property
    def basket_size(self) -> Codes:
        """Distinct variants of each basket."""
        return np.diff(self.start)

    @property
    def basket(self) -> SmallCodes:
        """Basket of each line, laid out anew each time: where there are many lines, take blocks."""
        return np.repeat(np.arange(self.basket_count, dtype=np.int32), self.basket_size)

    @property
    def knows_customers(self) -> bool:
        """Whether at least one basket has a known customer."""
        return bool((self.customer != UNKNOWN_CUSTOMER).any())

    def part(self, first: int, last: int) -> "EncodedBaskets":
        """Baskets ``first`` up to but without ``last``, numbered from 0 again, same variants."""
        start = self.start[first : last + 1]
        return replace(
            self,
            orders=self.orders[first:last],
            start=start - start[0],
            variant=self.variant[start[0] : start[-1]],
            customer=self.customer[first:last],
        )

    def of_variants(self, variant_ids: pl.Series) -> "EncodedBaskets":
        """Lines of some variants, numbered from 0 again; baskets without any are left out.

        Which baskets are too large, or wholesale, was decided on all of their lines.
        """
        is_kept = self.variant_ids.is_in(variant_ids.implode()).to_numpy()
        is_kept_line = is_kept[self.variant]
        size = np.bincount(self.basket[is_kept_line], minlength=self.basket_count)
        has_lines = size > 0
        number = (np.cumsum(is_kept) - 1).astype(np.int32)
        return replace(
            self,
            variant_ids=self.variant_ids.filter(pl.Series(is_kept)),
            orders=self.orders.filter(pl.Series(has_lines)),
            start=_starts(size[has_lines]),
            variant=number[self.variant[is_kept_line]],
            customer=self.customer[has_lines],
        )

    def blocks(self, line_count: int = _LINES_AT_A_TIME) -> Iterator["EncodedBaskets"]:
        """All baskets in parts of at most so many lines, and of at least one basket."""
        first = 0
        while first < self.basket_count:
            most = int(self.start[first]) + line_count
            last = int(np.searchsorted(self.start, most, side="right")) - 1
            last = max(last, first + 1)
            yield self.part(first, last)
            first = last

    def customer_blocks(self, cost: Codes, most: int) -> Iterator[Codes]:
        """Numbers of all baskets, in groups that hold all baskets of a customer.

        Args:
            cost: Of each basket, what a group is to have little of: at least 1.
            most: Most of it in a group; more only where one customer's baskets have more. All
                baskets of unknown customers count as baskets of different ones.
        """
        order = np.argsort(self.customer, kind="stable")
        customer = self.customer[order]
        is_last = np.ones(order.size, dtype=np.bool_)
        is_last[:-1] = (customer[1:] != customer[:-1]) | (customer[:-1] == UNKNOWN_CUSTOMER)
        ends = cast("Codes", np.flatnonzero(is_last) + 1)
        before = _starts(cost[order])
        first = 0
        while first < order.size:
            limit = int(before[first]) + most
            fitting = int(np.searchsorted(before, limit, side="right")) - 1
            next_end = int(np.searchsorted(ends, first + 1))
            last_end = int(np.searchsorted(ends, fitting, side="right")) - 1
            last = int(ends[max(next_end, last_end)])
            yield order[first:last]
            first = last

    def in_order(self, baskets: Codes) -> "EncodedBaskets":
        """The given baskets in the given order, numbered from 0 again, same variants."""
        size = self.basket_size[baskets]
        return replace(
            self,
            orders=self.orders[baskets],
            start=_starts(size),
            variant=_gathered(self.variant, self.start[baskets], size),
            customer=self.customer[baskets],
        )


def open_baskets(baskets: Parts[Baskets], params: BasketParams) -> EncodedBaskets:
    """Counted baskets of a shop, from the parts in which they are stored.

    Args:
        baskets: The parts.
        params: Which baskets are too large to count.
    """
    columns = ("order_id", "ordered_at", "customer_key", "unit_count", "variant_ids")
    return _opened((part.scan().select(columns).collect() for part in baskets.files), params)


def encode_baskets(baskets: pl.DataFrame, params: BasketParams | None = None) -> EncodedBaskets:
    """Counted baskets of a frame in memory.

    Args:
        baskets: As declared by :class:`~bundle_pipeline.schemas.baskets.Baskets`.
        params: Which baskets are too large to count; the defaults if None.
    """
    return _opened([baskets], params or BasketParams())


def counted_orders(baskets: Parts[Baskets], params: BasketParams) -> pl.Series:
    """``order_id`` of the baskets that :func:`open_baskets` opens, in any order.

    Lines are not held.

    Args:
        baskets: The parts.
        params: Which baskets count.
    """
    size = pl.col("variant_ids").list.len().alias("basket_size")
    facts = baskets.scan().select("order_id", size, "unit_count", customer="customer_key").collect()
    return facts.get_column("order_id").filter(_chosen(facts, params).is_counted)


class _Numbers:
    """Numbers for texts that come in parts: in order of appearance at first, then by text."""

    def __init__(self, namespace: str) -> None:
        self._texts = pl.Categories.random(namespace, pl.UInt32)
        # Texts are remembered as long as a series has them for its type.
        self._held = pl.Series([], dtype=pl.Categorical(self._texts))

    def of(self, texts: pl.Series) -> pl.Series:
        """Number of each text, by appearance."""
        return texts.cast(self._held.dtype).to_physical()

    def by_text(self, is_used: npt.NDArray[np.bool_]) -> tuple[pl.Series, SmallCodes]:
        """The used texts, ascending, and for each number by appearance the one by text.

        Args:
            is_used: Of each number by appearance; what is behind its end isn't used.
        """
        texts = pl.DataFrame({"text": self._texts.to_series()}).with_row_index("number")
        used = texts.head(is_used.size).filter(pl.Series(is_used[: texts.height])).sort("text")
        by_text = np.full(texts.height, -1, dtype=np.int32)
        by_text[used.get_column("number").to_numpy()] = np.arange(used.height, dtype=np.int32)
        return used.get_column("text"), by_text


def _opened(frames: Iterable[pl.DataFrame], params: BasketParams) -> EncodedBaskets:
    variants, customers = _Numbers("variant"), _Numbers("customer")
    read = [pl.DataFrame(schema=_ORDERS)]
    lines: list[SmallCodes] = []
    for frame in frames:
        held = frame.get_column("variant_ids")
        customer = customers.of(frame.get_column("customer_key")).cast(pl.Int32).alias("customer")
        size = held.list.len().cast(pl.Int32).alias("basket_size")
        facts = frame.select("order_id", "ordered_at", customer, size, "unit_count")
        read.append(facts)
        lines.append(_array(variants.of(held.explode(empty_as_null=False))))
    every = pl.concat(read)
    counts = [frame.height for frame in read[1:]]
    read.clear()
    sizes = every.get_column("basket_size")
    choice = _chosen(every, params)
    orders = _in_time(every, choice.is_counted)
    del every
    start = _starts(orders.get_column("basket_size").to_numpy())
    place = np.full(sizes.len(), -1, dtype=np.int64)
    place[orders.get_column("row").to_numpy()] = start[:-1]
    variant = np.empty(int(start[-1]), dtype=np.int32)
    first = 0
    for number, basket_count in enumerate(counts):
        last = first + basket_count
        _put(lines[number], sizes[first:last].to_numpy(), place[first:last], variant)
        # What has been put in place is let go.
        lines[number] = variant[:0]
        first = last
    customer = orders.get_column("customer").fill_null(UNKNOWN_CUSTOMER).to_numpy().copy()
    _renumber(customer, customers)
    times = orders.get_column("ordered_at")
    return EncodedBaskets(
        variant_ids=_renumber(variant, variants).alias("variant_id"),
        orders=orders.select("order_id", "ordered_at"),
        start=start,
        variant=variant,
        customer=customer,
        is_ordered_in_time=times.min() != times.max(),
        capped=choice.capped,
        segments=choice.segments,
    )


@dataclass(frozen=True)
class _Choice:
    is_counted: pl.Series
    capped: Capped
    segments: SegmentSummary | None


def _chosen(orders: pl.DataFrame, params: BasketParams) -> _Choice:
    """Which of all orders count, and what is left out."""
    is_wholesale = wholesale_orders(orders, params.wholesale)
    of_segment = in_segment(is_wholesale, params.wholesale)
    sizes = orders.get_column("basket_size")
    chosen = sizes.filter(of_segment)
    limit = basket_size_limit(chosen, params)
    above = chosen.filter(chosen > limit)
    return _Choice(
        is_counted=of_segment & (sizes <= limit),
        capped=Capped(limit, above.len(), int(above.sum())),
        segments=summarize_segments(is_wholesale, params.wholesale),
    )


def _in_time(orders: pl.DataFrame, is_counted: pl.Series) -> pl.DataFrame:
    """Counted orders, by (time, order id), and the ``row`` where each stood."""
    return (
        orders.lazy()
        .with_row_index("row")
        .filter(is_counted)
        .sort("ordered_at", "order_id")
        .collect()
    )


def _put(
    lines: SmallCodes, size: npt.NDArray[np.integer], place: Codes, together: SmallCodes
) -> None:
    """Copy baskets that stand one after the other to where each belongs; -1 is nowhere."""
    is_kept = place >= 0
    kept = lines if is_kept.all() else lines[np.repeat(is_kept, size)]
    together[ranges(place[is_kept], size[is_kept])] = kept


def _gathered(lines: SmallCodes, start: Codes, size: Codes) -> SmallCodes:
    """Lines of baskets that start at the given places, one basket after the other."""
    to = _starts(size)
    gathered = np.empty(int(to[-1]), dtype=np.int32)
    first = 0
    while first < size.size:
        most = int(to[first]) + _LINES_AT_A_TIME
        last = max(int(np.searchsorted(to, most, side="right")) - 1, first + 1)
        places = ranges(start[first:last], size[first:last])
        gathered[to[first] : to[last]] = lines[places]
        first = last
    return gathered


def _renumber(codes: SmallCodes, numbers: _Numbers) -> pl.Series:
    """Replace numbers by appearance by those by text, in place; negative ones stay.

    Returns:
        The texts that are in use, by their new number.
    """
    is_used = np.zeros(int(codes.max(initial=-1)) + 1, dtype=np.bool_)
    blocks = [codes[i : i + _LINES_AT_A_TIME] for i in range(0, codes.size, _LINES_AT_A_TIME)]
    for block in blocks:
        is_used[block[block >= 0]] = True
    texts, by_text = numbers.by_text(is_used)
    for block in blocks:
        known = block >= 0
        block[known] = by_text[block[known]]
    return texts


def _starts(size: npt.NDArray[np.integer]) -> Codes:
    start = np.zeros(size.size + 1, dtype=np.int64)
    np.cumsum(size, out=start[1:])
    return start


def _array(codes: pl.Series) -> SmallCodes:
    # Numbers of categories stay far below 2^31.
    return cast("SmallCodes", codes.to_numpy().view(np.int32))
