import polars as pl
import pytest

from bundle_pipeline.pricing.charm import with_charm_price
from bundle_pipeline.pricing.params import PricingParams

ENDS_IN_99 = PricingParams(charm_step_minor=100, charm_ending_minor=99, charm_tolerance_rate=0.03)


@pytest.mark.parametrize(
    ("discount", "price"),
    [
        # 18.00 moves down to 17.99, the nearest; 17.60 and 17.50 up to it.
        (200, 1799),
        (240, 1799),
        (250, 1799),
        # 17.49 is 0.50 from both: the lower one.
        (251, 1699),
        # Nothing off stays at the list price.
        (0, 2000),
    ],
)
def test_the_nearest_such_price_is_taken(discount: int, price: int) -> None:
    assert charmed(discount, ENDS_IN_99) == price


def test_it_is_no_further_than_the_tolerance() -> None:
    near = PricingParams(charm_step_minor=100, charm_tolerance_rate=0.001)
    assert charmed(200, near) == 1799
    assert charmed(240, near) == 1760


def test_it_never_goes_below_the_floor_or_outside_the_caps() -> None:
    assert charmed(200, ENDS_IN_99, room=200) == 1800
    assert charmed(200, ENDS_IN_99, most=200) == 1800
    # 17.40 would go to 16.99, but may only go up.
    assert charmed(260, ENDS_IN_99, most=290) == 1799


def test_it_never_reaches_the_list_total() -> None:
    params = PricingParams(charm_step_minor=100, charm_ending_minor=0, charm_tolerance_rate=0.1)
    assert charmed(20, params) == 1900


def test_other_endings_and_currencies_without_decimals() -> None:
    params = PricingParams(charm_step_minor=10, charm_ending_minor=8, charm_tolerance_rate=0.1)
    assert charmed(205, params) == 1798


def test_prices_stay_unless_it_is_asked_for() -> None:
    assert charmed(203, PricingParams()) == 1797


def test_it_is_never_so_small_that_nobody_notices() -> None:
    # 18.80 is nearest to 18.99, which would leave 1.01 off.
    assert charmed(120, ENDS_IN_99) == 1899
    assert charmed(120, ENDS_IN_99, noticed=110) == 1880


@pytest.mark.parametrize("kind", ["VOLUME", "BXGY", "MIX_MATCH"])
def test_prices_of_units_rewards_and_options_stay(kind: str) -> None:
    assert charmed(200, ENDS_IN_99, kind=kind) == 1800


def charmed(
    discount: int,
    params: PricingParams,
    *,
    most: int = 800,
    room: int = 900,
    noticed: int = 0,
    kind: str = "FBT",
) -> int:
    totals = pl.DataFrame(
        {
            "kind": [kind],
            "list_total_minor": [2000],
            "discount_minor": [discount],
            "least_minor": [20],
            "most_minor": [most],
            "room_minor": [room],
            "noticed_minor": [noticed],
        }
    )
    moved = with_charm_price(totals, params)
    assert moved["is_charm"].item() == (moved["discount_minor"].item() != discount)
    return 2000 - moved["discount_minor"].item()
