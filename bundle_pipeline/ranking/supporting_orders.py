"""Orders that stand behind a bundle."""

import polars as pl


def supporting_orders(
    ranked: pl.DataFrame, baskets: pl.DataFrame, *, sample_order_count: int
) -> pl.DataFrame:
    """Orders that hold every variant of a bundle, and how many hold its anchor.

    Args:
        ranked: Bundles: ``bundle_id`` and ``items``, the anchor first.
        baskets: ``Baskets``; only counted ones are looked at.
        sample_order_count: Orders to name per bundle, at most.

    Returns:
        One row per bundle: ``bundle_id``; ``anchor_basket_count``; ``supporting_order_ids``, newest
        first, ties by id.
    """
    members = _members(ranked)
    wanted = members.select("variant_id").unique()
    held = baskets.filter("is_counted").join(wanted, on="variant_id", how="semi")
    anchors = members.filter("is_anchor").join(
        held.group_by("variant_id").agg(anchor_basket_count=pl.len().cast(pl.Int64)),
        on="variant_id",
        how="left",
        validate="m:1",
    )
    orders = _orders_with_all(members, held, sample_order_count=sample_order_count)
    return anchors.select("bundle_id", pl.col("anchor_basket_count").fill_null(0)).join(
        orders, on="bundle_id", how="left", validate="1:1"
    )


def _members(ranked: pl.DataFrame) -> pl.DataFrame:
    """One row per bundle and variant."""
    return (
        ranked.select(
            "bundle_id",
            variant_id=pl.col("items").list.eval(pl.element().struct.field("variant_id")),
            variant_count=pl.col("items").list.len(),
        )
        .explode("variant_id")
        .with_columns(is_anchor=pl.int_range(pl.len()).over("bundle_id") == 0)
    )


def _orders_with_all(
    members: pl.DataFrame, held: pl.DataFrame, *, sample_order_count: int
) -> pl.DataFrame:
    return (
        members.join(held, on="variant_id", validate="m:m")
        .group_by("bundle_id", "order_id")
        .agg(
            pl.col("ordered_at").first(),
            is_complete=pl.len() == pl.col("variant_count").first(),
        )
        .filter("is_complete")
        .sort("bundle_id", "ordered_at", "order_id", descending=[False, True, False])
        .group_by("bundle_id", maintain_order=True)
        .agg(supporting_order_ids=pl.col("order_id").head(sample_order_count))
    )
