"""Lines sold as part of a bundle: they say what a bundle holds, not what goes together."""

import polars as pl

from bundle_pipeline.ingest.outcomes import is_undecided

# What the discounts of our own published bundles are called.
OWN_DISCOUNT_PREFIX = "BP:"

# One free line is a gift; several beside a paid one are how bundle apps write components.
_SMALLEST_GROUP = 2


def with_bundle_components(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``is_bundle_component`` and ``_is_free``.

    Bundle apps add components at a price of 0 or with all of it discounted, beside the paid parent.
    A line that carries a discount in an order with a discount of ours was sold through one of our
    bundles.

    Args:
        rows: Judged rows of complete orders, discounts allocated.
    """
    order = "order_id"
    is_sold = is_undecided() & (pl.col("quantity") > 0)
    paid = pl.col("_line_total_minor") - pl.col("line_discount_minor")
    rows = rows.with_columns(
        _is_free=(is_sold & (paid == 0)).fill_null(value=False),
        _is_paid=(is_sold & (paid > 0)).fill_null(value=False),
        is_bundle_component=_is_of_own_bundle() & is_sold,
    )
    if not rows.get_column("_is_free").any():
        return rows.drop("_is_paid")
    # An order without any paid line has no parent: a replacement, or an export without prices.
    is_beside_paid = pl.col("_is_free") & pl.col("_is_paid").any().over(order)
    is_in_group = is_beside_paid & (pl.col("_is_free").sum().over(order) >= _SMALLEST_GROUP)
    return rows.with_columns(
        _is_free=is_beside_paid,
        is_bundle_component=pl.col("is_bundle_component") | is_in_group,
    ).drop("_is_paid")


def _is_of_own_bundle() -> pl.Expr:
    names = pl.col("discount_codes").str.split(",").list.eval(pl.element().str.strip_chars())
    has_own = names.list.eval(pl.element().str.starts_with(OWN_DISCOUNT_PREFIX)).list.any()
    return has_own.fill_null(value=False) & (pl.col("line_discount_minor") > 0)
