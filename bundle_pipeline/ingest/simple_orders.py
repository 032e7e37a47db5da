"""Orders whose rows need no judgement, converted at full speed; all others are handed on as text.

Most orders of most exports stand in one place, say the same on each row, and have a known
currency, plain numbers and nothing to exclude. What such an order becomes follows from its own rows
alone, so it needs no lookup among the others. An order with anything else in any of its rows isn't
simple: its rows go to :func:`~bundle_pipeline.ingest.orders.load_orders`, which decides them one by
one and gives the same result for a simple order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from bundle_pipeline.ingest.currencies import LARGEST_AMOUNT_MINOR, amounts, known_code
from bundle_pipeline.ingest.non_products import NAMES, tells_non_product
from bundle_pipeline.ingest.order_rows import LARGEST_QUANTITY, line_discount
from bundle_pipeline.ingest.orders import flag
from bundle_pipeline.ingest.values import (
    id_text,
    is_true,
    label_text,
    of_distinct,
    stated,
    utc_times,
    word,
)
from bundle_pipeline.money import minor_unit_exponent, to_minor

Hashes = npt.NDArray[np.uint64]

# Facts of the whole order, which every row states alike or leaves blank.
_ORDER_FACTS = (
    "order_name",
    "created_at",
    "customer_currency",
    "financial_status",
    "fulfillment_status",
    "total",
    "_customer",
)
_LINE_FACTS = (
    "order_id",
    "line_item_id",
    "variant_id",
    "product_id",
    "sku",
    "product_title",
    "variant_title",
    "line_item_name",
    "line_item_quantity",
    "original_unit_price",
    "line_discount",
    "discounted_total",
    "requires_shipping",
)
# Read for checks and evidence; they decide nothing.
_WITHOUT_EFFECT = (
    "clv_band",
    "channel",
    "device",
    "subtotal",
    "discount",
    "shipping",
    "taxes",
    "basket_item_count",
    "basket_line_count",
    "basket_value",
    "vendor",
    "product_type",
    "subcategory",
    "color",
    "material",
    "tags",
    "taxable",
    "customer_country",
)
_FLAGS = frozenset({"is_gift_card", "returned"})
_KNOWN = frozenset(
    {*_ORDER_FACTS, *_LINE_FACTS, *_WITHOUT_EFFECT, *_FLAGS, "_path", "_line_number", "_currency"}
)
_LABELS = ("order_id", "order_name", "line_item_id", "variant_id", "product_id", "sku")
_SCAR = r"^'|[Ee]\+"
_SIMPLE_STATUS = "paid"


@dataclass(frozen=True)
class OrdersOfBlock:
    """What a block of order rows holds.

    Attributes:
        orders: Simple orders, as ``Orders`` declares them.
        lines: Their lines, as ``OrderLines`` declares them; ``variant_id`` null where not stated.
        others: The rows of all other orders, as they came, and ``_order``: the hash of the order's
            id, or of its name where it has none; null without either.
        simple_hashes: Hash of each simple order's id.
    """

    orders: pl.DataFrame
    lines: pl.DataFrame
    others: pl.DataFrame
    simple_hashes: Hashes


def orders_of_block(
    rows: pl.DataFrame,
    *,
    goes_on_before: bool,
    goes_on_after: bool,
    may_be_scarred: bool = True,
    own_patterns: Sequence[str] = (),
    contested: Hashes | None = None,
) -> OrdersOfBlock:
    """Tell simple orders from others, and convert them.

    Args:
        rows: Staged text, in the order of the file.
        goes_on_before: Whether rows of the file come before; the first order may have begun there.
        goes_on_after: Whether rows come after; the last order may go on there.
        may_be_scarred: Whether a label may have an apostrophe before it, or an id have become a
            number in scientific notation.
        own_patterns: The shop's own regular expressions for lines that sell no product.
        contested: Hashes, sorted, of orders that have rows elsewhere too.
    """
    if rows.is_empty():
        return _nothing_simple(rows)
    as_they_came = rows
    rows = _with_plain_ids(rows, may_be_scarred=may_be_scarred)
    has_id = rows.get_column("order_id").is_not_null()
    if not has_id.all():
        rows = rows.with_columns(order_id=pl.coalesce("order_id", "order_name"))
    order_id = rows.get_column("order_id")
    is_head = order_id.ne_missing(order_id.shift(1))
    is_head[0] = True
    run_starts = is_head.arg_true().to_numpy()
    run_lengths = np.diff(np.append(run_starts, rows.height))
    run_of_row = np.repeat(np.arange(len(run_starts)), run_lengths)
    heads = _head_facts(_taken(rows, run_starts))
    hashes = heads.get_column("order_id").hash().to_numpy()

    is_other = heads.get_column("_is_other").to_numpy().copy()
    is_other[0] |= goes_on_before
    is_other[-1] |= goes_on_after
    is_other |= np.isin(hashes, repeated(hashes))
    if contested is not None:
        is_other |= np.isin(hashes, contested)
    lines = _lines(rows, heads, is_head, run_of_row, own_patterns)
    if may_be_scarred:
        scarred = (
            as_they_came.select(pl.any_horizontal(_scars())).to_series().fill_null(value=False)
        )
        is_other[run_of_row[scarred.to_numpy()]] = True
    is_other[run_of_row[lines.get_column("_is_other").to_numpy()]] = True
    # Whose they are shows only beside all rows of their name.
    is_other[run_of_row[~has_id.to_numpy()]] = True
    place = np.arange(1, rows.height + 1) - np.repeat(run_starts, run_lengths)
    lines = lines.with_columns(pl.Series("line_number", place, dtype=pl.Int64))
    is_other_row = is_other[run_of_row]
    return OrdersOfBlock(
        orders=heads.filter(~is_other),
        lines=_without(lines, is_other_row),
        others=_others(as_they_came, heads, run_of_row, is_other_row),
        simple_hashes=hashes[~is_other],
    )


def repeated(hashes: Hashes) -> Hashes:
    """Those that are there more than once, sorted: of orders that stand in several places."""
    ordered = np.sort(hashes)
    return np.unique(ordered[1:][ordered[1:] == ordered[:-1]])


def _without(lines: pl.DataFrame, is_left_out: npt.NDArray[np.bool_]) -> pl.DataFrame:
    """The other lines: not copied where only the first and last orders are left out."""
    kept = np.flatnonzero(~is_left_out)
    if len(kept) and kept[-1] - kept[0] == len(kept) - 1:
        return lines.slice(int(kept[0]), len(kept))
    return lines.filter(~is_left_out)


def _nothing_simple(rows: pl.DataFrame) -> OrdersOfBlock:
    others = rows.with_columns(_order=pl.lit(None, dtype=pl.UInt64))
    return OrdersOfBlock(pl.DataFrame(), pl.DataFrame(), others, np.empty(0, np.uint64))


def _others(
    rows: pl.DataFrame,
    heads: pl.DataFrame,
    run_of_row: npt.NDArray[np.int64],
    is_other: npt.NDArray[np.bool_],
) -> pl.DataFrame:
    others = rows.filter(is_other) if is_other.any() else rows.clear()
    order_id = heads.get_column("order_id").gather(run_of_row[is_other])
    return others.with_columns(_order=order_id.hash().set(order_id.is_null(), None))


def _with_plain_ids(rows: pl.DataFrame, *, may_be_scarred: bool) -> pl.DataFrame:
    """Ids without their prefix."""
    if may_be_scarred:
        # An order is the same one with and without an apostrophe.
        rows = rows.with_columns(label_text(pl.col("order_id", "order_name")))
    ids = ("order_id", "line_item_id", "variant_id", "product_id")
    prefixed = rows.select(pl.col(ids).str.starts_with("gid:").any()).row(0)
    mended = [
        id_text(pl.col(name)) for name, has_prefix in zip(ids, prefixed, strict=True) if has_prefix
    ]
    return rows.with_columns(mended) if mended else rows


def _taken(rows: pl.DataFrame, numbers: npt.NDArray[np.int64]) -> pl.DataFrame:
    """Some of the rows; of the many columns that are blank throughout nothing is looked up."""
    places = pl.Series(numbers)
    return pl.DataFrame(
        [
            column.gather(places) if _is_stated(column) else column.head(len(numbers))
            for column in rows.iter_columns()
        ]
    )


def _head_facts(heads: pl.DataFrame) -> pl.DataFrame:
    """One row per run: facts of its first row, converted, and whether they rule it out."""
    facts = heads.with_columns(
        utc_times(heads.get_column("created_at")).alias("ordered_at"),
        of_distinct(heads.get_column("customer_currency"), known_code).alias("currency"),
        of_distinct(heads.get_column("financial_status"), word),
        of_distinct(heads.get_column("fulfillment_status"), word),
    )
    facts = facts.with_columns(
        refunded_minor=pl.lit(None, dtype=pl.Int64),
        discount_codes=pl.lit(None, dtype=pl.String),
        _total=amounts(facts, "total", pl.col("currency")),
    )
    is_other = pl.any_horizontal(
        pl.col("order_id", "ordered_at", "currency").is_null(),
        (pl.col("financial_status") != _SIMPLE_STATUS).fill_null(value=False),
        pl.col("total").is_not_null() & (pl.col("_total").is_null() | (pl.col("_total") < 0)),
    )
    return facts.with_columns(_is_other=is_other, total_minor="_total")


def _lines(
    rows: pl.DataFrame,
    heads: pl.DataFrame,
    is_head: pl.Series,
    run_of_row: npt.NDArray[np.int64],
    own_patterns: Sequence[str],
) -> pl.DataFrame:
    """Each row converted, and whether it rules its order out."""
    currencies = heads.get_column("currency").unique()
    only = currencies.item() if len(currencies) == 1 else None
    code = pl.lit(only, dtype=pl.String) if len(currencies) == 1 else pl.col("_currency")
    if len(currencies) > 1:
        rows = rows.with_columns(_currency=heads.get_column("currency").gather(run_of_row))
    filled = frozenset(name for name in rows.columns if _is_stated(rows.get_column(name)))
    price, quantity = pl.col("unit_price_minor"), pl.col("quantity")
    converted = rows.with_columns(
        # Digits alone: "2.0" is a number too, and is left to the others.
        quantity=pl.col("line_item_quantity").cast(pl.Int64, strict=False),
        unit_price_minor=_amounts(rows, "original_unit_price", only, code),
        currency=code,
    )
    converted = _with_discount(converted, filled, only, code)
    rules_out = [
        quantity.is_null() | (quantity <= 0) | (quantity > LARGEST_QUANTITY),
        price.is_null() | (price <= 0),
        *_conflicts(filled, is_head),
        *(is_true(pl.col(name)) for name in sorted(filled & _FLAGS)),
        *(pl.col(name).is_not_null() for name in sorted(filled - _KNOWN)),
        *_discount_rules(filled),
        *_non_products(rows, filled, own_patterns),
        *_ambiguous_titles(rows),
    ]
    shipping = flag(pl.col("requires_shipping"))
    unknown = pl.lit(None, dtype=pl.Boolean)
    is_known = pl.col("variant_id").is_not_null()
    lines = converted.select(
        "order_id",
        "variant_id",
        "product_id",
        "sku",
        "variant_title",
        "quantity",
        "unit_price_minor",
        "line_discount_minor",
        "currency",
        line_id="line_item_id",
        resolved_by=pl.when(is_known).then(pl.lit("variant_id")).otherwise(pl.lit("unresolved")),
        title=_title(rows),
        compare_at_price_minor=pl.lit(None, dtype=pl.Int64),
        discount_allocated=pl.lit(value=False),
        is_bundle_component=pl.lit(value=False),
        requires_shipping=shipping if "requires_shipping" in filled else unknown,
        _is_other=pl.any_horizontal(rules_out),
    )
    if "line_item_id" in filled and not _are_distinct(rows.get_column("line_item_id")):
        repeats = _repeated_within_runs(rows.get_column("line_item_id"), run_of_row)
        lines = lines.with_columns(_is_other=pl.col("_is_other") | repeats)
    return lines


def _amounts(rows: pl.DataFrame, name: str, only_currency: str | None, code: pl.Expr) -> pl.Series:
    """Amounts; of orders in one currency only those without its sign, which are read faster."""
    if only_currency is None:
        return amounts(rows, name, code)
    exponent = minor_unit_exponent(only_currency)
    minor = rows.select(to_minor(pl.col(name), exponent)).to_series()
    return minor.set(minor > LARGEST_AMOUNT_MINOR, None)


def _scars() -> Iterator[pl.Expr]:
    for name in _LABELS:
        yield pl.col(name).str.contains(_SCAR)


def _is_stated(column: pl.Series) -> bool:
    return column.null_count() < len(column)


def _conflicts(filled: frozenset[str], is_head: pl.Series) -> Iterator[pl.Expr]:
    """Facts of the order that another row than the first states otherwise."""
    for name in _ORDER_FACTS:
        if name in filled:
            fact = pl.col(name)
            differs = fact.is_not_null() & fact.ne_missing(fact.shift(1))
            yield differs & ~pl.lit(is_head)


def _with_discount(
    rows: pl.DataFrame, filled: frozenset[str], only_currency: str | None, code: pl.Expr
) -> pl.DataFrame:
    nothing = pl.lit(0, dtype=pl.Int64)
    if not filled & {"line_discount", "discounted_total"}:
        return rows.with_columns(line_discount_minor=nothing)
    line_total = pl.col("unit_price_minor") * pl.col("quantity")
    given = rows.with_columns(
        _line_total=line_total,
        _stated_discount=_amounts(rows, "line_discount", only_currency, code),
        _discounted=amounts(rows, "discounted_total", code),
    )
    discount = line_discount(
        pl.col("_stated_discount"), pl.col("_discounted"), pl.col("_line_total")
    )
    return given.with_columns(line_discount_minor=discount)


def _discount_rules(filled: frozenset[str]) -> Iterator[pl.Expr]:
    if filled & {"line_discount", "discounted_total"}:
        discount = pl.col("line_discount_minor")
        yield pl.col("line_discount").is_not_null() & pl.col("_stated_discount").is_null()
        # What costs nothing may be a gift or part of a bundle.
        yield ~discount.is_between(0, pl.col("_line_total"), closed="left")


def _non_products(
    rows: pl.DataFrame, filled: frozenset[str], own_patterns: Sequence[str]
) -> Iterator[pl.Expr]:
    # One column of the file may be several names.
    names = [rows.get_column(name) for name in NAMES if name in filled]
    for number, column in enumerate(names):
        if not any(column.equals(other) for other in names[:number]):
            tells = tells_non_product(pl.col(column.name), own_patterns).fill_null(value=False)
            if _one_of_each(column).to_frame().select(tells.any()).item():
                yield tells


def _one_of_each(texts: pl.Series) -> pl.Series:
    """One of all texts with the same hash of 64 bits: told apart three times as fast.

    That two of 50,000 names share one is to be expected in one of 10**10 blocks.
    """
    return texts.gather(texts.hash().arg_unique())


def _ambiguous_titles(rows: pl.DataFrame) -> Iterator[pl.Expr]:
    """Lines whose variant a title may have to tell, and that have two of them."""
    if rows.get_column("variant_id").has_nulls():
        title, name = pl.col("product_title"), pl.col("line_item_name")
        has_two = (title != name).fill_null(value=False)
        is_half = title.is_null() & pl.col("variant_title").is_not_null()
        yield pl.col("variant_id").is_null() & (has_two | is_half)


def _title(rows: pl.DataFrame) -> pl.Expr:
    title = pl.col("product_title")
    if not rows.get_column("product_title").has_nulls():
        return title
    return pl.coalesce(title, stated(pl.col("line_item_name")))


def _are_distinct(column: pl.Series) -> bool:
    if column.has_nulls():
        return False
    # NumPy sorts them in half the time that counting them takes.
    hashes = np.sort(column.hash().to_numpy())
    return not np.any(hashes[1:] == hashes[:-1])


def _repeated_within_runs(keys: pl.Series, run_of_row: npt.NDArray[np.int64]) -> pl.Series:
    return pl.DataFrame({"run": run_of_row, "key": keys}).is_duplicated() & keys.is_not_null()
