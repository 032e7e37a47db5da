"""The ladder: sources asked one after the other, until enough of the shop is in a candidate.

Each source is asked only for active products that nothing above it covers, so a weaker source never
adds to what a stronger one has said. What it finds is marked with how far orders back it.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from bundle_pipeline.baskets.encoded import EncodedBaskets
from bundle_pipeline.candidates.offerable import products_alike
from bundle_pipeline.candidates.sources.companions import best_companions
from bundle_pipeline.candidates.sources.complements import (
    complement_companions,
    package_complements,
)
from bundle_pipeline.candidates.sources.content import content_companions, proven_companions
from bundle_pipeline.candidates.sources.neighbours import (
    COVISITATION,
    best_factor_method,
    neighbour_companions,
)
from bundle_pipeline.candidates.sources.params import SourceName, SourceParams
from bundle_pipeline.candidates.sources.pooled import pooled_companions
from bundle_pipeline.candidates.sources.popularity import (
    popular_companions,
    popular_products,
    trending,
)
from bundle_pipeline.candidates.sources.shelf import Shelf

logger = logging.getLogger(__name__)

POOLED: SourceName = "pooled"
"""The source that orders back: of the pair a few, of its categories many."""


@dataclass(frozen=True)
class KnownOfProducts:
    """What the sources look at."""

    shelf: Shelf
    """What can be offered."""
    baskets: EncodedBaskets
    """Counted baskets."""
    pair_rules: pl.DataFrame
    """``PairRules``."""
    item_neighbours: pl.DataFrame
    """``ItemNeighbours``."""
    neighbour_quality: pl.DataFrame
    """``NeighbourQuality``."""
    content_neighbours: pl.DataFrame
    """``ContentNeighbours``."""
    duplicate_products: pl.DataFrame
    """``DuplicateProducts``: never offered together."""
    substitutes: pl.DataFrame
    """``Substitutes``: nor these."""
    orders: pl.DataFrame
    """``Orders``."""
    order_lines: pl.LazyFrame
    """``OrderLines``, not read yet."""


@dataclass(frozen=True)
class Rung:
    """One source of the ladder, and what became of it."""

    source: SourceName
    is_asked: bool
    """False where enough of the shop was covered before, or nothing is proven."""
    pair_count: int
    """Pairs that it suggests."""
    product_count: int
    """Active products that are in a candidate through it, and weren't before."""
    coverage: float
    """Share of the active products in a candidate after it; 1 in a shop without any."""


@dataclass(frozen=True)
class Descent:
    """How far down the ladder it went, and what was found there."""

    pairs: pl.DataFrame
    """``anchor_id``, ``add_on_id`` (variants) and ``source``, in the order of the ladder."""
    product_count: int
    """Active products."""
    coverage: float
    """Share of them in a candidate of significant pairs and itemsets; 1 in a shop without any."""
    is_covered: bool
    """Whether ``min_coverage`` was reached."""
    rungs: tuple[Rung, ...]
    """In the order of the ladder."""

    @property
    def final_coverage(self) -> float:
        """Share of the active products in a candidate of any source that was asked."""
        return self.rungs[-1].coverage if self.rungs else self.coverage

    @property
    def reason(self) -> str:
        """How far down it went and why, in plain words."""
        asked = [rung for rung in self.rungs if rung.is_asked]
        share = f"{self.coverage:.0%} of {self.product_count} active products are in a candidate"
        start = f"By significant pairs and itemsets {share}"
        steps = ", ".join(f"{rung.source} ({rung.coverage:.0%})" for rung in asked)
        then = f"; then {steps}" if asked else ""
        left = len(self.rungs) - len(asked)
        why = "enough" if self.is_covered else "nothing is proven"
        end = f"{why}, so {left} were not asked" if left else "no source is left"
        return f"{start}{then}: {end}."


