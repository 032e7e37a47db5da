"""A delivery beside the shop's own past, by hand-worked values."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from bundle_pipeline.quality.history import (
    DELIVERY_SIZE,
    FRESHNESS,
    HISTORY_SCHEMA,
    PRICE_JUMP,
    RECENT_WEEK,
    catalog_history,
    daily_orders,
    order_history,
)
from bundle_pipeline.quality.history_suite import (
    history_fingerprint,
    history_suites,
    history_validated,
)
from bundle_pipeline.quality.params import QualityParams

PARAMS = QualityParams()
SUNDAY = date(2024, 3, 31)
NOTHING_LANDED = pl.DataFrame(schema={"kind": pl.String, "row_count": pl.Int64})


def _days(order_counts: Sequence[int], *, every_days: int = 1) -> pl.DataFrame:
    """Orders per day, the newest on ``SUNDAY``; none where the count is 0."""
    last = len(order_counts) - 1
    placed = {
        SUNDAY - timedelta(days=(last - place) * every_days): count
        for place, count in enumerate(order_counts)
        if count
    }
    return pl.DataFrame(
        {"ordered_on": list(placed), "order_count": list(placed.values())},
        schema={"ordered_on": pl.Date, "order_count": pl.Int64},
    )


def _landed(**row_counts: int) -> pl.DataFrame:
    return pl.DataFrame({"kind": list(row_counts), "row_count": list(row_counts.values())})


def _catalog(**prices: int) -> pl.DataFrame:
    return pl.DataFrame(
        {"variant_id": list(prices), "price_minor": list(prices.values())},
        schema={"variant_id": pl.String, "price_minor": pl.Int64},
    ).with_columns(currency=pl.lit("EUR"))


def _order_fact(
    name: str,
    days: pl.DataFrame,
    *,
    ledger: pl.DataFrame = NOTHING_LANDED,
    before: pl.DataFrame | None = None,
    as_of: datetime | None = None,
) -> float | None:
    facts = order_history(days, ledger, previous_ledger=before, as_of=as_of, params=PARAMS)
    assert facts.schema == HISTORY_SCHEMA
    return facts.filter(expectation=name).get_column("fact").item()


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 18, tzinfo=UTC)


def test_the_newest_week_is_compared_with_the_median_of_the_weeks_before() -> None:
    # Weeks of 7, 14, 14, 70 and, newest, 7 orders: 7 over the median of 7, 14, 14, 70.
    days = _days([1] * 7 + [2] * 14 + [10] * 7 + [1] * 7)
    assert _order_fact(RECENT_WEEK, days) == pytest.approx(7 / 14)


def test_weeks_without_orders_count() -> None:
    # Three weeks of 7, one of none, the newest of 7: the median of 0, 7, 7, 7 is 7.
    days = _days([1] * 21 + [0] * 7 + [1] * 7)
    assert _order_fact(RECENT_WEEK, days) == pytest.approx(1.0)
    # Two of none: the median of 0, 0, 7, 7 is 3.5.
    days = _days([1] * 14 + [0] * 14 + [1] * 7)
    assert _order_fact(RECENT_WEEK, days) == pytest.approx(2.0)


def test_only_the_weeks_asked_for_are_compared() -> None:
    # Eight weeks of 7 orders; the flood before them is out of sight.
    days = _days([100] * 70 + [1] * 56 + [1] * 7)
    assert _order_fact(RECENT_WEEK, days) == pytest.approx(1.0)


@pytest.mark.parametrize("order_counts", [[], [5], [1] * 34, [1] + [0] * 33 + [1]])
def test_too_short_or_too_thin_a_past_says_nothing(order_counts: list[int]) -> None:
    assert _order_fact(RECENT_WEEK, _days(order_counts)) is None


def test_the_rows_of_order_files_are_compared_with_those_before() -> None:
    ledger, before = _landed(orders=30, catalog=5), _landed(orders=120, catalog=500)
    fact = _order_fact(DELIVERY_SIZE, _days([1]), ledger=ledger, before=before)
    assert fact == pytest.approx(0.25)
    assert _order_fact(DELIVERY_SIZE, _days([1]), ledger=ledger) is None
    assert _order_fact(DELIVERY_SIZE, _days([1]), ledger=ledger, before=_landed(orders=0)) is None


def test_the_age_of_the_newest_order_is_a_share_of_the_longest_usual_one() -> None:
    # An order a day: 3 gaps are 3 days, and 7 are always allowed.
    stock_counted = _at(SUNDAY + timedelta(days=14))
    assert _order_fact(FRESHNESS, _days([1] * 9), as_of=stock_counted) == pytest.approx(14 / 7)
    # An order every 10 days: 3 gaps are 30 days.
    slow = _days([1] * 9, every_days=10)
    assert _order_fact(FRESHNESS, slow, as_of=stock_counted) == pytest.approx(14 / 30)


def test_orders_newer_than_everything_else_are_fresh() -> None:
    as_of = _at(SUNDAY - timedelta(days=100))
    assert _order_fact(FRESHNESS, _days([1] * 9), as_of=as_of) == 0.0


def test_without_another_clock_or_a_usual_gap_nothing_is_said_of_age() -> None:
    assert _order_fact(FRESHNESS, _days([1] * 9)) is None
    assert _order_fact(FRESHNESS, _days([1] * 4), as_of=_at(SUNDAY)) is None


def test_prices_beyond_the_factor_are_jumps_up_and_down() -> None:
    # Beyond twofold: a up, b down, e from 0; c is twofold, d is 0 still. f and g are not in both.
    before = _catalog(a=100, b=100, c=100, d=0, e=0, f=100)
    after = _catalog(a=201, b=49, c=200, d=0, e=1, g=100)
    (row,) = catalog_history(after, before, PARAMS).rows()
    assert row == (PRICE_JUMP, 3 / 5, 5, 3)


def test_another_currency_is_not_compared() -> None:
    before = _catalog(a=100).with_columns(currency=pl.lit("JPY"))
    assert catalog_history(_catalog(a=1000), before, PARAMS).rows() == [(PRICE_JUMP, None, 0, 0)]


def test_a_first_delivery_passes_all_and_says_why() -> None:
    facts = order_history(
        _days([1]), NOTHING_LANDED, previous_ledger=None, as_of=None, params=PARAMS
    )
    results = history_validated("orders", facts, PARAMS)
    assert [result.name for result in results] == [RECENT_WEEK, DELIVERY_SIZE, FRESHNESS]
    results += history_validated("catalog", catalog_history(_catalog(), None, PARAMS), PARAMS)
    assert all(result.passed and result.observed == "no history yet" for result in results)


@pytest.mark.parametrize(
    ("name", "kind", "holds", "fails"),
    [
        (RECENT_WEEK, "orders", 0.5, 0.49),
        (DELIVERY_SIZE, "orders", 0.5, 0.49),
        (FRESHNESS, "orders", 1.0, 1.01),
        (PRICE_JUMP, "catalog", 0.05, 0.051),
    ],
)
def test_a_fact_at_its_threshold_holds_and_beyond_it_warns(
    name: str, kind: str, holds: float, fails: float
) -> None:
    def result_of(fact: float) -> tuple[bool, object]:
        suite = history_suites(PARAMS)[kind]
        rows = [(entry.name, fact if entry.name == name else None, 9, 0) for entry in suite]
        facts = pl.DataFrame(rows, schema=HISTORY_SCHEMA, orient="row")
        (result,) = [each for each in history_validated(kind, facts, PARAMS) if each.name == name]
        assert (result.severity, result.is_structural) == ("warning", False)
        return result.passed, result.observed

    assert result_of(holds) == (True, holds)
    assert result_of(fails) == (False, fails)


def test_another_threshold_is_another_fingerprint() -> None:
    facts = catalog_history(_catalog(a=1), _catalog(a=1), PARAMS)
    other = QualityParams(max_price_jump_rate=0.5)
    assert history_fingerprint("catalog", facts, PARAMS) != (
        history_fingerprint("catalog", facts, other)
    )


def test_orders_per_day_add_up() -> None:
    day = datetime(2024, 3, 1, 23, 30, tzinfo=UTC)
    orders = pl.DataFrame({"ordered_at": [day + timedelta(hours=1), day, day]})
    found = daily_orders(orders.lazy())
    assert found.rows() == [(date(2024, 3, 1), 2), (date(2024, 3, 2), 1)]


@pytest.mark.parametrize("change", [lambda days: days.reverse(), lambda days: days])
def test_the_order_of_days_does_not_matter(
    change: Callable[[pl.DataFrame], pl.DataFrame],
) -> None:
    days = _days([3, 1, 4, 1, 5, 9, 2] * 6)
    facts = order_history(
        change(days), NOTHING_LANDED, previous_ledger=None, as_of=_at(SUNDAY), params=PARAMS
    )
    assert facts.get_column("fact").to_list() == [1.0, None, 0.0]
