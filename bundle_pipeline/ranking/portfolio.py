"""The portfolio problem: which bundles together are worth most within the limits.

With ``x`` 1 for chosen bundles and 0 for others:

- worth: the sum of scores, less a cost for each place of a variant or a category beyond its first
  among the chosen (overlap), counted apart for bundles of one variant and of several: more units of
  a variant are another offer than a set with it;
- limits: weighted sums of ``x`` with a most: slots, kinds, objectives, pages, variants, categories,
  units in stock, and one bundle per group of near-identical ones;
- coverage: at least so many bundles for each objective that any bundle serves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse  # pyright: ignore[reportMissingTypeStubs]

from bundle_pipeline.ranking.contenders import claimed_quantity, contender_items, free_units
from bundle_pipeline.ranking.near_sets import near_groups
from bundle_pipeline.ranking.params import RankingParams

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Chosen = npt.NDArray[np.bool_]
# SciPy has no types of its own.
Sparse = Any
NO_CAPS: Mapping[str, int] = MappingProxyType({})
"""No objective has a limit of its own."""
# Slots up to which the costs of overlap are as stated.
_SLOTS_OF_COSTS = 25
# How fast they shrink in larger sets. There are fewer categories than variants, so that a large set
# soon has them all, and repeats them whatever is in it.
_SHRINKS = {"variant_id": 3, "category": 4}
sparse = cast("Any", scipy.sparse)


@dataclass(frozen=True)
class Limits:
    """Rows ``amounts @ x <= most``, in the order of ``DROP_CODES``."""

    amounts: Sparse
    most: Floats
    codes: tuple[str, ...]
    """Code of a bundle that breaks the row."""
    names: tuple[str, ...]
    """What is limited: a variant, a product, a category, a kind; empty where it goes without."""


@dataclass(frozen=True)
class Portfolio:
    """A shop's problem; bundles in the order of their ids."""

    bundle_ids: tuple[str, ...]
    scores: Floats
    limits: Limits
    overlaps: Sparse
    """A row per variant or category in several bundles (of one variant, or of more): 1 where a
    bundle holds it."""
    overlap_costs: Floats
    """Cost of each place of a row beyond the first."""
    objectives: tuple[str, ...]
    serves: Sparse
    """A row per objective: 1 where a bundle serves it."""
    wanted: Floats
    """Bundles wanted for each objective."""

    @property
    def bundle_count(self) -> int:
        """Number of contenders."""
        return len(self.bundle_ids)

    def worth(self, chosen: Chosen) -> float:
        """Sum of scores less overlap."""
        repeated = np.maximum(self.overlaps @ chosen - 1.0, 0.0)
        return float(self.scores @ chosen - self.overlap_costs @ repeated)

    def is_allowed(self, chosen: Chosen) -> bool:
        """Whether all limits hold; coverage is no limit."""
        return bool((self.limits.amounts @ chosen <= self.limits.most).all())

    def served(self, chosen: Chosen) -> Floats:
        """Chosen bundles per objective."""
        return self.serves @ chosen.astype(np.float64)

    def shortfall(self, chosen: Chosen) -> float:
        """Bundles that are missing for objectives, in all."""
        return float(np.maximum(self.wanted - self.served(chosen), 0.0).sum())


def portfolio_of(
    passed: pl.DataFrame, params: RankingParams, caps: Mapping[str, int] = NO_CAPS
) -> Portfolio:
    """The problem of a shop's bundles.

    Args:
        passed: Bundles that passed every gate: ``PricedBundles``.
        params: Limits and costs.
        caps: Most bundles that serve an objective, whichever place it has among theirs; one that
            isn't named has no limit of its own.
    """
    bundles = (
        passed.sort("bundle_id")
        .with_row_index("bundle")
        .with_columns(pl.col("bundle").cast(pl.Int64))
    )
    items = contender_items(passed)
    count = bundles.height
    overlaps = _overlaps(items, params)
    served = _rows(bundles.explode("objectives"), pl.col("objectives"))
    return Portfolio(
        bundle_ids=tuple(bundles.get_column("bundle_id")),
        scores=bundles.get_column("score").to_numpy(),
        limits=_limits(bundles, items, served, params, caps),
        overlaps=_matrix(overlaps, count),
        overlap_costs=overlaps.get_column("cost").to_numpy(),
        objectives=tuple(served.get_column("name")),
        serves=_matrix(served, count),
        wanted=_wanted(served, params.min_per_objective, caps),
    )


