"""Pairs of products that are viewed in the same visits."""

import dataframely as dy
import polars as pl

from bundle_pipeline.features.event_params import EventParams
from bundle_pipeline.features.visits import Visits
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.events import PairEventFeatures


def pair_event_features(visits: Visits, params: EventParams) -> dy.DataFrame[PairEventFeatures]:
    """Count visits that view both products of a pair.

    ``co_engagement_rate = both / either`` (Jaccard); ``expected_co_view_count`` is what independent
    views would give, ``n_1 n_2 / n``. Products that are viewed together are often alternatives, so
    none of this counts as evidence of a bundle.

    Args:
        visits: Events of one window.
        params: Largest visit that counts, and visits from which a pair is listed.
    """
    viewed = visits.viewed
    counted = viewed.filter(pl.len().over("visit") <= params.max_visit_products)
    visit_count = counted.get_column("visit").n_unique()
    of_product = counted.group_by("product_id").agg(view_count=pl.len().cast(pl.Int64))
    pairs = (
        counted.lazy()
        .join(counted.lazy(), on="visit", suffix="_other")
        .filter(pl.col("product_id") < pl.col("product_id_other"))
        .group_by(first_product_id="product_id", second_product_id="product_id_other")
        .agg(co_view_count=pl.len().cast(pl.Int64))
        .filter(pl.col("co_view_count") >= params.min_co_view_count)
        .collect()
    )
    for side in ("first", "second"):
        known = of_product.rename({"product_id": f"{side}_product_id", "view_count": f"_{side}"})
        pairs = pairs.join(known, on=f"{side}_product_id", validate="m:1")
    either = pl.col("_first") + pl.col("_second") - pl.col("co_view_count")
    return declared(
        PairEventFeatures,
        pairs.with_columns(
            either_view_count=either,
            co_engagement_rate=pl.col("co_view_count") / either,
            expected_co_view_count=pl.col("_first") * pl.col("_second") / max(visit_count, 1),
        ).sort("first_product_id", "second_product_id"),
    )


def crawler_visit_count(visits: Visits, params: EventParams) -> int:
    """Visits whose pairs aren't counted, because they view too many products."""
    sizes = visits.viewed.group_by("visit").len()
    return sizes.filter(pl.col("len") > params.max_visit_products).height
