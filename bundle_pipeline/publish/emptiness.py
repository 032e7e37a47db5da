"""0 bundles, and here is why: the answer of a shop that has nothing to offer yet."""

from collections.abc import Mapping

from bundle_pipeline.schemas.bundles import DROP_CODES

# What each code says of the candidates it dropped.
_MEANINGS = {
    "UNRESOLVED_ITEM": "with an item of unknown price or title",
    "NO_PRICE": "of a kind that no rule prices",
    "NOT_FOR_SALE": "with a product that is not active",
    "SAME_PRODUCT": "with several variants of one product",
    "DUPLICATE_PRODUCTS": "with one product that is listed twice",
    "SUBSTITUTES": "with products that customers buy one instead of the other",
    "OUT_OF_STOCK": "out of stock",
    "BELOW_FLOOR": "priced below the floor",
    "NO_OFFER": "with nothing off where that is all they offer",
    "LOSES_MARGIN": "that are expected to lose margin without orders that show them",
    "FEW_CUSTOMERS": "with too few customers behind them",
    "FADED": "not seen again in the newest orders",
    "DUPLICATE_SET": "repeating better bundles",
    "ANCHOR_LIMIT": "on a page with enough bundles",
    "VARIANT_LIMIT": "with a variant in enough bundles",
    "KIND_LIMIT": "of a kind with enough bundles",
    "OBJECTIVE_LIMIT": "for an objective with enough bundles",
    "UNPROVEN_LIMIT": "that no orders show, beside enough such bundles",
    "CATEGORY_LIMIT": "in a category with enough bundles",
    "JOINT_STOCK": "without stock to spare",
    "SLOTS_FULL": "without a free slot",
    "OVERLAP": "adding nothing to other bundles",
}


def why_empty(
    *,
    bundle_count: int,
    basket_count: int,
    significant_pair_count: int,
    dropped_counts: Mapping[str, int],
    smallest_detectable_lift: float | None = None,
    baskets_for_double: int | None = None,
) -> str | None:
    """Why a shop has no bundle, and what it takes.

    Args:
        bundle_count: Bundles published.
        basket_count: Counted baskets.
        significant_pair_count: Pairs bought together more often than chance.
        dropped_counts: Dropped candidates by code of ``DROP_CODES``.
        smallest_detectable_lift: How many times chance a pair must be bought together for this many
            baskets to tell; None if not known.
        baskets_for_double: Baskets that it takes to tell a pair bought together twice as often as
            by chance; None if not known.

    Returns:
        Plain language; None where there is a bundle.
    """
    if bundle_count > 0:
        return None
    if basket_count == 0:
        return "There are no orders with resolved variants yet."
    dropped = {code: dropped_counts[code] for code in DROP_CODES if dropped_counts.get(code)}
    if dropped:
        return _all_dropped(dropped)
    baskets = "1 basket" if basket_count == 1 else f"{basket_count} baskets"
    if significant_pair_count == 0:
        return _nothing_significant(baskets, smallest_detectable_lift, baskets_for_double)
    return (
        f"In {baskets}, pairs bought together more often than chance: {significant_pair_count}; "
        "none of them made a candidate."
    )


def _all_dropped(dropped: Mapping[str, int]) -> str:
    """Most frequent reason first, ties in the order of the codes."""
    reasons = "; ".join(
        f"{count} {_MEANINGS[code]} ({code})"
        for code, count in sorted(dropped.items(), key=lambda entry: -entry[1])
    )
    return f"Every candidate was dropped, {sum(dropped.values())} in all: {reasons}."


def _nothing_significant(
    baskets: str, smallest_detectable_lift: float | None, baskets_for_double: int | None
) -> str:
    found = f"In {baskets}, no pair of variants is bought together more often than chance explains."
    limit = (
        " More orders show weaker pairs."
        if smallest_detectable_lift is None
        else " This many baskets only show typical pairs that are bought together at least "
        f"{smallest_detectable_lift:.1f} times as often as by chance."
    )
    more = (
        ""
        if baskets_for_double is None
        else f" It takes about {baskets_for_double} baskets to show those of twice as often."
    )
    return f"{found}{limit}{more}"
