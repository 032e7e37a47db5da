"""Older baskets to make bundles from, and newest ones to try them on."""

from dataclasses import dataclass

import numpy as np

from bundle_pipeline.baskets.encoded import EncodedBaskets
from bundle_pipeline.evaluation.params import EvaluationParams


@dataclass(frozen=True)
class Split:
    """Baskets on either side of a moment."""

    older: EncodedBaskets
    newest: EncodedBaskets


def split_in_time(
    baskets: EncodedBaskets, params: EvaluationParams, *, held_out_share: float
) -> Split | str:
    """The newest baskets, and those before them; or why the shop can't be split.

    Args:
        baskets: Counted baskets of the shop.
        params: Limits.
        held_out_share: Share of the baskets that is held out, the newest, as in mining.
    """
    if not params.enabled:
        return "evaluation is switched off"
    if not baskets.is_ordered_in_time:
        return "all orders state the same time"
    recent = _newest(baskets, params.max_line_count)
    first = recent.basket_count - int(recent.basket_count * held_out_share)
    newest = recent.part(first, recent.basket_count)
    order_count = int((newest.basket_size > 1).sum())
    if order_count < params.min_order_count:
        return (
            f"{order_count} held-out orders with several variants, of at least "
            f"{params.min_order_count}"
        )
    return Split(recent.part(0, first), newest)


def _newest(baskets: EncodedBaskets, max_line_count: int) -> EncodedBaskets:
    """The newest baskets that together have at most so many lines."""
    least_start = baskets.line_count - max_line_count
    first = int(np.searchsorted(baskets.start, least_start, side="left"))
    return baskets.part(min(first, baskets.basket_count), baskets.basket_count)