def go_down(known: KnownOfProducts, covered_variants: pl.Series, params: SourceParams) -> Descent:
    """Ask sources for what is in no candidate yet, until ``min_coverage`` is reached.

    In a shop in which nothing is proven only what categories back is asked for, unless the setting
    ``without_proof`` says otherwise: everything else leans on proven pairs, or is a guess.

    A product that was never sold is the add-on of its companion, since nobody visits its page yet;
    any other is the anchor.

    Args:
        known: What is known of the shop's products.
        covered_variants: Variants in candidates of significant pairs and itemsets.
        params: Which sources, and how far.
    """
    products = known.shelf.products.select("product_id", "basket_count")
    covered = known.shelf.product_of.filter(pl.col("variant_id").is_in(covered_variants.implode()))
    is_covered = products.get_column("product_id").is_in(covered.get_column("product_id").implode())
    first_coverage = _share(is_covered)
    apart = products_alike(known.substitutes, known.duplicate_products).rename(
        {"other_id": "companion_id"}
    )
    found = [_no_pairs()]
    rungs: list[Rung] = []
    is_proven = not covered_variants.is_empty()
    for source in params.ladder:
        coverage = _share(is_covered)
        is_guess = source != POOLED and not (is_proven or params.without_proof)
        if is_guess or coverage >= params.min_coverage:
            rungs.append(Rung(source, False, 0, 0, coverage))  # noqa: FBT003 - named by the class
            continue
        asked = products.filter(~is_covered)
        companions = (
            _SOURCES[source](known, asked, params)
            .join(asked, on="product_id", how="semi")
            .join(products, left_on="companion_id", right_on="product_id", how="semi")
            .join(apart, on=["product_id", "companion_id"], how="anti")
            .pipe(best_companions, params.companions_per_product)
        )
        named = pl.concat([companions.get_column(name) for name in ("product_id", "companion_id")])
        now_covered = is_covered | products.get_column("product_id").is_in(named.implode())
        newly = int((now_covered & ~is_covered).sum())
        is_covered = now_covered
        rungs.append(Rung(source, True, companions.height, newly, _share(is_covered)))  # noqa: FBT003
        found.append(_as_pairs(companions, known.shelf, source))
    descent = Descent(
        pairs=pl.concat(found),
        product_count=products.height,
        coverage=first_coverage,
        is_covered=_share(is_covered) >= params.min_coverage,
        rungs=tuple(rungs),
    )
    logger.info("ladder of sources: %s", descent.reason)
    return descent


_Source = Callable[[KnownOfProducts, pl.DataFrame, SourceParams], pl.DataFrame]


def _pooled(known: KnownOfProducts, asked: pl.DataFrame, params: SourceParams) -> pl.DataFrame:
    return pooled_companions(
        known.baskets, known.shelf, asked.get_column("product_id"), params.pooled
    )


def _covisitation(known: KnownOfProducts, _: pl.DataFrame, __: SourceParams) -> pl.DataFrame:
    return neighbour_companions(known.item_neighbours, known.shelf, COVISITATION)


def _factors(known: KnownOfProducts, _: pl.DataFrame, __: SourceParams) -> pl.DataFrame:
    method = best_factor_method(known.neighbour_quality)
    return neighbour_companions(known.item_neighbours, known.shelf, method)


def _new_products(
    known: KnownOfProducts, asked: pl.DataFrame, params: SourceParams
) -> pl.DataFrame:
    never_sold = asked.filter(pl.col("basket_count") == 0)
    return _content(known, never_sold, params)


def _content(known: KnownOfProducts, asked: pl.DataFrame, params: SourceParams) -> pl.DataFrame:
    return content_companions(
        known.content_neighbours,
        proven_companions(known.pair_rules, known.shelf),
        asked=asked.get_column("product_id"),
        params=params.content,
    )


def _complements(known: KnownOfProducts, asked: pl.DataFrame, params: SourceParams) -> pl.DataFrame:
    of_package = package_complements() if params.package_complements else ()
    entries = (*of_package, *params.complements)
    return complement_companions(known.shelf, asked.get_column("product_id"), entries)


def _trending(known: KnownOfProducts, asked: pl.DataFrame, params: SourceParams) -> pl.DataFrame:
    growing = trending(_popular(known, params), params.popularity)
    return popular_companions(
        growing, asked.get_column("product_id"), params.companions_per_product
    )


def _popularity(known: KnownOfProducts, asked: pl.DataFrame, params: SourceParams) -> pl.DataFrame:
    popular = _popular(known, params)
    return popular_companions(
        popular, asked.get_column("product_id"), params.companions_per_product
    )


def _popular(known: KnownOfProducts, params: SourceParams) -> pl.DataFrame:
    return popular_products(
        known.order_lines, orders=known.orders, shelf=known.shelf, params=params.popularity
    )


_SOURCES: dict[SourceName, _Source] = {
    "pooled": _pooled,
    "covisitation": _covisitation,
    "factors": _factors,
    "new_products": _new_products,
    "content": _content,
    "complements": _complements,
    "trending": _trending,
    "popularity": _popularity,
}


def _share(is_covered: pl.Series) -> float:
    return float(is_covered.sum() / is_covered.len()) if is_covered.len() else 1.0


def _no_pairs() -> pl.DataFrame:
    return pl.DataFrame(schema=dict.fromkeys(("anchor_id", "add_on_id", "source"), pl.String))


def _as_pairs(companions: pl.DataFrame, shelf: Shelf, source: SourceName) -> pl.DataFrame:
    product = shelf.products.select("product_id", "basket_count", product="variant_id")
    companion = shelf.products.select(companion_id="product_id", companion="variant_id")
    is_anchor = pl.col("basket_count") > 0
    return (
        companions.join(product, on="product_id", validate="m:1", maintain_order="left")
        .join(companion, on="companion_id", validate="m:1", maintain_order="left")
        .select(
            anchor_id=pl.when(is_anchor).then("product").otherwise("companion"),
            add_on_id=pl.when(is_anchor).then("companion").otherwise("product"),
            source=pl.lit(source),
        )
        # Two products that were never sold, or one that names the other: one offer.
        .unique(maintain_order=True)
    )
