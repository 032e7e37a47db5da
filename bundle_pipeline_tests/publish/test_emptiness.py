from bundle_pipeline.publish.emptiness import why_empty


def test_a_shop_with_bundles_needs_no_reason() -> None:
    assert reason(bundle_count=1) is None


def test_no_orders() -> None:
    assert reason(basket_count=0) == "There are no orders with resolved variants yet."


def test_nothing_beyond_chance_and_what_it_takes_to_see_more() -> None:
    assert reason(smallest_detectable_lift=3.14159, baskets_for_double=1900) == (
        "In 450 baskets, no pair of variants is bought together more often than chance explains. "
        "This many baskets only show typical pairs that are bought together at least 3.1 times as "
        "often as by chance. It takes about 1900 baskets to show those of twice as often."
    )


def test_nothing_beyond_chance_where_the_limit_is_unknown() -> None:
    assert reason(basket_count=1) == (
        "In 1 basket, no pair of variants is bought together more often than chance explains. "
        "More orders show weaker pairs."
    )


def test_every_candidate_dropped_names_each_reason_the_most_frequent_first() -> None:
    counts = {"FADED": 1, "FEW_CUSTOMERS": 1, "OUT_OF_STOCK": 7, "SLOTS_FULL": 0}
    assert reason(significant_pair_count=9, dropped_counts=counts) == (
        "Every candidate was dropped, 9 in all: 7 out of stock (OUT_OF_STOCK); "
        "1 with too few customers behind them (FEW_CUSTOMERS); "
        "1 not seen again in the newest orders (FADED)."
    )


def test_pairs_that_made_no_candidate_are_said_to() -> None:
    text = reason(significant_pair_count=2)
    assert text is not None
    assert "chance: 2; none of them made a candidate" in text


def reason(
    *,
    bundle_count: int = 0,
    basket_count: int = 450,
    significant_pair_count: int = 0,
    dropped_counts: dict[str, int] | None = None,
    smallest_detectable_lift: float | None = None,
    baskets_for_double: int | None = None,
) -> str | None:
    return why_empty(
        bundle_count=bundle_count,
        basket_count=basket_count,
        significant_pair_count=significant_pair_count,
        dropped_counts=dropped_counts or {},
        smallest_detectable_lift=smallest_detectable_lift,
        baskets_for_double=baskets_for_double,
    )
