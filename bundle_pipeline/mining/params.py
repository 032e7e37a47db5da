"""Parameters of mining."""

from typing import Literal

from pydantic import Field

from bundle_pipeline.mining.neighbours.params import NeighbourParams
from bundle_pipeline.mining.periods.params import PeriodParams
from bundle_pipeline.settings.layers import Params

NullName = Literal["size_classes", "degrees"]
EngineName = Literal["kernel", "duckdb", "spark"]


class CountingParams(Params):
    """What counts, and with how much of the machine."""

    engine: EngineName = "kernel"
    """What counts itemsets: the compiled kernel, DuckDB joins, or Spark (which is installed with
    ``bundle-pipeline[spark]``, and runs at ``BUNDLE_SPARK_MASTER``). All give the same numbers."""
    max_memory_mb: int = Field(default=1000, ge=50)
    """Memory of counting, in 10^6 bytes, beside the itemsets it finds. What doesn't fit goes
    through files in the folder for temporary files. Spark has settings of its own for it."""
    max_threads: int | None = Field(default=None, ge=1)
    """Most threads of counting; None: as many as the process may use."""
    max_itemsets: int = Field(default=100_000_000, ge=1)
    """Most itemsets that are counted; more are refused, never cut short. Each takes about 40 bytes
    until they are sorted."""


class MiningParams(CountingParams):
    """What is counted, and what counts as more than chance."""

    min_basket_count: int = Field(default=5, ge=1)
    """Fewest counted baskets that hold an itemset; rarer ones aren't tested."""
    null_model: NullName = "size_classes"
    """What explains a pair by chance: popularity among baskets of about the same size, or, with
    ``degrees``, popularity and basket sizes alone, as in shuffled orders. The second shows more
    pairs; what it shows beyond the first are variants that the same customers buy, mostly."""
    max_q: float = Field(default=0.05, gt=0, lt=1)
    """Largest q-value of a significant itemset: the share of false ones that is let through."""
    max_p_value: float = Field(default=0.05, gt=0, le=1)
    """Largest p-value of a stored pair; only pairs within ``max_q`` are significant."""
    held_out_share: float = Field(default=0.2, ge=0, lt=1)
    """Share of counted baskets, the newest, in which a pair has to be seen again."""
    max_triple_candidates: int = Field(default=20_000_000, ge=0)
    """Most itemsets of three variants that are looked at; 0 switches them off. Above it the least
    sure pairs are left out of growing, and counted."""
    recency_half_life_days: float | None = Field(default=None, gt=0)
    """Days after which a basket counts half in `weighted_count` and `weighted_lift` of
    `pair_trends`; None: these are off. No other number depends on it."""
    periods: PeriodParams = Field(default_factory=PeriodParams)
    """How pairs are followed over time."""
    neighbours: NeighbourParams = Field(default_factory=NeighbourParams)
    """Which variants go with a variant, whether or not beyond chance."""
