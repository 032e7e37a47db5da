"""What scoring knows of a shop beside its candidates, for tests: empty unless named."""

from typing import Any

import polars as pl

from bundle_pipeline.baskets.encoded import EncodedBaskets, encode_baskets
from bundle_pipeline.schemas.base import checked
from bundle_pipeline.schemas.mining import ItemNeighbours
from bundle_pipeline.schemas.similar_products import ContentNeighbours
from bundle_pipeline.scoring.score import ShopFacts
from bundle_pipeline_tests.support.frames import baskets_frame

Row = dict[str, Any]


def shop_facts(
    *,
    baskets: EncodedBaskets | None = None,
    item_neighbours: pl.DataFrame | None = None,
    content_neighbours: pl.DataFrame | None = None,
) -> ShopFacts:
    """Facts of a shop."""
    return ShopFacts(
        baskets=encode_baskets(baskets_frame()) if baskets is None else baskets,
        item_neighbours=_or_empty(item_neighbours, ItemNeighbours.create_empty()),
        content_neighbours=_or_empty(content_neighbours, ContentNeighbours.create_empty()),
    )


def neighbours_frame(*ranked: tuple[str, str, int], method: str = "blend") -> pl.DataFrame:
    """Variant, neighbour and rank."""
    rows = [
        {"method": method, "variant_id": a, "neighbour_id": b, "rank": rank, "score": 1.0 / rank}
        for a, b, rank in ranked
    ]
    return checked(ItemNeighbours, pl.DataFrame(rows, schema=ItemNeighbours.create_empty().schema))


def alike_frame(*alike: tuple[str, str, float]) -> pl.DataFrame:
    """Product, neighbour and similarity."""
    rows = [
        {
            "product_id": a,
            "neighbour_id": b,
            "rank": place,
            "similarity": similarity,
            "text_similarity": similarity,
        }
        for place, (a, b, similarity) in enumerate(alike, start=1)
    ]
    schema = ContentNeighbours.create_empty().schema
    return checked(ContentNeighbours, pl.DataFrame(rows, schema=schema))


def _or_empty(frame: pl.DataFrame | None, empty: pl.DataFrame) -> pl.DataFrame:
    return empty if frame is None else frame
