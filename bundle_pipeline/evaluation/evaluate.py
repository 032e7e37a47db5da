"""Lists of bundles on held-out orders: their figures, and whether today's list is worse."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import dataframely as dy
import polars as pl

from bundle_pipeline.evaluation.bootstrap import figure_differences, figure_intervals
from bundle_pipeline.evaluation.outcomes import Tried, try_bundles
from bundle_pipeline.evaluation.params import EvaluationParams
from bundle_pipeline.evaluation.replication import Replication, replication
from bundle_pipeline.evaluation.split import Split
from bundle_pipeline.schemas.base import declared
from bundle_pipeline.schemas.evaluation import EVALUATED, Evaluation

logger = logging.getLogger(__name__)

# Figures by which a list may be worse: all of them ask for many orders and for the right ones.
# Precision alone would call a list better that shows next to nothing.
GATED = ("hit_rate", "recall", "ndcg")

TODAY, ACCEPTED = "bundles", "accepted"


@dataclass(frozen=True)
class Evaluated:
    """What was measured, and by what today's list is worse than the accepted one."""

    frame: dy.DataFrame[Evaluation]
    drops: tuple[str, ...]
    """A text per figure that fell beyond noise; empty where none did or nothing was compared."""


def listed(bundles: pl.DataFrame) -> pl.DataFrame:
    """Ranked bundles as they are tried: ``variant_ids``, the first item first, by ``rank``.

    ``confidence`` is null where no orders of several variants stand behind a bundle. Bundles of one
    variant are left out, since orders of several variants say nothing about them, and so are those
    of which buyers pick, since nobody takes all of their options at once.

    Args:
        bundles: ``kind``, ``items``, ``evidence`` and ``rank``.
    """
    variant_ids = pl.col("items").list.eval(pl.element().struct.field("variant_id"))
    return (
        bundles.filter(pl.col("kind") != "MIX_MATCH")
        .select(
            "rank",
            variant_ids=variant_ids.list.unique(maintain_order=True),
            confidence=pl.col("evidence").struct.field("confidence"),
        )
        .filter(pl.col("variant_ids").list.len() > 1)
        .sort("rank")
    )


def not_evaluated(note: str, *, settings: str) -> dy.DataFrame[Evaluation]:
    """The frame of a shop whose bundles can't be tried, with the reason."""
    row = {
        "method": TODAY,
        "note": note,
        "bundle_count": 0,
        "order_count": 0,
        "tested_count": 0,
        "settings": settings,
    }
    return _frame([row])


def evaluate(
    lists: Mapping[str, pl.DataFrame],
    split: Split,
    *,
    pair_rules: pl.DataFrame,
    itemsets: pl.DataFrame,
    settings: Mapping[str, str],
    params: EvaluationParams,
) -> Evaluated:
    """Try lists of bundles on held-out orders and compare today's with the accepted one.

    Args:
        lists: By method, as in ``EVALUATED``: ``variant_ids``, ``confidence`` and ``rank``.
        split: Held-out orders are its newest baskets.
        pair_rules: ``PairRules`` of all orders.
        itemsets: ``Itemsets`` of all orders.
        settings: By method, what made the list, as JSON.
        params: Intervals and tolerance.
    """
    tried = {name: try_bundles(bundles, split.newest) for name, bundles in lists.items()}
    again = {
        name: replication(bundles, pair_rules=pair_rules, itemsets=itemsets)
        for name, bundles in lists.items()
    }
    rows = [
        _figures(tried[name], params)
        | {
            "method": name,
            "bundle_count": bundles.height,
            "catalog_coverage": tried[name].variant_count / split.older.variant_count,
            "tested_count": again[name].tested_count,
            "replication_rate": again[name].rate,
            "settings": settings.get(name),
        }
        for name, bundles in lists.items()
    ]
    drops: tuple[str, ...] = ()
    if ACCEPTED in lists:
        drops = (
            *_figure_drops(tried[TODAY], tried[ACCEPTED], params),
            *_replication_drops(again[TODAY], again[ACCEPTED]),
        )
    logger.info("evaluate: %d lists in; %d rows out, %d drops", len(lists), len(rows), len(drops))
    return Evaluated(_frame(rows), drops)


def _figures(tried: Tried, params: EvaluationParams) -> dict[str, Any]:
    found = figure_intervals(tried.outcomes, sample_count=params.sample_count, seed=params.seed)
    figures: dict[str, Any] = {"order_count": len(tried.outcomes), "calibration": tried.calibration}
    for name, interval in found.items():
        figures |= {
            name: interval.middle,
            f"{name}_low": interval.low,
            f"{name}_high": interval.high,
        }
    return figures


def _figure_drops(today: Tried, accepted: Tried, params: EvaluationParams) -> list[str]:
    sampling = {"sample_count": params.sample_count, "seed": params.seed}
    before = figure_intervals(accepted.outcomes, **sampling)
    change = figure_differences(today.outcomes, accepted.outcomes, **sampling)
    return [
        f"{name} {before[name].middle + change[name].middle:.3g} instead of "
        f"{before[name].middle:.3g} (change with 95 % confidence {change[name].low:+.3g} to "
        f"{change[name].high:+.3g})"
        for name in GATED
        if change[name].high < -params.tolerated_drop * before[name].middle
    ]


def _replication_drops(today: Replication, accepted: Replication) -> list[str]:
    (_, highest), (lowest, _) = today.interval, accepted.interval
    if highest >= lowest or today.rate is None or accepted.rate is None:
        return []
    return [
        f"replication_rate {today.rate:.2f} of {today.tested_count} bundles (at most "
        f"{highest:.2f}) instead of {accepted.rate:.2f} of {accepted.tested_count} (at least "
        f"{lowest:.2f})"
    ]


def _frame(rows: list[dict[str, Any]]) -> dy.DataFrame[Evaluation]:
    schema: pl.Schema = Evaluation.create_empty().schema
    order = {name: place for place, name in enumerate(EVALUATED)}
    rows = sorted(rows, key=lambda row: order[row["method"]])
    return declared(Evaluation, pl.DataFrame(rows, schema=schema))
