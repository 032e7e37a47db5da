"""Shelves for tests of sources: products that can be offered, each with one variant by default."""

from collections.abc import Mapping, Sequence

import polars as pl

from bundle_pipeline.candidates.sources.companions import COMPANIONS
from bundle_pipeline.candidates.sources.shelf import Shelf, shelf_of

_SCHEMA = {
    "variant_id": pl.String,
    "product_id": pl.String,
    "title": pl.String,
    "product_type": pl.String,
    "basket_count": pl.Int64,
}


def shelf(
    *variant_ids: str,
    types: Mapping[str, str] | None = None,
    titles: Mapping[str, str] | None = None,
    counts: Mapping[str, int] | None = None,
    products: Mapping[str, str] | None = None,
) -> Shelf:
    """Variants of products with the same id, in 10 baskets each, where nothing else is said."""
    rows = [
        (
            variant,
            (products or {}).get(variant, variant),
            (titles or {}).get(variant, variant),
            (types or {}).get(variant),
            (counts or {}).get(variant, 10),
        )
        for variant in variant_ids
    ]
    return shelf_of(pl.DataFrame(rows, schema=_SCHEMA, orient="row"))


def companions(*rows: tuple[str, str, float]) -> pl.DataFrame:
    """Companions: product, companion, strength."""
    return pl.DataFrame(rows, schema=COMPANIONS, orient="row")


def as_rows(found: pl.DataFrame) -> list[tuple[str, str, float]]:
    """Companions as rows, in their order."""
    return found.rows()


def ids(*product_ids: str) -> pl.Series:
    """Products that companions are asked for."""
    return pl.Series("product_id", list[str](product_ids), dtype=pl.String)


def pairs_of(found: pl.DataFrame) -> Sequence[str]:
    """Companions as ``product-companion``, in their order."""
    return [f"{product}-{companion}" for product, companion, _ in found.iter_rows()]
