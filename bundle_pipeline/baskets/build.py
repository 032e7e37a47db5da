"""Order lines to baskets: the distinct variants of each order, part by part.

A part of ``order_lines`` holds whole orders, so its baskets follow from it and the part of
``orders`` beside it. A part that is there already is kept without reading what it was made of. What
depends on the whole shop, such as the largest basket that counts, is decided when baskets are
opened (:mod:`~bundle_pipeline.baskets.encoded`).
"""

import hashlib
import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

import dataframely as dy
import polars as pl

from bundle_pipeline.schemas.base import FrameT, checked, declared, without_key
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline.schemas.orders import OrderLines, Orders
from bundle_pipeline.store.parts import Part, Parts, named_part, no_parts

logger = logging.getLogger(__name__)

_HASH_DIGITS = 32
# What baskets of the same parts follow from: another release may make other ones.
_SOURCES = ("baskets/build.py", "schemas/baskets.py")


def build_baskets(
    orders: Parts[Orders],
    order_lines: Parts[OrderLines],
    *,
    before: Parts[Baskets],
    folder: Path,
) -> Parts[Baskets]:
    """The baskets of a shop's orders, made anew only where its parts have changed.

    Args:
        orders: Orders that count as a sale.
        order_lines: Their lines; each order's stand in one part.
        before: Baskets as they are stored.
        folder: Where new parts go; it must stay as long as they are used.

    Returns:
        One part for each part of the lines, and one for all lines that aren't known to share their
        origin with orders.
    """
    stored = {part.name: part for part in before.files}
    sources = list(_sources(orders, order_lines))
    parts = [stored.get(source.name) or source.built(folder) for source in sources]
    baskets = Parts(Baskets, tuple(parts))
    logger.info(
        "build_baskets: %d parts of order lines in, %d of them as before; %d baskets out",
        len(order_lines.files),
        sum(part.is_kept for part in parts),
        baskets.row_count,
    )
    return baskets


def baskets_of(orders: pl.DataFrame, order_lines: pl.DataFrame) -> dy.DataFrame[Baskets]:
    """The distinct variants of each order.

    Lines whose variant isn't resolved, lines of orders that don't count as a sale and components of
    bundles already sold are left out (those go together because a bundle says so); an order that
    keeps no line has no basket.

    Args:
        orders: Orders that count as a sale.
        order_lines: Their lines.

    Returns:
        One row per order, by time, then id.
    """
    chosen = order_lines.filter(~pl.col("is_bundle_component"))
    resolved = chosen.select("order_id", "variant_id", "quantity").drop_nulls("variant_id")
    of_sales = resolved.join(orders.select("order_id"), on="order_id", how="semi")
    distinct = of_sales.group_by("order_id", "variant_id").agg(pl.col("quantity").sum())
    baskets = (
        distinct.group_by("order_id")
        .agg(unit_count=pl.col("quantity").sum(), variant_ids=pl.col("variant_id").sort())
        .join(
            orders.select("order_id", "ordered_at", "customer_key"), on="order_id", validate="1:1"
        )
    )
    logger.debug(
        "baskets_of: %d order lines in; %d components of bundles, %d without a variant, %d of "
        "other orders, %d repeats of a variant left out; %d baskets out",
        order_lines.height,
        order_lines.height - chosen.height,
        chosen.height - resolved.height,
        resolved.height - of_sales.height,
        of_sales.height - distinct.height,
        baskets.height,
    )
    return declared(Baskets, baskets.sort("ordered_at", "order_id"))


@dataclass(frozen=True)
class _Source:
    """Parts that a part of the baskets is made of."""

    orders: Parts[Orders]
    order_lines: Parts[OrderLines]

    @property
    def name(self) -> str:
        """Name of the baskets' part, the same for the same sources."""
        names = sorted(part.name for part in (*self.orders.files, *self.order_lines.files))
        digest = hashlib.sha256("\0".join([_code(), *names]).encode()).hexdigest()
        return f"{Baskets.name}-{digest[:_HASH_DIGITS]}.parquet"

    def built(self, folder: Path) -> Part:
        """The baskets, written into a folder, also if there are none: then nobody looks again."""
        columns = ("order_id", "variant_id", "quantity", "is_bundle_component")
        baskets = baskets_of(
            self.orders.scan().select("order_id", "ordered_at", "customer_key").collect(),
            self.order_lines.scan().select(columns).collect(),
        )
        rows = checked(without_key(Baskets), baskets).select(Baskets.column_names())
        return named_part(folder, self.name, rows)


def _sources(orders: Parts[Orders], order_lines: Parts[OrderLines]) -> Iterator[_Source]:
    """Lines with the orders that they belong to: of one origin, and all others together."""
    orders_of, lines_of = _by_origin(orders), _by_origin(order_lines)
    paired = {origin: None for origin in lines_of if origin is not None and origin in orders_of}
    for origin in paired:
        yield _Source(orders_of[origin], lines_of[origin])
    others = _Source(
        no_parts(Orders).joined(*_without(orders_of, paired)),
        no_parts(OrderLines).joined(*_without(lines_of, paired)),
    )
    if others.order_lines.files:
        yield others


def _by_origin(parts: Parts[FrameT]) -> dict[str | None, Parts[FrameT]]:
    by_origin: dict[str | None, Parts[FrameT]] = {}
    for part in parts.files:
        known = by_origin.get(part.origin, no_parts(parts.schema))
        by_origin[part.origin] = known.joined(Parts(parts.schema, (part,)))
    return by_origin


def _without(
    by_origin: Mapping[str | None, Parts[FrameT]], origins: Collection[str]
) -> Iterator[Parts[FrameT]]:
    return (parts for origin, parts in by_origin.items() if origin not in origins)


@cache
def _code() -> str:
    """Changes with what makes baskets."""
    digest = hashlib.sha256(pl.__version__.encode())
    for source in _SOURCES:
        digest.update(resources.files("bundle_pipeline").joinpath(source).read_bytes())
    return digest.hexdigest()
