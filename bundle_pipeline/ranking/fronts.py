"""Pareto fronts over what speaks for a bundle: which ones no other beats in every respect."""

import polars as pl

from bundle_pipeline.ranking.skyline import crowding_distances, front_numbers


def bundle_measures() -> dict[str, pl.Expr]:
    """What bundles are compared by, all the more the better; null where it isn't known.

    - ``evidence``, ``availability``, ``price_sanity``: components of the score, 0..1.
    - ``reach``: baskets beyond those that chance explains.
    - ``margin``: expected incremental margin in minor units where the price has one, else the
      margin of one bundle times ``reach``; null where a cost isn't known.
    - ``distinctness``: see :func:`with_distinctness`, which adds its column.
    """
    scores, evidence = pl.col("scores").struct, pl.col("evidence").struct
    pricing = pl.col("pricing").struct
    reach = evidence.field("basket_count") - evidence.field("expected_count")
    margin = pl.coalesce(
        pricing.field("incremental_margin_minor").cast(pl.Float64),
        pricing.field("margin_minor") * reach,
    )
    return {
        "evidence": scores.field("evidence"),
        "reach": reach,
        "margin": margin,
        "availability": scores.field("availability"),
        "price_sanity": scores.field("price_sanity"),
        "distinctness": pl.col("distinctness"),
    }


def with_fronts(bundles: pl.DataFrame, measures: dict[str, pl.Expr]) -> pl.DataFrame:
    """Add ``front`` and ``crowding``.

    Null is less than any number: what is known beats what isn't, and two unknowns are equal.

    Args:
        bundles: Any rows.
        measures: Numbers of them, the more the better.

    Returns:
        The same rows in the same order, with ``front``: Int64, from 1, equal rows share one; and
        ``crowding``: Float64, room to the neighbours in its front, see
        :func:`~bundle_pipeline.ranking.skyline.crowding_distances`; null where it is infinite.
    """
    known = [measure.cast(pl.Float64).alias(name) for name, measure in measures.items()]
    points = bundles.select(known).fill_null(float("-inf")).to_numpy()
    fronts = front_numbers(points)
    crowding = pl.Series(crowding_distances(points, fronts))
    return bundles.with_columns(
        front=pl.Series(fronts), crowding=pl.when(crowding.is_finite()).then(crowding)
    )


def with_distinctness(bundles: pl.DataFrame) -> pl.DataFrame:
    """Add ``distinctness``: share of the bundles that don't hold its most common variant, 0..1.

    Args:
        bundles: ``bundle_id``, unique, and ``items``.

    Returns:
        The same rows in the same order.
    """
    variant_ids = pl.col("items").list.eval(pl.element().struct.field("variant_id"))
    most_common = (
        bundles.select("bundle_id", variant_id=variant_ids.list.unique())
        .explode("variant_id")
        .with_columns(bundle_count=pl.len().over("variant_id"))
        .group_by("bundle_id")
        .agg(pl.col("bundle_count").max())
        .select("bundle_id", distinctness=1 - pl.col("bundle_count") / bundles.height)
    )
    return bundles.join(
        most_common, on="bundle_id", how="left", validate="1:1", maintain_order="left"
    )
