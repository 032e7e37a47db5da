"""Orders that stand behind a bundle."""

import numpy as np
import polars as pl

from bundle_pipeline.baskets.encoded import EncodedBaskets


def supporting_orders(
    ranked: pl.DataFrame, baskets: EncodedBaskets, *, sample_order_count: int
) -> pl.DataFrame:
    """Orders that hold every variant of a bundle, and how many hold its anchor.

    Args:
        ranked: Bundles: ``bundle_id`` and ``items``, the anchor first.
        baskets: Counted baskets of the shop.
        sample_order_count: Orders to name per bundle, at most.

    Returns:
        One row per bundle: ``bundle_id``; ``anchor_basket_count``; ``supporting_order_ids``, newest
        first, ties by id, none where no order holds all.
    """
    members = _members(ranked, baskets)
    held = _held(baskets, members)
    anchors = members.filter("is_anchor").join(
        held.group_by("variant").agg(anchor_basket_count=pl.len().cast(pl.Int64)),
        on="variant",
        how="left",
        validate="m:1",
    )
    orders = _orders_with_all(members, held, baskets, sample_order_count=sample_order_count)
    return (
        anchors.select("bundle_id", pl.col("anchor_basket_count").fill_null(0))
        .join(orders, on="bundle_id", how="left", validate="1:1")
        .with_columns(pl.col("supporting_order_ids").fill_null([]))
    )


def _members(ranked: pl.DataFrame, baskets: EncodedBaskets) -> pl.DataFrame:
    """One row per bundle and variant; ``variant`` is null if no counted basket holds it."""
    codes = pl.DataFrame({"variant_id": baskets.variant_ids}).select(
        "variant_id", variant=pl.int_range(pl.len(), dtype=pl.Int32)
    )
    return (
        ranked.select(
            "bundle_id",
            variant_id=pl.col("items")
            .list.eval(pl.element().struct.field("variant_id"))
            .list.unique(maintain_order=True),
        )
        .with_columns(variant_count=pl.col("variant_id").list.len())
        .explode("variant_id")
        .with_columns(is_anchor=pl.int_range(pl.len()).over("bundle_id") == 0)
        .join(codes, on="variant_id", how="left", validate="m:1", maintain_order="left")
    )


def _held(baskets: EncodedBaskets, members: pl.DataFrame) -> pl.DataFrame:
    """``basket`` and ``variant`` of all lines of the members."""
    is_wanted = np.zeros(baskets.variant_count, dtype=np.bool_)
    is_wanted[members.get_column("variant").drop_nulls().unique().to_numpy()] = True
    found = [pl.DataFrame(schema={"basket": pl.Int32, "variant": pl.Int32})]
    first = 0
    for block in baskets.blocks():
        kept = is_wanted[block.variant]
        held = {"basket": block.basket[kept] + first, "variant": block.variant[kept]}
        found.append(pl.DataFrame(held, schema=found[0].schema))
        first += block.basket_count
    return pl.concat(found)


def _orders_with_all(
    members: pl.DataFrame, held: pl.DataFrame, baskets: EncodedBaskets, *, sample_order_count: int
) -> pl.DataFrame:
    orders = baskets.orders.with_columns(basket=pl.int_range(pl.len(), dtype=pl.Int32))
    return (
        members.join(held, on="variant", validate="m:m")
        .group_by("bundle_id", "basket")
        .agg(is_complete=pl.len() == pl.col("variant_count").first())
        .filter("is_complete")
        .join(orders, on="basket", validate="m:1")
        .sort("bundle_id", "ordered_at", "order_id", descending=[False, True, False])
        .group_by("bundle_id", maintain_order=True)
        .agg(supporting_order_ids=pl.col("order_id").head(sample_order_count))
    )
