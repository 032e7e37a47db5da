"""All frequent itemsets and all association rules of a shop, as the literature defines them.

What is published comes from ``pair_rules`` and ``itemsets``, which are tested against chance;
these are for whoever wants to look at everything.
"""

import logging
from fractions import Fraction
from itertools import combinations

import polars as pl

from bundle_pipeline.baskets.encoded import EncodedBaskets, counted_orders
from bundle_pipeline.baskets.size_limit import BasketParams
from bundle_pipeline.mining.association import with_association, with_more_measures
from bundle_pipeline.mining.counting import count_itemsets
from bundle_pipeline.mining.itemset_counts import Counts
from bundle_pipeline.mining.params import CountingParams
from bundle_pipeline.mining.spark.state import require_spark
from bundle_pipeline.schemas.baskets import Baskets
from bundle_pipeline.store.parts import Parts

logger = logging.getLogger(__name__)


def frequent_itemsets(
    baskets: EncodedBaskets, min_basket_count: int, *, max_size: int, params: CountingParams
) -> pl.DataFrame:
    """Every itemset that enough counted baskets hold.

    Args:
        baskets: Counted baskets of a shop.
        min_basket_count: Fewest baskets, at least 1.
        max_size: Variants of the largest itemset, 2 to 16.
        params: Engine and limits.

    Returns:
        ``variant_ids`` (sorted), ``basket_count`` and ``support``, its share of all counted
        baskets; sorted by size, then ids. Single variants are among them.
    """
    counts = _counts(baskets, min_basket_count, max_size=max_size, params=params)
    return _named(counts, baskets.variant_ids, min_basket_count)


def stored_frequent_itemsets(
    baskets: Parts[Baskets],
    basket_params: BasketParams,
    min_basket_count: int,
    *,
    max_size: int,
    params: CountingParams,
) -> pl.DataFrame:
    """The same with Spark, which reads the baskets where they are stored.

    Args:
        baskets: The shop's baskets.
        basket_params: Which of them count.
        min_basket_count: As for :func:`frequent_itemsets`.
        max_size: As for :func:`frequent_itemsets`.
        params: Limits.

    Returns:
        As of :func:`frequent_itemsets`.

    Raises:
        ConfigError: Spark can't be used here.
    """
    require_spark()
    # pyspark is optional.
    from bundle_pipeline.mining.spark.counts import count_held  # noqa: PLC0415
    from bundle_pipeline.mining.spark.stored import stored_lines  # noqa: PLC0415

    stored = stored_lines(baskets, counted_orders(baskets, basket_params))
    counts = count_held(stored.lines, min_basket_count, max_size=max_size, params=params)
    return _named(counts, stored.variant_ids, min_basket_count)


def association_rules(
    baskets: EncodedBaskets,
    min_basket_count: int,
    *,
    max_size: int,
    min_confidence: Fraction,
    params: CountingParams,
) -> pl.DataFrame:
    """Every rule ``A -> C`` between two parts of a frequent itemset.

    Args:
        baskets: As for :func:`frequent_itemsets`.
        min_basket_count: Fewest baskets that hold A and C.
        max_size: Variants of A and C together, at most; 2 to 16.
        min_confidence: Smallest confidence. Compared in whole numbers, so that a rule whose
            confidence is exactly the threshold is kept: shares as floats lose some.
        params: Engine and limits.

    Returns:
        ``antecedent_ids`` and ``consequent_ids`` (sorted), the three basket counts, and the
        measures of :mod:`~bundle_pipeline.mining.association`; sorted by both lists of ids.
    """
    counts = _counts(baskets, min_basket_count, max_size=max_size, params=params)
    by_size = _by_size(counts, min_basket_count)
    rules = [
        _rules(baskets, by_size, places, size=size, min_confidence=min_confidence)
        for size in range(2, max_size + 1)
        for taken in range(1, size)
        for places in combinations(range(size), taken)
    ]
    found = pl.concat(rules).sort("antecedent_ids", "consequent_ids")
    measured = with_more_measures(
        with_association(found, baskets.basket_count), baskets.basket_count
    )
    logger.info(
        "association_rules: %d itemsets in, %d rules out",
        sum(frame.height for frame in by_size.values()),
        measured.height,
    )
    return measured


def _counts(
    encoded: EncodedBaskets, min_basket_count: int, *, max_size: int, params: CountingParams
) -> Counts:
    return count_itemsets(encoded, min_basket_count, max_size=max_size, params=params)


def _named(counts: Counts, variant_ids: pl.Series, min_basket_count: int) -> pl.DataFrame:
    by_size = _by_size(counts, min_basket_count)
    found = [
        frame.select(
            _ids(variant_ids, [f"item_{place}" for place in range(size)]).alias("variant_ids"),
            pl.col("basket_count").cast(pl.Int64),
        )
        for size, frame in by_size.items()
    ]
    return pl.concat(found).with_columns(support=pl.col("basket_count") / counts.basket_count)


def _by_size(counts: Counts, min_basket_count: int) -> dict[int, pl.DataFrame]:
    """Frequent itemsets of each size: ``item_0``, ``item_1``... and ``basket_count``."""
    single = (
        pl.DataFrame({"basket_count": counts.item_basket_count.astype("uint32")})
        .with_row_index("item_0")
        .filter(pl.col("basket_count") >= min_basket_count)
    )
    larger = {
        found.size: pl.DataFrame(
            {f"item_{place}": found.items[:, place] for place in range(found.size)}
            | {"basket_count": found.basket_count}
        )
        for found in counts.itemsets
    }
    return {1: single} | larger


def _rules(
    encoded: EncodedBaskets,
    by_size: dict[int, pl.DataFrame],
    places: tuple[int, ...],
    *,
    size: int,
    min_confidence: Fraction,
) -> pl.DataFrame:
    """Rules whose antecedents are the items of some places of each itemset."""
    others = tuple(place for place in range(size) if place not in places)
    itemsets = by_size[size]
    for side, taken in (("antecedent", places), ("consequent", others)):
        part = by_size[len(taken)].rename({"basket_count": f"{side}_basket_count"})
        itemsets = itemsets.join(
            part,
            left_on=[f"item_{place}" for place in taken],
            right_on=[f"item_{place}" for place in range(len(taken))],
            validate="m:1",
            maintain_order="left",
        )
    both, antecedent = (
        pl.col(c).cast(pl.Int128) for c in ("basket_count", "antecedent_basket_count")
    )
    return itemsets.filter(
        both * min_confidence.denominator >= antecedent * min_confidence.numerator
    ).select(
        _ids(encoded.variant_ids, [f"item_{place}" for place in places]).alias("antecedent_ids"),
        _ids(encoded.variant_ids, [f"item_{place}" for place in others]).alias("consequent_ids"),
        pl.col("basket_count", "antecedent_basket_count", "consequent_basket_count").cast(pl.Int64),
    )


def _ids(variant_ids: pl.Series, columns: list[str]) -> pl.Expr:
    # Codes are numbered in the order of the ids, so lists of them stay sorted.
    ids = pl.lit(variant_ids)
    return pl.concat_list([ids.gather(pl.col(column)) for column in columns])
