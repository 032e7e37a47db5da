"""What variants and catalog share: ids, labels, price, struck-out price and cost."""

import logging

import polars as pl

from bundle_pipeline.ingest.currencies import above, amounts, price_rules
from bundle_pipeline.ingest.outcomes import Rule
from bundle_pipeline.ingest.values import id_text, is_lost_id

# What some kinds of export have and others lack.
_NOT_IN_EVERY_FILE = ("compare_at_price", "cost", "sku", "vendor", "product_type")

logger = logging.getLogger(__name__)


def with_fields_of_other_files(rows: pl.DataFrame) -> pl.DataFrame:
    """Take from earlier files what the file of a row never states, such as a cost, by variant.

    A file that states a field for some of its variants leaves it blank for the others on purpose.
    Where all rows are of one file, there is none to take from.

    Args:
        rows: Rows of text of variants or catalog, earliest first.
    """
    if rows.get_column("_path").n_unique() <= 1:
        return rows
    variant = id_text(pl.col("variant_id"))
    earlier = {name: pl.col(name).forward_fill().over(variant) for name in _NOT_IN_EVERY_FILE}
    states_none = {name: pl.col(name).is_null().all().over("_path") for name in _NOT_IN_EVERY_FILE}
    return rows.with_columns(
        pl.when(states_none[name] & variant.is_not_null())
        .then(earlier[name])
        .otherwise(name)
        .alias(name)
        for name in _NOT_IN_EVERY_FILE
    )


def with_offer(rows: pl.DataFrame, *, currency: str) -> pl.DataFrame:
    """Add what is offered, converted; ids lose their prefix in place.

    A struck-out price of 0 is none. One that can't be read, and such a cost, are unknown: the
    variant can be sold without them.

    Args:
        rows: Rows of text of variants or catalog.
        currency: The shop's currency: its price lists are in it.
    """
    code = pl.lit(currency)
    ids = ("variant_id", "product_id", "inventory_item_id")
    return rows.with_columns(
        *(id_text(pl.col(name)) for name in ids),
        currency=code,
        price_minor=amounts(rows, "price", code),
        compare_at_price_minor=above(0, amounts(rows, "compare_at_price", code)),
        unit_cost_minor=above(-1, amounts(rows, "cost", code)),
    )


def offer_rules(*, price: pl.Expr) -> list[Rule]:
    """Rows without ids or without a usable price.

    Args:
        price: Price as text.
    """
    ids = ("variant_id", "product_id", "inventory_item_id")
    return [
        Rule("id_lost_its_digits", pl.any_horizontal(is_lost_id(pl.col(name)) for name in ids)),
        Rule("variant_id_missing", pl.col("variant_id").is_null()),
        Rule("product_id_missing", pl.col("product_id").is_null()),
        *price_rules(price, pl.col("price_minor")),
    ]


def log_unread_amounts(rows: pl.DataFrame) -> None:
    """Say how many struck-out prices and costs are stated and can't be read."""
    unread = rows.select(
        (pl.col(name).is_not_null() & pl.col(minor).is_null()).sum()
        for name, minor in (
            ("compare_at_price", "compare_at_price_minor"),
            ("cost", "unit_cost_minor"),
        )
    )
    counts = unread.row(0, named=True)
    logger.info("offers: %d rows, stated and unknown: %s", rows.height, counts)
