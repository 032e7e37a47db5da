"""Wholesale apart from retail: who stocks a shop buys other things together than who eats there.

An order is wholesale if any rule that is set says so. Only what was sold is looked at: variants
and units of its basket. No column of customers' tags is known; a customer is judged by the
median of all of their orders, so one large order makes nobody a wholesaler.
"""

from dataclasses import dataclass
from typing import Literal, Self

import polars as pl
from pydantic import Field, model_validator

from bundle_pipeline.settings.layers import Params

Segment = Literal["together", "without_wholesale", "only_wholesale"]


class WholesaleParams(Params):
    """Which orders are wholesale, and whether they count."""

    segment: Segment = "together"
    """Which orders count: all together, those that are not wholesale, or only those that are.
    Either of the last two needs a rule below."""
    min_variants: int | None = Field(default=None, ge=2)
    """An order of at least so many distinct variants is wholesale; None: not by this."""
    min_units: int | None = Field(default=None, ge=2)
    """An order of at least so many units is wholesale; None: not by this."""
    min_median_units: int | None = Field(default=None, ge=2)
    """All orders of a customer whose median order has at least so many units are wholesale; None:
    not by this. Orders without a known customer are judged by the other rules only."""

    @property
    def has_rules(self) -> bool:
        """Whether anything tells wholesale orders apart."""
        rules = (self.min_variants, self.min_units, self.min_median_units)
        return any(rule is not None for rule in rules)

    @model_validator(mode="after")
    def _segment_has_a_rule(self) -> Self:
        if self.segment != "together" and not self.has_rules:
            raise ValueError(
                f"segment {self.segment} needs min_variants, min_units or min_median_units"
            )
        return self


@dataclass(frozen=True)
class SegmentSummary:
    """Numbers of a shop's segments that would worry somebody if they jumped."""

    wholesale_order_count: int
    """Orders that are wholesale, of those with a basket."""
    retail_order_count: int
    """The others."""
    left_out_order_count: int
    """Orders that don't count because they aren't of the chosen segment."""


def wholesale_orders(orders: pl.DataFrame, params: WholesaleParams) -> pl.Series:
    """Whether each order is wholesale.

    Args:
        orders: All orders of a shop with a basket: ``customer`` (null: unknown), ``basket_size``
            (distinct variants) and ``unit_count``.
        params: The rules.
    """
    is_wholesale = pl.any_horizontal(pl.lit(value=False), *_rules(params))
    judged = orders.with_columns(is_wholesale=is_wholesale.fill_null(value=False))
    return judged.get_column("is_wholesale")


def in_segment(is_wholesale: pl.Series, params: WholesaleParams) -> pl.Series:
    """Whether each order is of the chosen segment.

    Args:
        is_wholesale: Per order.
        params: The segment.
    """
    if params.segment == "together":
        return is_wholesale | ~is_wholesale
    return is_wholesale if params.segment == "only_wholesale" else ~is_wholesale


def summarize_segments(is_wholesale: pl.Series, params: WholesaleParams) -> SegmentSummary | None:
    """How many orders are of either segment, and how many are left out; None without rules.

    Args:
        is_wholesale: Per order.
        params: The segment.
    """
    if not params.has_rules:
        return None
    wholesale = int(is_wholesale.sum())
    return SegmentSummary(
        wholesale_order_count=wholesale,
        retail_order_count=len(is_wholesale) - wholesale,
        left_out_order_count=len(is_wholesale) - int(in_segment(is_wholesale, params).sum()),
    )


def _rules(params: WholesaleParams) -> list[pl.Expr]:
    rules: list[pl.Expr] = []
    if params.min_variants is not None:
        rules.append(pl.col("basket_size") >= params.min_variants)
    if params.min_units is not None:
        rules.append(pl.col("unit_count") >= params.min_units)
    if params.min_median_units is not None:
        median = pl.col("unit_count").median().over("customer")
        is_known = pl.col("customer").is_not_null()
        rules.append(is_known & (median >= params.min_median_units))
    return rules
