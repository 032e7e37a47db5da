"""What some settings would have offered before the newest orders came.

What belongs here: the rooms from mining to ranking, called one after the other on older orders.
What stays out: what they do, and what the newest orders say of it.
"""

from dataclasses import replace

import polars as pl
from pydantic import Field

from bundle_pipeline.baskets.encoded import EncodedBaskets
from bundle_pipeline.candidates.suggest import CandidateParams, KnownOfShop, suggest_bundles
from bundle_pipeline.defs.config import PipelineSettings
from bundle_pipeline.mining.item_counts import count_items
from bundle_pipeline.mining.itemsets import mine_itemsets
from bundle_pipeline.mining.neighbours.find import find_neighbours
from bundle_pipeline.mining.neighbours.params import NeighbourParams
from bundle_pipeline.mining.pair_rules import mine_pair_rules
from bundle_pipeline.mining.params import MiningParams
from bundle_pipeline.ranking.params import RankingParams
from bundle_pipeline.ranking.rank import chosen_bundles
from bundle_pipeline.schemas.shop_id import ShopId
from bundle_pipeline.scoring.affinity import AFFINITY_METHOD
from bundle_pipeline.scoring.score import ScoringParams, ShopFacts, score_bundles
from bundle_pipeline.settings.layers import Params


class ChoosingSettings(Params):
    """Settings that decide which bundles are offered."""

    mining: MiningParams = Field(default_factory=MiningParams)
    candidates: CandidateParams = Field(default_factory=CandidateParams)
    scoring: ScoringParams = Field(default_factory=ScoringParams)
    ranking: RankingParams = Field(default_factory=RankingParams)

    @classmethod
    def of(cls, settings: PipelineSettings) -> "ChoosingSettings":
        """Those of a shop."""
        return cls(
            mining=settings.mining,
            candidates=settings.candidates,
            scoring=settings.scoring,
            ranking=settings.ranking,
        )


def offered_before(
    older: EncodedBaskets,
    shop: ShopId,
    *,
    known: KnownOfShop,
    content_neighbours: pl.DataFrame,
    neighbour_quality: pl.DataFrame,
    settings: ChoosingSettings,
    max_model_mb: int,
) -> pl.DataFrame:
    """Bundles that settings choose from older baskets, in order.

    Products, their flags and stock are today's, since nobody kept those of then.

    Args:
        older: Baskets up to a moment.
        shop: Whose.
        known: What is known of the shop today; what comes from orders is made anew.
        content_neighbours: ``ContentNeighbours``; pages don't change with orders.
        neighbour_quality: ``NeighbourQuality``: judging neighbours has found out, on the older
            baskets alone, how they weigh best.
        settings: What to try.
        max_model_mb: Most megabytes of the model of neighbours.
    """
    mining = settings.mining
    orders = known.orders.filter(pl.col("ordered_at") <= older.orders.get_column("ordered_at")[-1])
    rules = mine_pair_rules(older, mining)
    then = replace(
        known,
        pair_rules=rules,
        itemsets=mine_itemsets(older, rules, mining),
        item_counts=count_items(older),
        orders=orders,
        order_lines=known.order_lines.join(orders.lazy(), on="order_id", how="semi"),
    )
    candidates = suggest_bundles(shop, then, settings.candidates)
    facts = ShopFacts(
        baskets=older,
        item_neighbours=find_neighbours(
            older,
            _as_judged(mining.neighbours, neighbour_quality, max_model_mb),
            methods=(AFFINITY_METHOD,),
        ),
        content_neighbours=content_neighbours,
    )
    return chosen_bundles(
        score_bundles(candidates, settings.scoring, facts=facts),
        duplicate_products=known.duplicate_products,
        substitutes=known.substitutes,
        objective_plan=known.objective_plan,
        params=settings.ranking,
    )


def _as_judged(
    params: NeighbourParams, neighbour_quality: pl.DataFrame, max_model_mb: int
) -> NeighbourParams:
    """Parameters for a model within the limit that doesn't ask again what suits the shop."""
    small = params.model_copy(update={"max_model_mb": min(max_model_mb, params.max_model_mb)})
    if neighbour_quality.is_empty():
        return small
    return small.model_copy(
        update={
            "try_equal_baskets": False,
            "try_without_covisitation": False,
            **neighbour_quality.select("size_exponent", "blended_covisitation").row(0, named=True),
        }
    )
