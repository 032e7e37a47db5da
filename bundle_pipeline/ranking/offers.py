"""How many of each chosen bundle to offer, so that stock suffices for all of them."""

from collections import Counter

import polars as pl

from bundle_pipeline.ranking.contenders import claimed_quantity, contender_items, free_units
from bundle_pipeline.ranking.params import RankingParams

_Needs = dict[str, int]


def with_offered_quantity(ranked: pl.DataFrame, params: RankingParams) -> pl.DataFrame:
    """Add ``offered_quantity``; null where no item is tracked.

    Each bundle gets its ``min_offered_quantity`` (the choice saw to it that stock suffices), then
    all get more, one as many as the other, until a variant runs out: its bundles stop, the others
    go on (max-min fairness; Bertsekas and Gallager, Data Networks). Single units that are left go
    to the better bundles. Of a variant, bundles together sell no more than it has beyond
    ``reserved_days`` of its own sales.

    Args:
        ranked: Chosen bundles: ``PricedBundles`` with ``rank``.
        params: ``min_offered_quantity`` and ``reserved_days``.

    Returns:
        The same rows in the same order.
    """
    items = contender_items(ranked)
    left = dict(free_units(items, params.reserved_days).select("variant_id", "free_count").rows())
    tracked = items.filter(pl.col("available_count").is_not_null()).with_columns(
        claim=claimed_quantity(params.min_offered_quantity)
    )
    places = ranked.sort("bundle_id").select(
        "bundle_id", "rank", bundle=pl.int_range(pl.len(), dtype=pl.Int64)
    )
    in_order = (
        tracked.group_by("bundle")
        .agg("variant_id", "unit_count", pl.col("claim").first())
        .join(places, on="bundle", validate="1:1")
        .sort("rank")
    )
    needs: dict[str, _Needs] = {}
    offered: dict[str, int] = {}
    columns = ("bundle_id", "variant_id", "unit_count", "claim")
    for bundle_id, variant_ids, unit_counts, claim in in_order.select(columns).rows():
        needs[bundle_id] = dict(zip(variant_ids, unit_counts, strict=True))
        offered[bundle_id] = claim
        _take(left, needs[bundle_id], claim)
    _share_out(left, needs, offered)
    quantity = pl.col("bundle_id").replace_strict(offered, default=None, return_dtype=pl.Int64)
    return ranked.with_columns(offered_quantity=quantity)


def oversold(ranked: pl.DataFrame) -> pl.DataFrame:
    """Bundles with a variant of which all offers together need more units than there are.

    Args:
        ranked: ``RankedBundles``.
    """
    quantities = ranked.sort("bundle_id").select("bundle_id", "offered_quantity")
    short = (
        contender_items(ranked)
        .join(
            quantities.with_columns(bundle=pl.int_range(pl.len(), dtype=pl.Int64)),
            on="bundle",
            validate="m:1",
        )
        .filter(
            (pl.col("unit_count") * pl.col("offered_quantity")).sum().over("variant_id")
            > pl.col("available_count")
        )
    )
    return ranked.join(short, on="bundle_id", how="semi")


def _share_out(left: dict[str, int], needs: dict[str, _Needs], offered: dict[str, int]) -> None:
    """Raise ``offered`` in the order of ``needs`` as far as what is ``left`` allows."""
    # A plain loop: what a bundle gets depends on what all others got before.
    growing = list(needs)
    while growing:
        wanted = Counter[str]()
        for bundle_id in growing:
            wanted.update(needs[bundle_id])
        step = max(1, min(left[variant] // count for variant, count in wanted.items()))
        still: list[str] = []
        for bundle_id in growing:
            if all(left[v] >= step * count for v, count in needs[bundle_id].items()):
                offered[bundle_id] += step
                _take(left, needs[bundle_id], step)
                still.append(bundle_id)
        growing = still


def _take(left: dict[str, int], needs: _Needs, times: int) -> None:
    for variant_id, count in needs.items():
        left[variant_id] -= times * count
