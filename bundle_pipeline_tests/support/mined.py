"""Mined frames for tests, from counts that a reader can check.

``pair("a", "b", count=20, counts=(50, 100), basket_total=1000)`` gives the rows of both directions
with the literature's measures; ``itemset("abc", count=6, basket_total=60)`` one row. Every other
field has a default and can be named.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import dataframely as dy
import polars as pl

from bundle_pipeline.schemas.base import FrameT, checked
from bundle_pipeline.schemas.mining import ItemCounts, Itemsets, PairRules

Row = dict[str, Any]

_TESTED: Row = {
    "expected_count": 5.0,
    "adjusted_lift": 4.0,
    "adjusted_lift_low": 2.44,
    "adjusted_lift_high": 6.18,
    "p_value": 1e-7,
    "q_value": 1e-5,
    "customer_count": 18,
    "held_out": "replicated",
    "held_out_power": 0.9,
    "held_out_count": 4,
    "held_out_expected_count": 1.0,
}


def pair(
    first: str,
    second: str,
    *,
    count: int,
    counts: tuple[int, int],
    basket_total: int,
    **changes: object,
) -> list[Row]:
    """Both directions of a significant pair.

    Args:
        first: A variant.
        second: Another.
        count: Baskets with both.
        counts: Baskets with the first, with the second.
        basket_total: Counted baskets of the shop.
        changes: Other fields, the same in both directions.
    """
    support = count / basket_total
    chance = counts[0] * counts[1] / basket_total**2
    both = {
        "basket_count": count,
        "support": support,
        "lift": support / chance,
        "leverage": support - chance,
        "npmi": min(1.0, math.log(support / chance) / -math.log(support)) if support < 1 else 0.0,
        "is_significant": True,
    }
    directions = [(first, second, *counts), (second, first, *reversed(counts))]
    return [
        both
        | _TESTED
        | {
            "antecedent_id": antecedent,
            "consequent_id": consequent,
            "antecedent_basket_count": antecedent_count,
            "consequent_basket_count": consequent_count,
            "confidence": count / antecedent_count,
            "confidence_low": 0.7 * count / antecedent_count,
            "conviction": None,
        }
        | changes
        for antecedent, consequent, antecedent_count, consequent_count in directions
    ]


def itemset(variant_ids: Sequence[str], *, count: int, basket_total: int, **changes: object) -> Row:
    """A stored itemset."""
    members = sorted(variant_ids)
    found = {
        "itemset_id": "+".join(members),
        "variant_ids": members,
        "basket_count": count,
        "support": count / basket_total,
    }
    return found | _TESTED | changes


def pair_rules_frame(*pairs: list[Row]) -> dy.DataFrame[PairRules]:
    """Rules of these pairs."""
    return _frame(PairRules, [row for rows in pairs for row in rows])


def itemsets_frame(*itemsets: Row) -> dy.DataFrame[Itemsets]:
    """These itemsets."""
    return _frame(Itemsets, itemsets)


def item_counts_frame(
    counts: Mapping[str, int] | None = None, *, basket_total: int = 1
) -> dy.DataFrame[ItemCounts]:
    """Baskets per variant, of so many counted baskets."""
    rows = [
        {
            "variant_id": variant_id,
            "basket_count": count,
            "support": count / basket_total,
            "companion_count": count,
            "customer_count": None,
        }
        for variant_id, count in (counts or {}).items()
    ]
    return _frame(ItemCounts, rows)


def _frame(schema: type[FrameT], rows: Sequence[Row]) -> dy.DataFrame[FrameT]:
    declared: pl.Schema = schema.create_empty().schema
    return checked(schema, pl.DataFrame(rows, schema=declared))
