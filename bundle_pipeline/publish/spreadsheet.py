"""The CSV export of a shop: one row per bundle, for people with a spreadsheet."""

import polars as pl

from bundle_pipeline.money import formatted
from bundle_pipeline.publish.header import Header

# A spreadsheet runs a cell that starts with one of these (CWE-1236); quoting doesn't stop it.
_FORMULA_START = r"^([=+\-@\t\r])"

_NOT_STATED = "(none)"


def render_csv(header: Header, bundles: pl.DataFrame) -> bytes:
    """The bundles as CSV (RFC 4180, UTF-8), by rank: the same bytes for equal input.

    Text that a spreadsheet would run as a formula gets a leading apostrophe; numbers are left as
    they are. Lists are joined, item by item in the same order in each column.

    Args:
        header: Header of the shop's document.
        bundles: ``PublishedBundles`` of the same shop.
    """
    cells = bundles.sort("rank").select(
        pl.lit(header.shop_id).alias("shop_id"),
        "rank",
        "wave",
        "bundle_id",
        "kind",
        *_item_cells(),
        *_price_cells(),
        *_evidence_cells(),
        *_stock_cells(),
        "explanation",
        *_origin_cells(),
    )
    return without_formulas(cells).write_csv().encode()


def _item_cells() -> list[pl.Expr]:
    def joined(field: str, separator: str) -> pl.Expr:
        text = pl.element().struct.field(field).cast(pl.String).fill_null(_NOT_STATED)
        return pl.col("items").list.eval(text).list.join(separator)

    return [
        joined("title", " + ").alias("titles"),
        joined("variant_title", " + ").alias("variant_titles"),
        joined("sku", " + ").alias("skus"),
        joined("variant_id", " ").alias("variant_ids"),
        joined("quantity", " ").alias("quantities"),
        joined("role", " ").alias("roles"),
        pl.col("pick_count"),
        pl.col("objectives").list.join(" "),
    ]


def _price_cells() -> list[pl.Expr]:
    pricing, currency = pl.col("pricing").struct, pl.col("currency")
    amounts = ("list_total", "bundle_price", "discount")
    written = [formatted(pricing.field(f"{name}_minor"), currency).alias(name) for name in amounts]
    item_prices = pricing.field("item_prices_minor").cast(pl.List(pl.String)).list.join(" ")
    return [
        currency,
        *written,
        *(pricing.field(f"{name}_minor") for name in amounts),
        pricing.field("discount_rate"),
        item_prices.alias("item_prices_minor"),
        pricing.field("floor_minor"),
        pricing.field("floor_reason"),
        pricing.field("margin_minor"),
        pricing.field("derivation"),
    ]


def _evidence_cells() -> list[pl.Expr | str]:
    fields = (
        "basket_count",
        "expected_count",
        "support",
        "confidence",
        "adjusted_lift",
        "adjusted_lift_low",
        "adjusted_lift_high",
        "q_value",
        "customer_count",
        "held_out",
    )
    return [
        pl.col("score"),
        "backing",
        *(pl.col("evidence").struct.field(field) for field in fields),
        pl.col("uptake").struct.field("rate").alias("uptake_rate"),
    ]


def _stock_cells() -> list[pl.Expr]:
    fields = ("feasible_quantity", "days_of_cover", "limited_by")
    return [*(pl.col("stock").struct.field(field) for field in fields), pl.col("offered_quantity")]


def _origin_cells() -> list[pl.Expr]:
    return [
        pl.col("supporting_order_ids").list.join(" "),
        # As in the JSON document: a fraction of a second only where there is one.
        pl.col("as_of").dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ"),
        pl.col("settings_hash"),
        pl.col("code_version"),
    ]


def without_formulas(cells: pl.DataFrame) -> pl.DataFrame:
    """Cells with an apostrophe before what a spreadsheet would run as a formula."""
    return cells.with_columns(pl.col(pl.String).str.replace(_FORMULA_START, "'$1"))
