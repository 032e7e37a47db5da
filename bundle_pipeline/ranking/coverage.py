"""What the chosen set covers: objectives, categories, products sold."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from bundle_pipeline.ranking.portfolio import NO_CAPS


@dataclass(frozen=True)
class Coverage:
    """Shares are 0..1; null where there is nothing to cover."""

    catalog_coverage: float | None
    """Variants in chosen bundles, of those in counted baskets."""
    category_coverage: float | None
    """Categories in chosen bundles, of those in candidates."""
    category_count: int
    """Categories in chosen bundles."""
    max_anchor_count: int
    """Bundles on the page of the product that has most of them."""
    shortfalls: dict[str, str]
    """Reason per objective that has fewer bundles than wanted."""


def coverage_of(
    ranked: pl.DataFrame,
    *,
    passed: pl.DataFrame,
    priced: pl.DataFrame,
    sold_variant_count: int,
    min_per_objective: int,
    caps: Mapping[str, int] = NO_CAPS,
) -> Coverage:
    """Measure the chosen bundles.

    Args:
        ranked: Chosen bundles.
        passed: Those that passed the gates.
        priced: All candidates.
        sold_variant_count: Variants in counted baskets.
        min_per_objective: Bundles wanted per objective.
        caps: Most bundles per objective; of one with fewer no more are wanted.
    """
    chosen, candidates = _items(ranked), _items(priced)
    category_count = chosen.get_column("product_type").drop_nulls().n_unique()
    anchors = chosen.filter("is_anchor").get_column("product").value_counts()
    return Coverage(
        catalog_coverage=_share(chosen.get_column("variant_id").n_unique(), sold_variant_count),
        category_coverage=_share(
            category_count, candidates.get_column("product_type").drop_nulls().n_unique()
        ),
        category_count=category_count,
        max_anchor_count=int(anchors.get_column("count").max() or 0),  # pyright: ignore[reportArgumentType] counts are numbers
        shortfalls=_shortfalls(ranked, passed, priced, min_per_objective, caps),
    )


def _items(bundles: pl.DataFrame) -> pl.DataFrame:
    return (
        bundles.select("items")
        .with_row_index("bundle")
        .explode("items")
        .unnest("items")
        .select(
            "variant_id",
            "product_type",
            product=pl.coalesce("product_id", "variant_id"),
            is_anchor=pl.int_range(pl.len()).over("bundle") == 0,
        )
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _shortfalls(
    ranked: pl.DataFrame,
    passed: pl.DataFrame,
    priced: pl.DataFrame,
    min_per_objective: int,
    caps: Mapping[str, int],
) -> dict[str, str]:
    counts = [_per_objective(bundles) for bundles in (ranked, passed)]
    reasons: dict[str, str] = {}
    for objective in sorted(_per_objective(priced)):
        wanted = min(min_per_objective, caps.get(objective, min_per_objective))
        chosen, possible = (count.get(objective, 0) for count in counts)
        if chosen >= wanted:
            continue
        if chosen == possible:
            reasons[objective] = f"{possible} of {wanted}: no more candidates passed the gates"
        else:
            reasons[objective] = (
                f"{chosen} of {wanted}: slots, pages, variants, stock and similar sets leave no "
                f"room for more of the {possible} that passed the gates"
            )
    return reasons


def _per_objective(bundles: pl.DataFrame) -> dict[str, int]:
    counts = bundles.get_column("objectives").explode().drop_nulls().value_counts()
    return dict(counts.rows())
