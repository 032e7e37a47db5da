"""Stock behind a bundle: how many can be sold, for how long, and which item runs out first."""

import polars as pl


def units_sold(order_lines: pl.LazyFrame, *, orders: pl.DataFrame, days: int) -> pl.DataFrame:
    """Units sold per variant in the last ``days`` up to the shop's data clock.

    Args:
        order_lines: ``OrderLines``, not read yet; lines without a variant are left out.
        orders: ``Orders``; the newest ``ordered_at`` is the data clock.
        days: Length of the window in days: from after its start up to the clock.

    Returns:
        ``variant_id`` and ``unit_count``, for variants sold in the window.
    """
    as_of = pl.col("ordered_at").max()
    recent = orders.filter(pl.col("ordered_at") > as_of - pl.duration(days=days))
    return (
        order_lines.filter(pl.col("variant_id").is_not_null())
        .join(recent.lazy(), on="order_id", how="semi")
        .group_by("variant_id")
        .agg(unit_count=pl.col("quantity").sum())
        .collect(engine="streaming")
    )


def days_of_cover(*, velocity_days: int) -> pl.Expr:
    """Days that a variant's stock lasts at its recent pace; null if not tracked or not sold.

    ``available_count / (unit_count / velocity_days)``, oversold stock counting as none. Reads
    ``available_count`` (null: not tracked) and ``unit_count`` (units sold in the last
    ``velocity_days``; null: none).
    """
    return pl.col("available_count").clip(0) * velocity_days / pl.col("unit_count")


def bundle_stock() -> pl.Expr:
    """Aggregate the rows of one bundle's items to its ``stock``.

    Reads ``variant_id``, ``needed_count`` (units of the variant in one bundle, in all its rows),
    ``available_count`` (null: not tracked) and ``days_of_cover``.

    - ``feasible_quantity``: the least ``available_count // needed_count`` of the tracked items, at
      least 0; null where no item is tracked. Of options to pick from, all count as picked: so many
      bundles can be sold whatever their buyers pick.
    - ``days_of_cover``: the least of the items' own; null where none has any.
    - ``limited_by``: the variant with the least feasible quantity, ties by id.
    """
    feasible = (pl.col("available_count") // pl.col("needed_count")).clip(0)
    scarcest = pl.col("variant_id").sort_by(feasible, "variant_id", nulls_last=True).first()
    return pl.struct(
        feasible_quantity=feasible.min(),
        days_of_cover=pl.col("days_of_cover").min(),
        limited_by=pl.when(feasible.is_not_null().any()).then(scarcest),
    )
