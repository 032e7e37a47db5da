"""Why two items are offered together or not, in plain language."""

import polars as pl

from bundle_pipeline.cli.asked_items import AskedItem
from bundle_pipeline.mining.asked_pair import AskedPair


def pair_answer(
    items: tuple[AskedItem, AskedItem],
    pair: AskedPair,
    *,
    offered: pl.DataFrame,
    dropped: pl.DataFrame,
) -> str:
    """A few sentences: what became of the two, what orders say, and what it would take.

    Args:
        items: The two.
        pair: What orders say.
        offered: Bundles that hold both, by rank.
        dropped: Candidates that hold both, the smallest first.
    """
    if not offered.is_empty():
        rank, explanation = offered.select("rank", "explanation").row(0)
        return f"Offered together, best at rank {rank}. {explanation}"
    if not dropped.is_empty():
        code, detail = dropped.select("code", "detail").row(0)
        return f"Considered, but not offered ({code}): {detail}. {_orders(items, pair)}"
    cut = " Stronger candidates fill candidates.max_candidates."
    return f"Never considered. {_orders(items, pair)}{cut if pair.verdict == 'SIGNIFICANT' else ''}"


def _orders(items: tuple[AskedItem, AskedItem], pair: AskedPair) -> str:
    if pair.verdict == "NEVER_SOLD":
        counts = (pair.first_basket_count, pair.second_basket_count)
        unsold = [item.name for item, count in zip(items, counts, strict=True) if not count]
        return f"No order that counts holds {' or '.join(unsold)}."
    together = f"{_orders_hold(pair.basket_count)} both; chance explains {pair.expected_count:.1f}."
    if pair.verdict == "SIGNIFICANT":
        return f"{together} That is more often than chance (q {pair.q_value:.2g})."
    return f"{together} {_lacking(pair)}"


def _lacking(pair: AskedPair) -> str:
    doubt = {
        "NEVER_TOGETHER": "They were never bought together.",
        "TOO_FEW": "That is too few to test.",
        "NOT_ABOVE_CHANCE": "That is no more often than chance.",
        "INDEPENDENT": "Who buys one buys the other hardly more often than anybody does at the "
        f"time, which alone gives {pair.independent_count:.1f}.",
    }.get(
        pair.verdict,
        f"Among {pair.possible_pair_count:,} possible pairs so much happens by chance (q "
        f"{pair.q_value:.2g}, at most {pair.max_q:g} is wanted).",
    )
    needed = f"It would take {pair.needed_basket_count:,} orders with both"
    if pair.needed_basket_total is None:
        return f"{doubt} {needed}."
    return (
        f"{doubt} {needed}, or, if they go on as now, about {pair.needed_basket_total:,} orders "
        f"in all instead of {pair.basket_total:,}."
    )


def _orders_hold(count: int) -> str:
    return "1 order holds" if count == 1 else f"{count:,} orders hold"
