"""Pairs in periods: how often sold together, and how often by chance, in each of them."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import polars as pl

from bundle_pipeline.baskets.encoded import Codes, EncodedBaskets
from bundle_pipeline.mining.null_model import expected_pair_counts, size_classes
from bundle_pipeline.mining.pair_counts import variant_counts
from bundle_pipeline.mining.params import MiningParams
from bundle_pipeline.mining.periods.calendar import Calendar, calendar_of
from bundle_pipeline.mining.periods.counts import count_by_stretch, weigh_pairs
from bundle_pipeline.mining.recency import recency_weights

logger = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Weighted:
    """Pairs with each basket counted by its recency weight."""

    count: Floats
    """Weights of the baskets that hold a pair, added up."""
    expected: Floats
    """The same by chance."""


@dataclass(frozen=True)
class FollowedPairs:
    """Pairs in the periods of a shop; arrays have the shape (pairs, periods) or (pairs,)."""

    pairs: pl.DataFrame
    """``first_id``, ``second_id`` (first below second) and ``basket_count``; sorted by the ids."""
    left_out_count: int
    """Significant pairs beyond the limit."""
    calendar: Calendar
    count: Codes
    """Counted baskets with both."""
    expected: Floats
    """The same by chance, by the size-adjusted null of the period's baskets."""
    rarer_count: Floats
    """Baskets with the variant that is rarer over all time, in periods in which both are sold."""
    newest_count: Codes
    """Baskets with both in the newest quarter of time."""
    weighted: Weighted | None
    """None with weights off, and where nothing is known of time."""


def follow_pairs(
    baskets: EncodedBaskets, pair_rules: pl.DataFrame, params: MiningParams
) -> FollowedPairs:
    """Count the significant pairs in each period.

    Args:
        baskets: Counted baskets of the shop.
        pair_rules: Mined from the same baskets.
        params: The period, the limit on pairs, and the half-life of recency weights.
    """
    ordered_at = baskets.orders.get_column("ordered_at")
    calendar = calendar_of(ordered_at, params.periods.period)
    pairs, left_out_count = _surest(pair_rules, params.periods.max_pairs)
    codes = _codes(baskets, pairs)
    weight = _weights(ordered_at, calendar, params)
    count, newest = _counts(baskets, codes, calendar, params)
    parts = [baskets.part(first, last) for first, last in pairwise(calendar.first_basket.tolist())]
    expected = _columns([expected_pair_counts(size_classes(part), codes) for part in parts], codes)
    logger.info(
        "follow_pairs: %d significant pairs in %d periods, %d more left out",
        pairs.height,
        calendar.period_count,
        left_out_count,
    )
    return FollowedPairs(
        pairs=pairs,
        left_out_count=left_out_count,
        calendar=calendar,
        count=count,
        expected=expected,
        rarer_count=_columns(_rarer(baskets, parts, codes), codes) * (expected > 0),
        newest_count=newest,
        weighted=None
        if weight is None
        else Weighted(
            weigh_pairs(baskets, codes, weight=weight),
            expected_pair_counts(size_classes(baskets, weight=weight), codes),
        ),
    )


def _surest(pair_rules: pl.DataFrame, max_pairs: int) -> tuple[pl.DataFrame, int]:
    """Significant pairs within the limit, and how many more there are."""
    significant = pair_rules.filter(
        "is_significant", pl.col("antecedent_id") < pl.col("consequent_id")
    ).sort("p_value", "antecedent_id", "consequent_id")
    kept = significant.head(max_pairs).select(
        "basket_count", first_id="antecedent_id", second_id="consequent_id"
    )
    return kept.sort("first_id", "second_id"), significant.height - kept.height


def _codes(encoded: EncodedBaskets, pairs: pl.DataFrame) -> Codes:
    code = pl.DataFrame({"id": encoded.variant_ids}).with_row_index("code")
    return (
        pairs.join(code, left_on="first_id", right_on="id", validate="m:1", maintain_order="left")
        .join(code, left_on="second_id", right_on="id", validate="m:1", maintain_order="left")
        .select(pl.col("code", "code_right").cast(pl.Int64))
        .to_numpy()
    )


def _weights(ordered_at: pl.Series, calendar: Calendar, params: MiningParams) -> Floats | None:
    if params.recency_half_life_days is None or calendar.period_count == 0:
        return None
    return recency_weights(ordered_at, half_life_days=params.recency_half_life_days)


def _counts(
    encoded: EncodedBaskets, codes: Codes, calendar: Calendar, params: MiningParams
) -> tuple[Codes, Codes]:
    """Counts per period, and those of the newest quarter of time."""
    if calendar.period_count == 0:
        none = np.zeros((len(codes), 0), dtype=np.int64)
        return none, none.sum(axis=1)
    # The newest quarter begins inside a period: that one is counted in two parts.
    cut = int(np.searchsorted(calendar.first_basket, calendar.newest_quarter, side="right"))
    bounds = np.insert(calendar.first_basket, cut, calendar.newest_quarter)
    found = count_by_stretch(encoded, codes, bounds=bounds, params=params)
    count = np.delete(found, cut, axis=1)
    count[:, cut - 1] += found[:, cut]
    return count, found[:, cut:].sum(axis=1)


def _rarer(encoded: EncodedBaskets, parts: Sequence[EncodedBaskets], codes: Codes) -> list[Floats]:
    """Baskets of each part with the rarer variant of each pair; the first one in ties."""
    of_pair = variant_counts(encoded)[codes]
    rarer = codes[np.arange(len(codes)), of_pair.argmin(axis=1)]
    return [variant_counts(part)[rarer].astype(np.float64) for part in parts]


def _columns(columns: Sequence[Floats], codes: Codes) -> Floats:
    return np.column_stack(columns) if columns else np.zeros((len(codes), 0))
