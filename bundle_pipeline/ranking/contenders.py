"""What the choice looks at: bundles that passed the gates, item by item."""

import polars as pl


def contender_items(passed: pl.DataFrame) -> pl.DataFrame:
    """One row per bundle and variant, bundles numbered by ``bundle_id``.

    Args:
        passed: ``PricedBundles``.

    Returns:
        By ``bundle`` (from 0), the anchor first: ``bundle``, ``variant_id``, ``product`` (the
        product, or the variant where no product is known), ``category`` (null where not known),
        ``unit_count`` (units in one bundle), ``available_count`` and ``days_of_cover`` of the
        variant, ``feasible_quantity`` of the bundle and ``is_anchor``.
    """
    item = pl.col("items").struct
    variant_id = item.field("variant_id")
    return (
        passed.sort("bundle_id")
        .select(
            "items",
            bundle=pl.int_range(pl.len(), dtype=pl.Int64),
            feasible_quantity=pl.col("stock").struct.field("feasible_quantity"),
        )
        .explode("items")
        .select(
            "bundle",
            variant_id,
            product=pl.coalesce(item.field("product_id"), variant_id),
            category=item.field("product_type"),
            # Buy two of a variant and get a third: it stands in two items, and takes three units.
            unit_count=item.field("quantity").sum().over("bundle", variant_id),
            available_count=item.field("available_count"),
            days_of_cover=item.field("days_of_cover"),
            feasible_quantity="feasible_quantity",
            is_anchor=pl.int_range(pl.len()).over("bundle") == 0,
        )
        .unique(["bundle", "variant_id"], keep="first", maintain_order=True)
    )


def free_units(items: pl.DataFrame, reserved_days: float) -> pl.DataFrame:
    """Units of each tracked variant that bundles may sell.

    ``available_count`` less what the variant sells by itself in ``reserved_days``, at least 0;
    nothing is set aside where it didn't sell.

    Args:
        items: See :func:`contender_items`.
        reserved_days: Days.

    Returns:
        ``variant_id``, ``free_count`` and ``reserved_count``, by ``variant_id``.
    """
    available = pl.col("available_count").clip(0)
    reserved = (available * reserved_days / pl.col("days_of_cover")).ceil()
    # Sold out or sold without end: nothing is left to set aside.
    reserved = reserved.fill_nan(0.0).clip(0, available).fill_null(0).cast(pl.Int64)
    return (
        items.filter(pl.col("available_count").is_not_null())
        .group_by("variant_id")
        .agg(pl.col("available_count", "days_of_cover").first())
        .select("variant_id", free_count=available - reserved, reserved_count=reserved)
        .sort("variant_id")
    )


def claimed_quantity(min_offered_quantity: int) -> pl.Expr:
    """How often a bundle must be possible beside the others, see ``min_offered_quantity``."""
    return pl.min_horizontal("feasible_quantity", pl.lit(min_offered_quantity, pl.Int64))
