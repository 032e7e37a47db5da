"""Where the rows of each order stand, and which unit of blocks decides it.

An order may have rows in several places: an export splits it over two files, a later export
corrects it. It is decided once, with all of its rows, by the unit of its latest place. A unit whose
orders and their places haven't changed since the last run needn't be decided again.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from bundle_pipeline.ingest.export_names import originals
from bundle_pipeline.ingest.order_blocks import OrderBlock
from bundle_pipeline.ingest.order_spool import WAITING_ROWS
from bundle_pipeline.ingest.simple_orders import Hashes, repeated

_PLACES = {"order": pl.UInt64, "name": pl.UInt64, "is_nameless": pl.Boolean, "block": pl.UInt32}


@dataclass(frozen=True)
class Unit:
    """Orders that are decided together.

    Attributes:
        blocks: Indices of the blocks whose rows it decides last.
        orders: Per block that has rows of its orders, by index, their hashes; null for rows without
            any id.
        signature: Changes when an order comes, goes, or gets another place.
    """

    blocks: range
    orders: dict[int, pl.Series]
    signature: str


def contested_orders(blocks: Sequence[OrderBlock]) -> Hashes:
    """Hashes, sorted, of orders that stand in several places; simple ones among them aren't simple.

    An order that rows without an id may go by the name of is one of them.
    """
    places = np.concatenate(
        [
            np.empty(0, np.uint64),
            *(block.simple_hashes for block in blocks),
            *(
                block.others.get_column("order").drop_nulls().unique().to_numpy()
                for block in blocks
            ),
        ]
    )
    return np.unique(np.concatenate([repeated(places), _named(blocks)]))


def units_of_blocks(blocks: Sequence[OrderBlock], place_ids: Sequence[str]) -> list[Unit]:
    """Units of all orders that wait.

    Args:
        blocks: All blocks of the shop, earliest file first, without contested simple orders.
        place_ids: What tells each block from every other that there is or was.
    """
    spans = list(_spans(blocks))
    unit_of_block = np.repeat(np.arange(len(spans)), [len(span) for span in spans])
    places = _places(blocks)
    if places.is_empty():
        return []
    groups = _groups(places)
    keys = np.array([_key(place) for place in place_ids], dtype=np.uint64)
    placed = (
        places.with_columns(
            group=groups,
            unit=pl.Series(unit_of_block[places.get_column("block").to_numpy()], dtype=pl.UInt32),
            place=pl.Series(keys[places.get_column("block").to_numpy()], dtype=pl.UInt64),
        )
        .with_columns(owner=pl.col("unit").max().over("group"))
        .select("owner", "block", "order", "group", "place")
        .unique()
        .sort("owner", "group", "block", "order")
    )
    return [
        _unit(spans[owner], owned)
        for (owner,), owned in placed.group_by("owner", maintain_order=True)
        if isinstance(owner, int)
    ]


def _unit(blocks: range, owned: pl.DataFrame) -> Unit:
    # Without the number of a block in its file list: files before it may come and go.
    said = owned.select("order", "place").sort("place", "order")
    digest = hashlib.sha256()
    for column in said.iter_columns():
        digest.update(column.fill_null(0).to_numpy().tobytes())
    by_block = {
        int(frame.item(0, "block")): frame.get_column("order")
        for frame in owned.sort("block").partition_by("block", maintain_order=True)
    }
    return Unit(blocks, by_block, digest.hexdigest())


def _spans(blocks: Sequence[OrderBlock]) -> Iterator[range]:
    """Blocks of one file that follow one another and have few rows that wait."""
    start, waiting = 0, 0
    for index, block in enumerate(blocks):
        is_next_file = index > start and blocks[start].path != block.path
        if index > start and (is_next_file or waiting + block.waiting_count > WAITING_ROWS):
            yield range(start, index)
            start, waiting = index, 0
        waiting += block.waiting_count
    if blocks:
        yield range(start, len(blocks))


def _places(blocks: Sequence[OrderBlock]) -> pl.DataFrame:
    families = _families([block.path for block in blocks])
    others = [
        _with_family(block.others, families.get(block.path)).with_columns(
            block=pl.lit(index, dtype=pl.UInt32)
        )
        for index, block in enumerate(blocks)
        if block.others.height
    ]
    return pl.concat([pl.DataFrame(schema=_PLACES), *others])


def _families(paths: Sequence[str]) -> dict[str, str]:
    """Per file that is mended by another one, or mends one, the file that is mended."""
    mended = originals(set(paths))
    return {**{original: original for original in mended.values()}, **mended}


def _with_family(others: pl.DataFrame, family: str | None) -> pl.DataFrame:
    """Orders of a file, all decided together if it is mended by another one or mends one.

    A mended row may belong to another order than the row whose place it takes.
    """
    if family is None:
        return others
    name = pl.lit(_key(family), dtype=pl.UInt64)
    joined = others.select("order", name=name, is_nameless=pl.lit(value=True))
    return pl.concat([others, joined.unique()])


def _groups(places: pl.DataFrame) -> pl.Series:
    """Per place the number of its order, and of those that rows without an id join to it.

    Rows without any id or name belong to no order, and to no group but that of their block.
    """
    nameless = places.filter("is_nameless").get_column("name").unique()
    of_block = pl.col("block").cast(pl.UInt64).hash(seed=1)
    group = pl.coalesce("order", of_block)
    joined = places.select(group=group, order=group, name="name")
    if nameless.is_empty():
        return joined.get_column("group")
    # Names that join orders: each round hands the smallest number on to the next.
    is_named = pl.col("name").is_in(nameless.implode()).fill_null(value=False)
    of_name = pl.when(is_named).then(pl.col("group").min().over("name"))
    while True:
        handed_on = joined.with_columns(group=pl.min_horizontal("group", of_name)).with_columns(
            group=pl.col("group").min().over("order")
        )
        if handed_on.equals(joined):
            return joined.get_column("group")
        joined = handed_on


def _named(blocks: Sequence[OrderBlock]) -> Hashes:
    """Hashes of simple orders whose name rows without an id go by."""
    names = pl.concat(
        [
            pl.Series("name", [], dtype=pl.UInt64),
            *(block.others.filter("is_nameless").get_column("name") for block in blocks),
        ]
    ).unique()
    if names.is_empty():
        return np.empty(0, np.uint64)
    named = [
        part.scan()
        .filter(pl.col("order_name").hash().is_in(names.implode()))
        .select(pl.col("order_id").hash())
        .collect()
        .to_series()
        for block in blocks
        for part in block.orders.files
    ]
    return pl.concat([pl.Series("order_id", [], dtype=pl.UInt64), *named]).to_numpy()


def _key(place_id: str) -> int:
    return int.from_bytes(hashlib.sha256(place_id.encode()).digest()[:8], "little")
