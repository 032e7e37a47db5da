"""Order rows one by one: ids, currency, quantity, price and time, and what makes a row unusable."""

import polars as pl

from bundle_pipeline.ingest.currencies import (
    above,
    amounts,
    currency_rules,
    price_rules,
    with_order_currency,
)
from bundle_pipeline.ingest.mended_rows import with_mended_replaced
from bundle_pipeline.ingest.order_exports import with_export
from bundle_pipeline.ingest.outcomes import (
    Rule,
    is_undecided,
    quarantined,
    superseded,
    undecided,
)
from bundle_pipeline.ingest.values import id_text, is_lost_id, stated, utc_times, whole_number

# Far above the largest wholesale line; times the largest amount it still fits 63 bits.
LARGEST_QUANTITY = 10**6


def with_order_ids(rows: pl.DataFrame) -> pl.DataFrame:
    """Ids without their prefix, in place; an order without an id goes by its name.

    Some exports state the id on an order's first row only, and such an order may go on in the next
    file: a row without an id takes that of the nearest row of its name, an earlier one if any.

    Args:
        rows: Rows in the order of their files, all of one name among them.
    """
    ids = rows.with_columns(id_text(pl.col("order_id", "line_item_id", "variant_id", "product_id")))
    if ids.get_column("order_id").has_nulls():
        nearest = pl.col("order_id").forward_fill().backward_fill().over("order_name")
        of_name = pl.when(pl.col("order_name").is_not_null()).then(nearest)
        ids = ids.with_columns(order_id=pl.coalesce("order_id", of_name, "order_name"))
    return ids


def judged_rows(rows: pl.DataFrame, *, currency: str) -> pl.DataFrame:
    """Convert order rows, set aside those that can't be used and those that a later one replaces.

    Args:
        rows: Staged text with :func:`with_order_ids`, earliest first.
        currency: The shop's currency.

    Returns:
        The rows in their order, with ``outcome``, ``reason``, ``ordered_at``, ``currency``,
        ``quantity``, ``unit_price_minor``, ``line_discount_minor`` and ``total_minor``; null where
        unknown. ``_order_discount_minor`` and ``_subtotal_minor`` are of the whole order.
    """
    return (
        undecided(rows, "orders")
        .pipe(with_mended_replaced)
        .pipe(with_order_currency, shop=currency)
        .pipe(_with_values)
        .pipe(quarantined, _rules())
        .pipe(_with_line_key)
        .pipe(superseded, "order_id", "_line_key")
    )


def _with_values(rows: pl.DataFrame) -> pl.DataFrame:
    code = pl.col("currency")
    total = amounts(rows, "total", code)
    refunded = amounts(rows, "refunded_amount", code)
    converted = rows.with_columns(
        ordered_at=utc_times(rows.get_column("created_at")),
        quantity=whole_number(_current_quantity()),
        _ordered_quantity=whole_number(pl.col("line_item_quantity")),
        unit_price_minor=amounts(rows, "original_unit_price", code),
        compare_at_price_minor=above(0, amounts(rows, "line_item_compare_at", code)),
        total_minor=above(-1, total),
        # Refunds are written with either sign.
        refunded_minor=refunded.abs(),
        _order_discount_minor=amounts(rows, "order_discount", code).abs(),
        _subtotal_minor=above(-1, amounts(rows, "subtotal", code)),
        _stated_discount_minor=amounts(rows, "line_discount", code),
        _discounted_minor=amounts(rows, "discounted_total", code),
    )
    ordered_total = pl.col("unit_price_minor") * pl.col("_ordered_quantity")
    discount = line_discount(
        pl.col("_stated_discount_minor"), pl.col("_discounted_minor"), ordered_total
    )
    # Units that were removed or given back take their part of the discount with them.
    is_reduced = (pl.col("quantity") >= 0) & (pl.col("quantity") < pl.col("_ordered_quantity"))
    kept = discount * pl.col("quantity") // pl.col("_ordered_quantity")
    return converted.with_columns(
        line_discount_minor=pl.when(is_reduced).then(kept).otherwise(discount),
        _line_total_minor=pl.col("unit_price_minor") * pl.col("quantity"),
    )


def _current_quantity() -> pl.Expr:
    """Units after edits, removals and returns where stated, else those ordered."""
    return pl.coalesce(stated(pl.col("current_quantity")), stated(pl.col("line_item_quantity")))


def line_discount(given: pl.Expr, discounted: pl.Expr, line_total: pl.Expr) -> pl.Expr:
    """Money off a line: as given, else what its discounted total implies, else none; minor units.

    A line total above price times quantity holds something else too, such as tax: no discount.
    """
    implied = (line_total - discounted).clip(lower_bound=0)
    return pl.coalesce(given, implied, pl.lit(0, dtype=pl.Int64))


def _rules() -> list[Rule]:
    price, discount = pl.col("unit_price_minor"), pl.col("line_discount_minor")
    return [
        Rule("id_lost_its_digits", _has_lost_id()),
        Rule("order_id_missing", pl.col("order_id").is_null()),
        Rule("ordered_at_not_a_time", _is_unread("created_at", "ordered_at")),
        *currency_rules(),
        Rule("quantity_missing", _current_quantity().is_null()),
        Rule("quantity_not_a_number", pl.col("quantity").is_null()),
        Rule("quantity_too_large", pl.col("quantity") > LARGEST_QUANTITY),
        *price_rules(pl.col("original_unit_price"), price),
        Rule("line_discount_not_a_number", _is_unread("line_discount", "_stated_discount_minor")),
        Rule("line_discount_negative", discount < 0),
        Rule(
            "line_discount_above_line",
            (discount > pl.col("_line_total_minor")) & (pl.col("quantity") > 0),
        ),
    ]


def _has_lost_id() -> pl.Expr:
    # A SKU is the shop's own word and may look so; but where it is all that tells the variant, two
    # barcodes that were rounded alike would become one.
    ids = [is_lost_id(pl.col(name)) for name in ("order_id", "line_item_id", "variant_id")]
    return pl.any_horizontal(*ids, pl.col("variant_id").is_null() & is_lost_id(pl.col("sku")))


def _is_unread(text: str, value: str) -> pl.Expr:
    return stated(pl.col(text)).is_not_null() & pl.col(value).is_null()


def _with_line_key(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``_line_key``: what a line is within its order, the same in every export of the order.

    It is the line item id. Exports without one may list an item several times: there a line is the
    item with its place among equals that can be used in the export (:func:`with_export`), so that
    the same export delivered twice counts once.
    """
    item = pl.coalesce("variant_id", "sku", "line_item_name", pl.lit(""))
    by_id = pl.format("id {}", "line_item_id")
    if not rows.get_column("line_item_id").has_nulls():
        return rows.with_columns(_line_key=by_id)
    # A row that can't be used takes no place: its mended row does, in whichever file that comes.
    place = is_undecided().cum_sum().over("_export", "order_id", item)
    by_place = pl.format("{} {}", place, item)
    keyed = with_export(rows).with_columns(_line_key=pl.coalesce(by_id, by_place))
    return keyed.drop("_export")
