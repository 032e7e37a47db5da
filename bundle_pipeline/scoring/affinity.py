"""Component ``affinity``: whether the add-ons are among the anchor's best neighbours."""

import polars as pl

from bundle_pipeline.scoring.members import beside_anchor, mean_over_others

# The method that completes most baskets on real shops: partial correlations and shared baskets.
AFFINITY_METHOD = "blend"


def affinities(candidates: pl.DataFrame, item_neighbours: pl.DataFrame) -> pl.DataFrame:
    """Mean over the other items of ``1 / log2(1 + rank)``, their rank as the anchor's neighbour.

    Collaborative filtering: neighbours come from all baskets of a variant, so that what two items
    share through a third is explained away. The discount is that of DCG (Järvelin and Kekäläinen,
    TOIS 2002): the first neighbour is worth 1, the third 0.5, the seventh 0.33; an item that isn't
    among the stored neighbours, or an anchor too rare to have any, 0. Ranks instead of scores are
    robust: one extreme score moves nothing else. Ranks of either direction count, the better one.

    Args:
        candidates: ``CandidateBundles``.
        item_neighbours: ``ItemNeighbours``.

    Returns:
        ``bundle_id`` and ``affinity``, 0..1; bundles of one variant are not in it.
    """
    ranks = item_neighbours.filter(method=AFFINITY_METHOD).select(
        "variant_id", "neighbour_id", "rank"
    )
    worth = 1 / (pl.min_horizontal("rank", "rank_back") + 1).log(2)
    return (
        beside_anchor(candidates)
        .join(
            ranks.rename({"variant_id": "anchor_id", "neighbour_id": "other_id"}),
            on=["anchor_id", "other_id"],
            how="left",
            validate="m:1",
        )
        .join(
            ranks.rename({"variant_id": "other_id", "neighbour_id": "anchor_id"}),
            on=["anchor_id", "other_id"],
            how="left",
            validate="m:1",
            suffix="_back",
        )
        .with_columns(affinity=worth.fill_null(0.0))
        .pipe(mean_over_others, "affinity")
    )
