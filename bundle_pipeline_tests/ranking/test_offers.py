from collections import Counter
from collections.abc import Mapping

import dataframely as dy
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle_pipeline.ranking.offers import oversold, with_offered_quantity
from bundle_pipeline.ranking.params import RankingParams
from bundle_pipeline.schemas.bundles import PricedBundles, RankedBundles
from bundle_pipeline_tests.support.bundles import Row, bundle_item, candidate, priced, scored, stock
from bundle_pipeline_tests.support.documents import ranked_bundles
from bundle_pipeline_tests.support.frames import shuffled

PARAMS = RankingParams(min_offered_quantity=1, reserved_days=0.0)


def test_bundles_share_what_they_have_in_common_alike() -> None:
    # a: 10 units for two bundles, 5 each; b and c have more.
    assert offered({"a": 10, "b": 50, "c": 50}, "ab", "ac") == [5, 5]


def test_what_one_bundle_can_not_use_the_others_get() -> None:
    # ab runs out of b after 2, so 8 of a are left for ac.
    assert offered({"a": 10, "b": 2, "c": 50}, "ab", "ac") == [2, 8]


def test_a_unit_that_is_left_goes_to_the_better_bundle() -> None:
    assert offered({"a": 5, "b": 50, "c": 50}, "ab", "ac") == [3, 2]


def test_a_bundle_alone_is_offered_as_often_as_its_stock_suffices() -> None:
    assert offered({"a": 7, "b": 9}, "ab") == [7]


def test_untracked_variants_limit_nothing_and_bundles_of_them_have_no_quantity() -> None:
    assert offered({"a": 7, "b": None, "c": None}, "ab", "bc") == [7, None]


def test_units_of_a_bundle_count_as_often_as_it_holds_them() -> None:
    rows = [bundle_of("ab", {"a": 10, "b": 50}, quantity=3)]
    assert quantities(with_offered_quantity(ranked_bundles(*rows), PARAMS)) == [3]


def test_days_of_own_sales_are_not_offered() -> None:
    # 30 units last 10 days: 3 days take 9, and 21 are left.
    rows = [bundle_of("ab", {"a": 30, "b": None}, days_of_cover=10.0)]
    params = RankingParams(min_offered_quantity=1, reserved_days=3.0)
    assert quantities(with_offered_quantity(ranked_bundles(*rows), params)) == [21]


def test_no_bundles_have_no_quantities() -> None:
    none = PricedBundles.create_empty().with_columns(rank=pl.lit(1, pl.Int64)).clear()
    assert with_offered_quantity(none, PARAMS).is_empty()


def test_bundles_that_promise_a_unit_twice_are_named() -> None:
    stocks = {"a": 10, "b": 50, "c": 50, "d": 50}
    rows = [bundle_of(name, stocks) for name in ("ab", "ac", "cd")]
    assert oversold(ranked_bundles(*rows, offered_quantity=5)).is_empty()
    found = oversold(ranked_bundles(*rows, offered_quantity=6))
    assert found.get_column("bundle_id").to_list() == ["ab", "ac"]


@given(
    stocks=st.lists(st.one_of(st.none(), st.integers(3, 30)), min_size=5, max_size=5),
    names=st.lists(
        st.lists(st.sampled_from("abcde"), min_size=2, max_size=3, unique=True).map("".join),
        min_size=1,
        max_size=3,
        unique=True,
    ),
    seed=st.integers(0, 9),
)
@settings(max_examples=60, deadline=None)
def test_nothing_is_oversold_and_nobody_could_get_more(
    stocks: list[int | None], names: list[str], seed: int
) -> None:
    units = dict(zip("abcde", stocks, strict=True))
    frame = ranked_bundles(*[bundle_of(name, units) for name in names])
    found = quantities(with_offered_quantity(frame, PARAMS))
    sold = Counter[str]()
    for name, quantity in zip(names, found, strict=True):
        sold.update(dict.fromkeys(name, quantity or 0))
    left = {v: count - sold[v] for v, count in units.items() if count is not None}
    assert all(count >= 0 for count in left.values())
    for name, quantity in zip(names, found, strict=True):
        tracked = [v for v in name if v in left]
        assert (quantity is None) == (not tracked)
        assert not tracked or any(left[v] == 0 for v in tracked)
    again = with_offered_quantity(shuffled(frame, seed), PARAMS).sort("rank")
    assert quantities(again) == found


@pytest.mark.parametrize("feasible", [1, 2])
def test_scarce_bundles_get_what_they_were_chosen_for(feasible: int) -> None:
    rows = [bundle_of(name, {"a": 9, "b": feasible, "c": 9}) for name in ("ab", "ac")]
    params = RankingParams(min_offered_quantity=3, reserved_days=0.0)
    found = quantities(with_offered_quantity(ranked_bundles(*rows), params))
    assert found == [feasible, 9 - feasible]


def offered(units: Mapping[str, int | None], *names: str) -> list[int | None]:
    rows = [bundle_of(name, units) for name in names]
    return quantities(with_offered_quantity(ranked_bundles(*rows), PARAMS))


def bundle_of(
    name: str,
    units: Mapping[str, int | None],
    *,
    quantity: int = 1,
    days_of_cover: float | None = None,
) -> Row:
    items = [
        bundle_item(
            variant,
            quantity=quantity,
            available_count=units[variant],
            days_of_cover=None if units[variant] is None else days_of_cover,
        )
        for variant in name
    ]
    feasible = [count // quantity for v in name if (count := units[v]) is not None]
    row = candidate(
        *items, bundle_id=name, stock=stock(feasible_quantity=min(feasible, default=None))
    )
    return priced(scored(row))


def quantities(frame: pl.DataFrame | dy.DataFrame[RankedBundles]) -> list[int | None]:
    return frame.get_column("offered_quantity").to_list()
