"""Component ``content_fit``: whether the items' pages speak of the same thing, not of one twice."""

import polars as pl

from bundle_pipeline.scoring.members import beside_anchor, mean_over_others


def content_fits(candidates: pl.DataFrame, content_neighbours: pl.DataFrame) -> pl.DataFrame:
    """Mean over the other items of ``1 - |2 s - 1|``, ``s`` their pages' likeness to the anchor's.

    A tent: 1 for pages half alike (a tyre and its tube), 0 for pages that share nothing and for
    pages that say the same. Likeness alone would put one product in two flavours on top, and most
    pairs with the highest lift are just that. ``s`` is ``similarity`` of content_neighbours, 0
    where the product isn't among the stored neighbours in either direction or isn't known.

    Args:
        candidates: ``CandidateBundles``.
        content_neighbours: ``ContentNeighbours``.

    Returns:
        ``bundle_id`` and ``content_fit``, 0..1; bundles of one variant are not in it.
    """
    stored = content_neighbours.select(
        anchor_product="product_id", other_product="neighbour_id", similarity="similarity"
    )
    turned = stored.select(
        anchor_product="other_product", other_product="anchor_product", similarity="similarity"
    )
    # Either product may keep the other among its nearest; both state the same likeness.
    likeness = pl.concat([stored, turned]).unique(["anchor_product", "other_product"])
    alike = pl.col("similarity").fill_null(0.0)
    return (
        beside_anchor(candidates)
        .join(likeness, on=["anchor_product", "other_product"], how="left", validate="m:1")
        .with_columns(content_fit=1 - (2 * alike - 1).abs())
        .pipe(mean_over_others, "content_fit")
    )
