"""What became of the candidates that hold some asked variants."""

import polars as pl


def offered_with(variant_ids: tuple[str, ...], ranked: pl.DataFrame) -> pl.DataFrame:
    """Offered bundles that hold all of these variants, by rank.

    Args:
        variant_ids: Variants.
        ranked: ``RankedBundles``.
    """
    held = pl.col("items").list.eval(pl.element().struct.field("variant_id"))
    return ranked.filter(_holds(held, variant_ids)).sort("rank")


def dropped_with(variant_ids: tuple[str, ...], dropped: pl.DataFrame) -> pl.DataFrame:
    """Dropped candidates that hold all of these variants: the smallest sets first, then by score.

    Args:
        variant_ids: Variants.
        dropped: ``DroppedCandidates``.
    """
    return dropped.filter(_holds(pl.col("variant_ids"), variant_ids)).sort(
        pl.col("variant_ids").list.len(), -pl.col("score"), "bundle_id"
    )


def _holds(held: pl.Expr, variant_ids: tuple[str, ...]) -> pl.Expr:
    return pl.all_horizontal(held.list.contains(variant_id) for variant_id in variant_ids)