def _limits(
    bundles: pl.DataFrame,
    items: pl.DataFrame,
    served: pl.DataFrame,
    params: RankingParams,
    caps: Mapping[str, int],
) -> Limits:
    kinds = _rows(bundles, pl.col("kind"))
    unproven = _rows(bundles.filter(pl.col("backing") == "unproven"), pl.lit(""))
    tables = [
        _near_rows(items, params.max_similarity),
        _limited(
            "ANCHOR_LIMIT",
            _rows(items.filter("is_anchor"), pl.col("product")),
            params.max_per_anchor,
        ),
        _limited("VARIANT_LIMIT", _rows(items, pl.col("variant_id")), params.max_per_variant),
        _limited("KIND_LIMIT", kinds, _most_of({**params.max_per_kind})),
        _limited("OBJECTIVE_LIMIT", served, _most_of(caps)),
        _limited("UNPROVEN_LIMIT", unproven, params.max_unproven),
        _limited("CATEGORY_LIMIT", _rows(items, pl.col("category")), params.max_per_category),
        _stock_rows(items, params),
        _limited("SLOTS_FULL", _rows(bundles, pl.lit("")), params.max_bundles),
    ]
    limits = pl.concat(tables).filter(pl.col("amounts").list.sum() > pl.col("most"))
    return Limits(
        amounts=_matrix(limits, bundles.height),
        most=limits.get_column("most").to_numpy(),
        codes=tuple(limits.get_column("code")),
        names=tuple(limits.get_column("name")),
    )


def _rows(members: pl.DataFrame, name: pl.Expr) -> pl.DataFrame:
    """A row per name, by name, with the bundles that have it, 1 of each."""
    cells = members.select("bundle", name=name).unique().with_columns(amount=pl.lit(1.0))
    return _gathered(cells)


def _gathered(cells: pl.DataFrame) -> pl.DataFrame:
    """Cells of ``name``, ``bundle`` and ``amount`` as rows; those without a name are left out."""
    return (
        cells.filter(pl.col("name").is_not_null())
        .sort("name", "bundle")
        .group_by("name", maintain_order=True)
        .agg(bundles="bundle", amounts="amount")
    )


def _limited(code: str, rows: pl.DataFrame, most: pl.Expr | float | None) -> pl.DataFrame:
    limit = most if isinstance(most, pl.Expr) else pl.lit(most, pl.Float64)
    return rows.select(
        "name", "bundles", "amounts", code=pl.lit(code), most=limit.cast(pl.Float64)
    ).filter(pl.col("most").is_not_null())


def _most_of(limits: Mapping[str, int]) -> pl.Expr:
    """The limit of what a row is named after; null where it has none."""
    return pl.col("name").replace_strict(dict(limits), default=None, return_dtype=pl.Float64)


def _wanted(served: pl.DataFrame, min_per_objective: int, caps: Mapping[str, int]) -> Floats:
    """Bundles wanted per objective: no more than there are, and than it may have."""
    most = _most_of(caps).fill_null(min_per_objective)
    wanted = pl.min_horizontal(pl.col("bundles").list.len(), pl.lit(min_per_objective), most)
    return served.select(wanted.cast(pl.Float64)).to_series().to_numpy()


def _near_rows(items: pl.DataFrame, max_similarity: float) -> pl.DataFrame:
    products = items.group_by("bundle", maintain_order=True).agg(pl.col("product").unique())
    sets = [frozenset(found) for found in products.get_column("product")]
    groups = near_groups(sets, max_similarity)
    rows = pl.DataFrame({"bundles": groups}, schema={"bundles": pl.List(pl.Int64)})
    return _limited(
        "DUPLICATE_SET",
        rows.select(
            "bundles",
            name=pl.lit(""),
            amounts=pl.lit(1.0).repeat_by(pl.col("bundles").list.len()),
        ),
        1,
    )


def _stock_rows(items: pl.DataFrame, params: RankingParams) -> pl.DataFrame:
    free = free_units(items, params.reserved_days)
    claim = pl.col("unit_count") * claimed_quantity(params.min_offered_quantity)
    rows = _gathered(
        items.group_by("bundle", name="variant_id").agg(amount=claim.sum().cast(pl.Float64))
    )
    tracked = rows.join(free, left_on="name", right_on="variant_id", how="inner", validate="1:1")
    return _limited("JOINT_STOCK", tracked.sort("name"), pl.col("free_count"))


def _overlaps(items: pl.DataFrame, params: RankingParams) -> pl.DataFrame:
    costs = {"variant_id": params.variant_overlap_cost, "category": params.category_overlap_cost}
    per_slot = min(1.0, _SLOTS_OF_COSTS / params.max_bundles)
    is_set = pl.len().over("bundle") > 1
    tables = [
        _rows(items, pl.format("{} {}", is_set, column)).with_columns(
            cost=pl.lit(cost * per_slot ** _SHRINKS[column], pl.Float64)
        )
        for column, cost in costs.items()
    ]
    return pl.concat(tables).filter(pl.col("bundles").list.len() > 1, pl.col("cost") > 0)


def _matrix(rows: pl.DataFrame, column_count: int) -> Sparse:
    """Rows with ``bundles`` and ``amounts`` as a sparse matrix."""
    lengths = rows.get_column("bundles").list.len().to_numpy()
    starts = np.concatenate([[0], np.cumsum(lengths)])
    cells = rows.select("bundles", "amounts").explode("bundles", "amounts")
    amounts, bundles = (cells.get_column(name).to_numpy() for name in ("amounts", "bundles"))
    return sparse.csr_array((amounts, bundles, starts), shape=(rows.height, column_count))
