"""What all lines of a shop add up to, kept from run to run: a night looks at the parts that change.

Every total is a sum over lines, so the lines of a part can be added and taken away. The one that
isn't, the least price of an item, is kept as a bound: it may be lower than that of any line left.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from bundle_pipeline.schemas.orders import OrderLines
from bundle_pipeline.store.parts import Part, Parts

# So many parts are added up at a time, and so many sums: each has a row per item that it sells.
_PARTS_AT_A_TIME = 8

_ITEM = ("item", "is_variant", "currency")
_PRICE = ("currency", "unit_price_minor")
_WAY = ("resolved_by",)
_COUNT = pl.Int64
_SCHEMAS: Mapping[str, Mapping[str, type[pl.DataType]]] = {
    "items": {
        "item": pl.String,
        "is_variant": pl.Boolean,
        "currency": pl.String,
        "line_count": _COUNT,
        "shipped_count": _COUNT,
        "price_bound_minor": _COUNT,
    },
    "prices": {"currency": pl.String, "unit_price_minor": pl.Int64, "line_count": _COUNT},
    "ways": {
        "resolved_by": pl.String,
        "line_count": _COUNT,
        "component_count": _COUNT,
        "allocated_count": _COUNT,
    },
}
_READ = (
    *("variant_id", "resolved_by", "currency", "unit_price_minor"),
    *("requires_shipping", "is_bundle_component", "discount_allocated"),
)


@dataclass(frozen=True)
class LineTotals:
    """Sums over order lines.

    Attributes:
        parts: Names of the parts whose lines are in them.
        items: Per item (variant id, else SKU, else title; null without any), whether that is a
            variant id, and currency: ``line_count``, ``shipped_count`` (lines that need shipping
            or don't say) and ``price_bound_minor``, which no line's unit price is below.
        prices: Per currency and unit price: ``line_count``.
        ways: Per way that lines were resolved: ``line_count``, ``component_count`` (of bundles)
            and ``allocated_count`` (with a share of their order's discount).
    """

    parts: frozenset[str]
    items: pl.DataFrame = field(repr=False)
    prices: pl.DataFrame = field(repr=False)
    ways: pl.DataFrame = field(repr=False)

    @property
    def line_count(self) -> int:
        """All lines."""
        return int(self.ways.get_column("line_count").sum())


@dataclass(frozen=True)
class KnownTotals:
    """Totals that an earlier run has kept, and the address by name of the parts that it stored."""

    totals: LineTotals
    stored: Mapping[str, str]


def line_totals(order_lines: Parts[OrderLines], known: KnownTotals | None = None) -> LineTotals:
    """What the lines add up to.

    Args:
        order_lines: All lines of the shop.
        known: What an earlier run has kept; parts that are gone are taken away from it, new ones
            are added, if that is less work than adding up all of them.
    """
    names = frozenset(part.name for part in order_lines.files)
    if known is not None:
        gone = known.totals.parts - names
        new = [part for part in order_lines.files if part.name not in known.totals.parts]
        if gone <= known.stored.keys() and len(gone) + len(new) < len(names):
            removed = [Part(name, known.stored[name], 0, is_kept=True) for name in sorted(gone)]
            before = {name: getattr(known.totals, name) for name in _SCHEMAS}
            changed = [before, _added_up(new), _negated(_added_up(removed))]
            return _totals(names, _merged(changed))
    return _totals(names, _added_up(order_lines.files))


_Sums = Mapping[str, pl.DataFrame]


def _totals(names: frozenset[str], sums: _Sums) -> LineTotals:
    left = {name: frame.filter(pl.col("line_count") > 0) for name, frame in sums.items()}
    return LineTotals(names, left["items"], left["prices"], left["ways"])


def _added_up(parts: Sequence[Part]) -> _Sums:
    summed: list[_Sums] = [{name: pl.DataFrame(schema=schema) for name, schema in _SCHEMAS.items()}]
    for start in range(0, len(parts), _PARTS_AT_A_TIME):
        summed.append(_of_parts(parts[start : start + _PARTS_AT_A_TIME]))
        if len(summed) > _PARTS_AT_A_TIME:
            summed = [_merged(summed)]
    return _merged(summed)


def _of_parts(parts: Sequence[Part]) -> _Sums:
    lines = _read(parts, _READ)
    item = pl.col("variant_id")
    if lines.get_column("variant_id").has_nulls():
        lines = lines.with_columns(_read(parts, ("sku", "title")))
        item = pl.coalesce("variant_id", "sku", "title")
    lines = lines.with_columns(item=item, is_variant=pl.col("variant_id").is_not_null())
    sums = {
        "items": _summed(
            lines,
            _ITEM,
            line_count=pl.len(),
            shipped_count=pl.col("requires_shipping").fill_null(value=True).sum(),
            price_bound_minor=pl.col("unit_price_minor").min(),
        ),
        "prices": _summed(lines, _PRICE, line_count=pl.len()),
        "ways": _summed(
            lines,
            _WAY,
            line_count=pl.len(),
            component_count=pl.col("is_bundle_component").sum(),
            allocated_count=pl.col("discount_allocated").sum(),
        ),
    }
    return {name: frame.cast(pl.Schema(_SCHEMAS[name])) for name, frame in sums.items()}


def _read(parts: Sequence[Part], columns: Sequence[str]) -> pl.DataFrame:
    return pl.concat([part.scan().select(columns) for part in parts]).collect()


def _summed(lines: pl.DataFrame, keys: Sequence[str], **sums: pl.Expr) -> pl.DataFrame:
    """The sums per combination of keys; a key that all lines share isn't grouped by: it is dear."""
    is_shared = lines.select(pl.col(keys).eq_missing(pl.col(keys).first()).all()).row(0)
    telling = [key for key, shared in zip(keys, is_shared, strict=True) if not shared]
    summed = lines.group_by(telling).agg(**sums) if telling else lines.select(**sums)
    shared = [
        pl.lit(lines.get_column(key).first(), dtype=lines.schema[key]).alias(key)
        for key in keys
        if key not in telling
    ]
    return summed.with_columns(shared).select(*keys, *sums)


def _merged(sums: Iterable[_Sums]) -> _Sums:
    together = list(sums)
    return {
        name: pl.concat(one[name] for one in together)
        .group_by(keys)
        .agg(pl.col("^.*_count$").sum(), pl.col("^.*_bound_minor$").min())
        .select(list(_SCHEMAS[name]))
        .sort(keys)
        for name, keys in (("items", _ITEM), ("prices", _PRICE), ("ways", _WAY))
    }


def _negated(sums: _Sums) -> _Sums:
    return {name: frame.with_columns(-pl.col("^.*_count$")) for name, frame in sums.items()}
